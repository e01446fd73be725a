"""Merges a schedule into the keys of a plan: its values replace the plan's, and values that it never has are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from bot.domain.agenda.sessions import Material, SessionKind
from bot.domain.languages import LANGUAGES
from bot.domain.local_time import LocalTimeError, instant
from bot.domain.plan import PLENARY
from bot.domain.text import Text, one_line
from bot.importing.readers.collector import is_link, make_id
from bot.importing.readers.human_time import fold_letters
from bot.importing.schedule import (
    NamedItem,
    Schedule,
    ScheduledSession,
    ScheduleError,
    first_faults,
    guess_kind,
    in_each_language,
)

#: As YAML gives it: words, lists and mappings of them.
Raw = dict[str, Any]

#: How the plan reads a yes or no.
_BOOLEAN = TypeAdapter(bool)
_SPEAKER = re.compile(r"(?P<office>[^()]*\S)\s*\((?P<organisation>[^()]+)\)")
#: Words of a title that may name a kind: a longer one may hold `break` or `opening` in another sense.
_TELLING_WORDS = 4


@dataclass(frozen=True, slots=True)
class MergedPlan:
    """The keys of a plan with a schedule in it, and hints for its organisers."""

    keys: Raw
    remarks: tuple[str, ...]


def new_plan_keys(schedule: Schedule, name: str) -> Raw:
    """Return the keys of a new plan in which only the schedule is final."""
    title = next(iter(schedule.title.values())) if schedule.title else name
    spoken = [language for language in LANGUAGES if all(language in s.title for s in schedule.sessions)]
    return {
        "id": make_id(title, "workshop"),
        "title": title,
        "description": title,
        "organiser": title,
        "zone": schedule.zone.key,
        "languages": spoken or ["en"],
    }


def merge_schedule(keys: Mapping[str, Any], schedule: Schedule) -> MergedPlan:
    """Return a copy of the plan's keys with the schedule in the place of its days.

    Raises ScheduleError with every session that a plan can't have.
    """
    merge = _Merge(keys, schedule)
    days = merge.days()
    rooms = merge.rooms()
    changed: Raw = {**({"rooms": rooms} if rooms else {}), "days": days}
    return MergedPlan({**keys, **changed}, tuple(merge.remarks))


class _Merge:
    def __init__(self, keys: Mapping[str, Any], schedule: Schedule) -> None:
        self.remarks = list(schedule.remarks)
        self._faults: list[str] = []
        self._schedule = schedule
        self._languages: Sequence[str] = keys["languages"]
        self._zone = ZoneInfo(keys["zone"])
        self._days: dict[str, Raw] = {day["date"]: day for day in keys.get("days", ())}
        self._known: dict[str, Raw] = {entry["id"]: entry for day in self._days.values() for entry in day["sessions"]}
        self._rooms: list[Raw] = list(keys.get("rooms", ()))
        self._room_ids = {room.id: self._room_id(room) for room in schedule.rooms}
        self._topics = {track.id: _topic(track, keys.get("topics", ())) for track in schedule.tracks}
        # A file that gives no session a room, or a speaker, doesn't know them: the plan's are kept.
        self._tells_rooms = any(session.room != PLENARY for session in schedule.sessions)
        self._tells_speakers = any(session.speakers for session in schedule.sessions)
        self._reworded: list[str] = []
        kept = {session.id for session in schedule.sessions}
        self._lost = [
            (day, entry)
            for day, planned in self._days.items()
            for entry in planned["sessions"]
            if _BOOLEAN.validate_python(entry.get("chatham_house", False)) and entry["id"] not in kept
        ]

    def days(self) -> list[Raw]:
        sessions: dict[str, list[Raw]] = {}
        for session in self._schedule.sessions:
            if placed := self._session(session):
                day, entry = placed
                sessions.setdefault(day.isoformat(), []).append(entry)
        if self._faults:
            raise ScheduleError("\n".join(first_faults(self._faults)))
        self._tell()
        return [
            {**self._days.get(day, {"date": day}), "sessions": sorted(sessions[day], key=_order)}
            for day in sorted(sessions)
        ]

    def rooms(self) -> list[Raw]:
        """Return the plan's rooms, and the further ones that sessions need."""
        used = {self._room(session) for session in self._schedule.sessions} - {PLENARY}
        named: dict[str, Text] = {self._room_ids[room.id]: room.name for room in self._schedule.rooms}
        existing = {room["id"] for room in self._rooms}
        kept = [
            {**room, "title": self._wording(named[room["id"]], room["title"])} if room["id"] in named else room
            for room in self._rooms
        ]
        return kept + [
            {"id": room, "title": self._wording(named.get(room, {"en": room}), None)}
            for room in sorted(used - existing)
        ]

    def _tell(self) -> None:
        missing = sorted(
            {track.name[next(iter(track.name))] for track in self._schedule.tracks if not self._topics[track.id]}
        )
        if missing:
            self.remarks.append(
                f"The plan has no topics for {'; '.join(missing)}. Add them to its topics, if they need channels."
            )
        if self._reworded:
            self.remarks.append(
                f"The titles of {', '.join(self._reworded)} have changed, and are now the same in every language; "
                "translate them in the plan."
            )

    # --- one session ---------------------------------------------------------------------------------------------

    def _session(self, session: ScheduledSession) -> tuple[date, Raw] | None:
        start, end = session.starts_at.astimezone(self._zone), session.ends_at.astimezone(self._zone)
        if not self._can_be_held(session, start, end):
            return None
        before = self._known.get(session.id, {})
        if isinstance(before.get("title"), dict) and isinstance(self._wording(session.title, before["title"]), str):
            self._reworded.append(f"'{session.id}'")
        entry: Raw = {
            "id": session.id,
            "kind": session.kind or before.get("kind") or _guessed(session.title),
            "start": _clock(start, before.get("start")),
            "end": _clock(end, before.get("end")),
            "room": self._room(session) if self._tells_rooms else before.get("room", PLENARY),
            "topic": (self._topics[session.track] if session.track else None) or before.get("topic"),
            "title": self._wording(session.title, before.get("title")),
            "description": self._wording(session.description, before.get("description")),
            "speakers": self._speakers(session.speakers, before.get("speakers", [])),
            "materials": self._materials(session.materials, before.get("materials", [])),
        }
        changed = {key: str(value) if key == "kind" else value for key, value in entry.items() if value}
        if not before and (former := self._confidential_before(session, start, end)):
            changed["chatham_house"] = "true"
            self.remarks.append(
                f"'{session.id}' seems to be '{former}' under another id, and so is under the Chatham House Rule too. "
                "If it is not, take its chatham_house out of the plan."
            )
        if changed["room"] == PLENARY and "room" not in before:
            del changed["room"]  # it goes without saying
        emptied = {"speakers"} if self._tells_speakers else set[str]()
        return start.date(), {
            key: value for key, value in {**before, **changed}.items() if key in changed or key not in emptied
        }

    def _confidential_before(self, session: ScheduledSession, start: datetime, end: datetime) -> str | None:
        """Return the id that a session under the Chatham House Rule had in the plan; None if it is no such session.

        Such a session has gone from the schedule by its id, and has the same title or the same time.
        """
        titles = {fold_letters(title) for title in session.title.values()}
        return next(
            (
                entry["id"]
                for day, entry in self._lost
                if titles & {fold_letters(title) for title in _variants(entry["title"])}
                or (
                    day == start.date().isoformat()
                    and entry["start"].zfill(5) < f"{end:%H:%M}"
                    and f"{start:%H:%M}" < entry["end"].zfill(5)
                )
            ),
            None,
        )

    def _can_be_held(self, session: ScheduledSession, start: datetime, end: datetime) -> bool:
        name = f"'{session.id}' ({next(iter(session.title.values()))})"
        if end.date() != start.date():
            self._faults.append(
                f"{name} ends on a later day, {end:%Y-%m-%d %H:%M}; a session ends on its own day: make two of it."
            )
            return False
        for moment in (start, end):
            try:
                instant(moment.date(), moment.time(), self._zone)
            except LocalTimeError:
                self._faults.append(
                    f"{name}: {moment:%Y-%m-%d %H:%M} comes twice in {self._zone.key}, where clocks change then; "
                    "move it out of that hour."
                )
                return False
        return True

    def _wording(self, text: Text | None, before: Any) -> Any:  # noqa: ANN401 - as YAML gives it
        """Return `before` if it has the text in any language; else the text, once if all languages share it."""
        if text is None:
            return before
        if before and set(text.values()) <= _variants(before):
            return before
        wording = in_each_language(text, self._languages)
        return wording if len(set(wording.values())) > 1 else next(iter(wording.values()))

    def _room_id(self, room: NamedItem) -> str:
        """Return the id of the plan's room of that id or that name; else the room's own id."""
        names = {fold_letters(name) for name in room.name.values()}
        if room.id == PLENARY or PLENARY in names:
            return PLENARY
        same = [planned["id"] for planned in self._rooms if planned["id"] == room.id]
        called = [
            planned["id"]
            for planned in self._rooms
            if names & {fold_letters(name) for name in _variants(planned["title"])}
        ]
        return next(iter((*same, *called)), room.id)

    def _room(self, session: ScheduledSession) -> str:
        return self._room_ids.get(session.room, session.room)

    def _speakers(self, names: Sequence[str], before: list[Raw]) -> list[Raw]:
        if not self._tells_speakers:
            return before
        # Two speakers may share an office, so a match of office and organisation overrides one of the office alone.
        known = {office: entry for entry in before for office in _variants(entry["office"])}
        known |= {name: entry for entry in before for name in _named(entry)}
        return [known.get(name) or _speaker(name) for name in names if name.strip()]

    def _materials(self, materials: Iterable[Material], before: list[Raw]) -> list[Raw]:
        known = {entry["url"]: entry for entry in before}
        entries = [
            known.get(material.url) or {"title": self._wording(material.title, None), "url": material.url}
            for material in materials
            if is_link(material.url)
        ]
        return entries or before


