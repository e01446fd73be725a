"""Reads pretalx's schedule export: JSON with `slots` (talks) and `breaks`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from bot.domain.agenda.sessions import Material, SessionKind
from bot.domain.local_time import LocalTimeError, instant
from bot.domain.plan import PLENARY
from bot.domain.text import Text, clean
from bot.importing.readers import json_file
from bot.importing.schedule import (
    NamedItem,
    Schedule,
    ScheduledSession,
    ScheduleError,
    check_unique,
    first_faults,
    guess_kind,
    is_foreign,
    other_zone_remark,
    slug,
)

MAX_BYTES = 10 * 1024 * 1024

#: States in which a talk is not held.
_NOT_HELD = frozenset({"canceled", "withdrawn", "rejected", "deleted"})

#: One text, or one for each language; pretalx leaves missing texts empty.
_Wording = str | dict[str, str | None] | None
_Code = Annotated[str, Field(pattern=r"[A-Za-z0-9]")]


class _Time(BaseModel):
    room_id: int | None = None
    room: _Wording = None
    start: datetime | None = None
    end: datetime | None = None


class _Speaker(BaseModel):
    name: str | None = None


class _Resource(BaseModel):
    resource: str | None = None
    description: str | None = None


class _Slot(BaseModel):
    code: _Code
    title: _Wording
    state: str | None = None
    submission_type: _Wording = None
    track: _Wording = None
    track_id: int | None = None
    abstract: _Wording = None
    duration: Annotated[int, Field(gt=0, le=24 * 60)] | None = None
    """Minutes."""
    content_locale: str | None = None
    speakers: tuple[_Speaker, ...] = ()
    resources: tuple[_Resource, ...] = ()
    slot: _Time | None


class _Break(_Time):
    description: _Wording = None


class _Export(BaseModel):
    slots: tuple[_Slot, ...]
    breaks: tuple[_Break, ...] = ()


def read_pretalx(source: bytes, zone: ZoneInfo) -> Schedule:
    """Return the schedule in an export. `zone` is the workshop's, which the export doesn't name.

    Raises ScheduleError with every fault at once.
    """
    if len(source) > MAX_BYTES:
        raise ScheduleError(f"the file has {len(source):,} bytes; a schedule may have {MAX_BYTES:,}.")
    return _Reader(zone).schedule(json_file.parse_json(_Export, source, "pretalx"))


def _text(wording: _Wording, language: str = "en") -> Text:
    """Return the text by language; empty if there is none."""
    texts = {language: wording} if isinstance(wording, str) else wording or {}
    return {language: clean(text) for language, text in texts.items() if text and clean(text)}


class _Reader:
    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._rooms: dict[str, Text] = {}
        self._tracks: dict[str, Text] = {}
        self._remarks: list[str] = []
        self._faults: list[str] = []
        self._foreign = 0

    def schedule(self, export: _Export) -> Schedule:
        talks = [talk for number, slot in enumerate(export.slots, 1) for talk in self._talk(slot, f"slots[{number}]")]
        sessions = (*talks, *self._breaks(export.breaks))
        if self._faults:
            raise ScheduleError("\n".join(first_faults(self._faults)))
        check_unique(sessions)
        if self._foreign:
            self._remarks.append(other_zone_remark(self._foreign, self._zone))
        return Schedule(
            title=None,
            zone=self._zone,
            rooms=tuple(NamedItem(key, name) for key, name in sorted(self._rooms.items())),
            tracks=tuple(NamedItem(key, name) for key, name in sorted(self._tracks.items())),
            sessions=sessions,
            remarks=tuple(self._remarks),
        )

    def _talk(self, slot: _Slot, place: str) -> Iterator[ScheduledSession]:
        language = slot.content_locale or "en"
        title = _text(slot.title, language)
        if not title:
            self._faults.append(f"{place}.title of {slot.code} is empty; give the session a title in pretalx.")
        elif slot.state in _NOT_HELD:
            self._remarks.append(f"{slot.code} is {slot.state}; it was left out.")
        elif slot.slot is None or slot.slot.start is None:
            self._remarks.append(f"{slot.code} has no time yet; it was left out.")
        elif times := self._times(slot.slot, slot.duration, f"{place}.slot of {slot.code}"):
            yield ScheduledSession(
                id=slug(slot.code),
                kind=guess_kind(" ".join(_text(slot.submission_type).values())),
                starts_at=times[0],
                ends_at=times[1],
                room=self._room(slot.slot),
                track=self._track(slot),
                title=title,
                description=_text(slot.abstract, language) or None,
                speakers=tuple(clean(speaker.name) for speaker in slot.speakers if speaker.name),
                materials=tuple(_materials(slot.resources, language)),
            )

    def _times(self, time: _Time, minutes: int | None, place: str) -> tuple[datetime, datetime] | None:
        """Return start and end (UTC); None and a fault if they are no times."""
        length = timedelta(minutes=minutes or 0)
        try:
            start = self._instant(cast("datetime", time.start))
            end = self._instant(time.end) if time.end else start + length
        except LocalTimeError as unclear:
            self._faults.append(f"{place}: clocks change then ({unclear.args[0]}); write the time with its offset.")
            return None
        except OverflowError:
            self._faults.append(f"{place} is outside the calendar; correct its times.")
            return None
        if end <= start:
            self._faults.append(f"{place} doesn't end after its start at {time.start}; give it an end.")
            return None
        return start, end

    def _instant(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            return instant(moment.date(), moment.time(), self._zone)
        self._foreign += is_foreign(moment, self._zone)
        return moment.astimezone(UTC)

    def _room(self, time: _Time) -> str:
        """Return the room's own number if it has one, because its name may change; else an id made from its name."""
        name = _text(time.room)
        room = str(time.room_id) if time.room_id is not None else slug(next(iter(name.values()), "")) or PLENARY
        if name:
            self._rooms[room] = name
        return room

    def _track(self, slot: _Slot) -> str | None:
        name = _text(slot.track)
        if not name:
            return None
        track = str(slot.track_id) if slot.track_id is not None else slug(next(iter(name.values()))) or None
        if track:
            self._tracks[track] = name
        return track

    def _breaks(self, breaks: tuple[_Break, ...]) -> Iterator[ScheduledSession]:
        """Yield each break once: pretalx repeats a break for each room; one in several rooms is held in the plenary.

        Breaks have no id, so it is made from the time of the start.
        """
        rooms: defaultdict[tuple[datetime, datetime, str], set[str]] = defaultdict(set)
        titles: dict[str, Text] = {}
        for number, pause in enumerate(breaks, 1):
            times = self._times(pause, None, f"breaks[{number}]") if pause.start else None
            title = _text(pause.description) or {"en": "Break"}
            name = next(iter(title.values()))
            if times:
                titles[name] = title
                rooms[(*times, name)].add(self._room(pause))
        counted: defaultdict[datetime, int] = defaultdict(int)
        for start, end, name in sorted(rooms):
            counted[start] += 1
            at = f"{start.astimezone(self._zone):%Y%m%d-%H%M}"
            where = rooms[start, end, name]
            yield ScheduledSession(
                id=f"break-{at}" if counted[start] == 1 else f"break-{at}-{counted[start]}",
                kind=SessionKind.BREAK,
                starts_at=start,
                ends_at=end,
                room=where.copy().pop() if len(where) == 1 else PLENARY,
                track=None,
                title=titles[name],
            )


def _materials(resources: tuple[_Resource, ...], language: str) -> Iterator[Material]:
    for resource in resources:
        url = resource.resource or ""
        if url.startswith(("https://", "http://")):
            title = clean(resource.description or "") or url.rstrip("/").rpartition("/")[2]
            yield Material({language: title}, url)
