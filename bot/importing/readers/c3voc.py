"""Reads schedule.json as the CCC's Video Operation Center has it, and frab and pretalx export it too."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.importing.readers import json_file
from bot.importing.readers.collector import ScheduleCollector
from bot.importing.readers.frab import FrabTalk, collect_talk
from bot.importing.schedule import Schedule


class _Person(BaseModel):
    name: str | None = None
    public_name: str | None = None
    full_public_name: str | None = None

    @property
    def shown(self) -> str:
        return self.public_name or self.name or self.full_public_name or ""


class _Link(BaseModel):
    url: str | None = None
    title: str | None = None


class _Event(BaseModel):
    code: str | None = None
    id: int | str | None = None
    guid: str | None = None
    date: str | None = None
    start: str | None = None
    duration: str | None = None
    title: str | None = None
    track: str | dict[str, str | None] | None = None
    type: str | dict[str, str | None] | None = None
    language: str | None = None
    abstract: str | None = None
    persons: tuple[_Person, ...] = ()
    links: tuple[_Link | str, ...] = ()
    attachments: tuple[_Link | str, ...] = ()


class _Day(BaseModel):
    date: str
    rooms: dict[str, tuple[_Event, ...]]


class _Conference(BaseModel):
    title: str | None = None
    time_zone_name: str | None = None
    days: tuple[_Day, ...]


class _Schedule(BaseModel):
    conference: _Conference


class _Export(BaseModel):
    schedule: _Schedule


def read_c3voc(source: bytes, zone: ZoneInfo) -> Schedule:
    """Return the schedule in an export. Raises ScheduleError with every fault at once."""
    conference = json_file.parse_json(_Export, source, "the conference system").schedule.conference
    collector = ScheduleCollector(zone)
    collector.zone_named(conference.time_zone_name or "", "time_zone_name")
    for index, day in enumerate(conference.days, 1):
        for room, events in day.rooms.items():
            for number, event in enumerate(events, 1):
                collect_talk(collector, _talk(event, day.date, room), f"days[{index}].rooms[{room}][{number}]")
    return collector.schedule(conference.title or "")


def _talk(event: _Event, day: str, room: str) -> FrabTalk:
    return FrabTalk(
        # pretalx's other exports identify a talk by its code; its id is unique in its conference only.
        id=event.code or str(event.id if event.id is not None else "") or event.guid or "",
        date=event.date or "",
        day=day,
        start=event.start or "",
        duration=event.duration or "",
        room=room,
        title=event.title or "",
        kind=_name(event.type),
        track=_name(event.track),
        language=event.language or "",
        abstract=event.abstract or "",
        speakers=tuple(person.shown for person in event.persons),
        links=tuple(
            (link.title or "", link.url or "") for link in (*event.links, *event.attachments) if isinstance(link, _Link)
        ),
    )


def _name(wording: str | dict[str, str | None] | None) -> str:
    names = [wording] if isinstance(wording, str) else [name for name in (wording or {}).values() if name]
    return names[0] if names else ""