def _order(entry: Raw) -> tuple[str, str, str]:
    return entry["start"].zfill(5), entry["end"].zfill(5), entry["id"]


def _clock(moment: datetime, before: str | None) -> str:
    """Return the time as `09:30`, or as the plan spells it."""
    clock = f"{moment:%H:%M}"
    return before if before and before.zfill(5) == clock else clock


def _guessed(title: Text) -> SessionKind:
    """Return the kind that a short title names: Lunch is a break."""
    words = next(iter(title.values()))
    return guess_kind(words) if len(words.split()) <= _TELLING_WORDS else SessionKind.PRESENTATION


def _variants(wording: str | Mapping[str, str]) -> set[str]:
    """Return the wording in every language, as typed and with plain blanks only, as readers of files return it."""
    typed = {wording} if isinstance(wording, str) else set(wording.values())
    return typed | {one_line(words) for words in typed}


def _topic(track: NamedItem, topics: Iterable[Raw]) -> str | None:
    names = {fold_letters(name) for name in track.name.values()}
    topic_ids = (
        topic["id"]
        for topic in topics
        if topic["id"] == track.id or names & {fold_letters(name) for name in (topic["id"], *_variants(topic["title"]))}
    )
    return next(topic_ids, None)


def _speaker(name: str) -> Raw:
    """Parse a speaker: `Director (Customs of Morocco)` has an organisation."""
    match = _SPEAKER.fullmatch(name)
    return {"office": match["office"], "organisation": match["organisation"]} if match else {"office": name}


def _named(entry: Raw) -> set[str]:
    """Return a speaker's full names, as files have them, in every language."""
    offices, organisations = _variants(entry["office"]), _variants(entry.get("organisation", "")) - {""}
    return {f"{office} ({organisation})" for office in offices for organisation in organisations} or offices
