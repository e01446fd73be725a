"""Reads the XML that Pentabarf, frab and pretalx export; c3voc.py, its JSON form, shares `FrabTalk`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.domain.agenda.sessions import SessionKind
from bot.domain.text import one_line
from bot.importing.readers import human_time, xml_tree
from bot.importing.readers.collector import RawSession, ScheduleCollector, make_id
from bot.importing.readers.xml_tree import Element
from bot.importing.schedule import Schedule, ScheduleError, guess_kind


@dataclass(frozen=True, slots=True)
class FrabTalk:
    """An event of such a schedule, as written in the file; an absent value is empty."""

    id: str
    date: str
    """With offset; Pentabarf's own files have only `day` and `start`."""
    day: str
    start: str
    duration: str
    room: str
    title: str
    kind: str
    track: str
    language: str
    abstract: str
    speakers: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


def read_frab(source: bytes, zone: ZoneInfo) -> Schedule:
    """Return the schedule in an export. Raises ScheduleError with every fault at once."""
    try:
        top = xml_tree.parse_xml(source)
    except xml_tree.MarkupError as fault:
        raise ScheduleError(f"line {fault.line}: {fault}.") from None
    if top.name != "schedule":
        raise ScheduleError(
            f"line {top.line}: found <{one_line(top.name)[:40]}>, not <schedule>; export the schedule as frab XML."
        )
    collector = ScheduleCollector(zone)
    conference = next(top.all("conference"), Element("", {}, top.line))
    collector.zone_named(conference.text("time_zone_name"), f"line {conference.line}")
    for day in top.all("day"):
        for room in day.all("room"):
            for event in room.all("event"):
                collect_talk(collector, _talk(event, day, room), f"line {event.line}")
    return collector.schedule(conference.text("title"))


def _talk(event: Element, day: Element, room: Element) -> FrabTalk:
    return FrabTalk(
        id=event.text("code")
        or event.attributes.get("code", "")
        or event.attributes.get("id", "")
        or event.attributes.get("guid", ""),
        date=event.text("date"),
        day=day.attributes.get("date", ""),
        start=event.text("start"),
        duration=event.text("duration"),
        room=room.attributes.get("name", "") or event.text("room"),
        title=event.text("title"),
        kind=event.text("type"),
        track=event.text("track"),
        language=event.text("language"),
        abstract=event.text("abstract"),
        speakers=tuple(_inner(event, "persons", "person")),
        links=tuple(
            (link.words, link.attributes.get("href", ""))
            for group, name in (("links", "link"), ("attachments", "attachment"))
            for parent in event.all(group)
            for link in parent.all(name)
        ),
    )


def _inner(event: Element, group: str, name: str) -> Iterator[str]:
    return (child.words for parent in event.all(group) for child in parent.all(name))


def collect_talk(collector: ScheduleCollector, talk: FrabTalk, place: str) -> None:
    """Add the talk to the collector, or its fault."""
    where = f"{place} ({one_line(talk.id)[:60]})" if talk.id else place
    if not talk.id:
        collector.fault(where, "the event has no id; export the schedule again, with ids")
        return
    start = _start(collector, talk, where)
    language = talk.language[:2].lower() or "en"
    collector.add(
        RawSession(
            place=where,
            id=make_id(talk.id, "session"),
            title={language: talk.title},
            starts_at=start,
            ends_at=collector.after(start, talk.duration, where) if start else None,
            kind=_kind(talk),
            rooms=(talk.room,),
            track=talk.track,
            description={language: talk.abstract},
            speakers=talk.speakers,
            materials=talk.links,
        )
    )


def _kind(talk: FrabTalk) -> SessionKind | None:
    """Return the kind: a plan's own word for one counts as it is; else it is guessed from the type and the track."""
    if talk.kind in tuple(SessionKind):
        return SessionKind(talk.kind)
    return guess_kind(f"{talk.kind} {talk.track}") if talk.kind else None


def _start(collector: ScheduleCollector, talk: FrabTalk, place: str) -> datetime | None:
    if talk.date:
        return collector.moment(talk.date, place)
    try:
        begins = datetime.combine(date.fromisoformat(talk.day), time(0))
    except ValueError:
        collector.fault(place, f"its day has the date '{one_line(talk.day)[:40]}'; write one such as 2023-02-20")
        return None
    try:
        return collector.instant(datetime.combine(begins, human_time.parse_clock(talk.start)), place)
    except human_time.HumanTimeError as fault:
        collector.fault(place, str(fault))
        return None
