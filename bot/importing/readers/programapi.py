"""Reads EuroPython's programapi: days, each with its sessions and breaks."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.domain.agenda.sessions import SessionKind
from bot.importing.readers import json_file
from bot.importing.readers.collector import RawSession, ScheduleCollector, make_id
from bot.importing.schedule import Schedule, guess_kind


class _Speaker(BaseModel):
    name: str | None = None


class _Event(BaseModel):
    event_type: str | None = None
    code: str | None = None
    title: str | None = None
    session_type: str | None = None
    track: str | None = None
    start: str | None = None
    duration: int | str | None = None
    """Minutes."""
    rooms: tuple[str, ...] = ()
    speakers: tuple[_Speaker, ...] = ()
    website_url: str | None = None

    @property
    def is_break(self) -> bool:
        return self.event_type == "break"


class _Day(BaseModel):
    events: tuple[_Event, ...]


class _Export(BaseModel):
    days: dict[str, _Day]


def read_programapi(source: bytes, zone: ZoneInfo) -> Schedule:
    """Return the schedule in an export. Raises ScheduleError with every fault at once."""
    export = json_file.parse_json(_Export, source, "the programme's site")
    collector = ScheduleCollector(zone)
    for date, day in export.days.items():
        for number, event in enumerate(day.events, 1):
            _gather(collector, event, f"days[{date}].events[{number}]")
    return collector.schedule()


def _gather(collector: ScheduleCollector, event: _Event, place: str) -> None:
    start = collector.moment(event.start, place)
    if start is None:
        return
    # Breaks have no code, so their time replaces it.
    name = event.code or f"{'break' if event.is_break else 'session'}-{start:%Y%m%d-%H%M}"
    collector.add(
        RawSession(
            place=place,
            id=make_id(name, "session"),
            title={"en": event.title or ""},
            starts_at=start,
            ends_at=collector.after(start, str(event.duration or ""), place),
            kind=SessionKind.BREAK if event.is_break else guess_kind(event.session_type or ""),
            # A session in several rooms is held in the plenary.
            rooms=event.rooms if len(event.rooms) == 1 else (),
            track=event.track or "",
            speakers=tuple(speaker.name or "" for speaker in event.speakers),
            materials=(("", event.website_url or ""),),
        )
    )
