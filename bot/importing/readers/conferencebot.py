"""Reads the JSON of conference-bot: streams of talks, with their instants."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.importing.readers import json_file
from bot.importing.readers.collector import RawSession, ScheduleCollector, make_id
from bot.importing.schedule import Schedule


class _Speaker(BaseModel):
    display_name: str | None = None


class _Talk(BaseModel):
    id: int | str
    title: str | None = None
    description: str | None = None
    start: str | None = None
    end: str | None = None
    tracks: tuple[str, ...] = ()
    speakers: tuple[_Speaker, ...] = ()


class _Stream(BaseModel):
    stream_name: str | None = None
    talks: tuple[_Talk, ...]


class _File(BaseModel):
    title: str | None = None
    streams: tuple[_Stream, ...]


def read_conferencebot(source: bytes, zone: ZoneInfo) -> Schedule:
    """Return the schedule in a file. Raises ScheduleError with every fault at once."""
    file = json_file.parse_json(_File, source, "conference-bot's file")
    collector = ScheduleCollector(zone)
    for index, stream in enumerate(file.streams, 1):
        for number, talk in enumerate(stream.talks, 1):
            _gather(collector, talk, stream.stream_name or "", f"streams[{index}].talks[{number}]")
    return collector.schedule(file.title or "")


def _gather(collector: ScheduleCollector, talk: _Talk, room: str, place: str) -> None:
    start = collector.moment(talk.start, place)
    collector.add(
        RawSession(
            place=place,
            id=make_id(str(talk.id), "session"),
            title={"en": talk.title or ""},
            starts_at=start,
            ends_at=collector.moment(talk.end, place) if start and talk.end else None,
            rooms=(room,),
            track=talk.tracks[0] if talk.tracks else "",
            description={"en": talk.description or ""},
            speakers=tuple(speaker.display_name or "" for speaker in talk.speakers),
        )
    )
