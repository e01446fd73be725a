"""Reads iCalendar: an event is a session. Nothing is repeated by rule, and zones are known by name, not by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar.parser import Contentline, Parameters
from icalendar.prop import vDuration
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from bot.domain.local_time import zones
from bot.domain.text import one_line
from bot.importing.readers import spreadsheet
from bot.importing.readers.collector import RawSession, ScheduleCollector, make_id
from bot.importing.schedule import Schedule, ScheduleError, guess_kind

_DATE_ONLY = re.compile(r"\d{8}")
#: Lines of a calendar, and characters of one, its continuations included.
_MOST_LINES, _LONGEST_LINE = 100_000, 100_000


@dataclass(frozen=True, slots=True)
class _Property:
    line: int
    value: str
    parameters: Parameters

    @property
    def texts(self) -> dict[str, str]:
        return {str(self.parameters.get("LANGUAGE", "en"))[:2].lower(): self.value}


@dataclass(frozen=True, slots=True)
class _Component:
    name: str
    line: int
    properties: dict[str, _Property] = field(default_factory=dict[str, _Property])

    def text(self, name: str) -> str:
        content = self.properties.get(name)
        return content.value if content else ""


def read_icalendar(source: bytes, zone: ZoneInfo) -> Schedule:
    """Return the schedule in a calendar. Raises ScheduleError with every fault at once."""
    collector = ScheduleCollector(zone)
    title = ""
    for component in _components(spreadsheet.decode_text(source), collector):
        if component.name == "VEVENT":
            _gather(collector, component, zone)
        elif component.name == "VCALENDAR":
            title = component.text("X-WR-CALNAME")
            collector.zone_named(component.text("X-WR-TIMEZONE"), "X-WR-TIMEZONE")
    return collector.schedule(title)


def _components(text: str, collector: ScheduleCollector) -> Iterator[_Component]:
    """Yield the calendar and its events, each with its own properties, without those of alarms and zones."""
    begun: list[_Component] = []
    for number, content in _unfolded(text):
        if number > _MOST_LINES:
            raise ScheduleError(f"the calendar has more than {_MOST_LINES:,} lines; export fewer events.")
        if len(content) > _LONGEST_LINE:
            raise ScheduleError(f"line {number} has {len(content):,} characters; it may have {_LONGEST_LINE:,}.")
        try:
            name, parameters, value = Contentline(content).parts()
        except ValueError:
            collector.fault(f"line {number}", f"{one_line(content)[:40]!r} is no line of a calendar; export it again")
            continue
        name = name.upper()
        if name == "BEGIN":
            begun.append(_Component(value.strip().upper(), number))
        elif name == "END":
            if not begun or begun[-1].name != value.strip().upper():
                raise ScheduleError(
                    f"line {number}: {one_line(content)[:40]!r} ends what wasn't begun; export it again."
                )
            yield begun.pop()
        elif begun:
            begun[-1].properties.setdefault(name, _Property(number, value, parameters))
    if begun:
        raise ScheduleError(
            f"line {begun[-1].line}: this {one_line(begun[-1].name)[:40]} doesn't end; export it again."
        )


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number; a line that begins with a blank continues the one before it (RFC 5545, 3.1)."""
    first, pieces = 1, list[str]()
    for number, content in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if content[:1] in {" ", "\t"} and pieces:
            pieces.append(content[1:])
            continue
        if "".join(pieces).strip():
            yield first, "".join(pieces)
        first, pieces = number, [content]
    if "".join(pieces).strip():
        yield first, "".join(pieces)


def _gather(collector: ScheduleCollector, event: _Component, zone: ZoneInfo) -> None:
    uid = event.text("UID")
    place = f"line {event.line} ({one_line(event.text('SUMMARY') or uid)[:60]})"
    begins = event.properties.get("DTSTART")
    if event.text("STATUS").upper() == "CANCELLED":
        collector.remark(f"{place}: it is cancelled, and was left out.")
    elif begins is None:
        collector.fault(place, "the event has no start (DTSTART)")
    elif _DATE_ONLY.fullmatch(begins.value):
        collector.remark(f"{place}: it lasts the whole day, and was left out; a session has times.")
    elif event.properties.keys() & {"RRULE", "RDATE"}:
        collector.fault(place, "the event is repeated by a rule; write each session as an event of its own")
    else:
        _gather_session(collector, event, begins, place, zone)


def _gather_session(
    collector: ScheduleCollector, event: _Component, begins: _Property, place: str, zone: ZoneInfo
) -> None:
    uid = event.text("UID")
    if not uid:
        collector.fault(place, "the event has no UID; export the calendar again, with UIDs")
        return
    start = _instant(collector, begins, place, zone)
    location, categories = event.text("LOCATION"), event.text("CATEGORIES")
    described = event.properties.get("DESCRIPTION")
    collector.add(
        RawSession(
            place=place,
            # The part after the @ names the system that made the id, and is the same for all.
            id=make_id(f"{uid.partition('@')[0] or uid} {event.text('RECURRENCE-ID')}".strip(), "session"),
            title=event.properties["SUMMARY"].texts if "SUMMARY" in event.properties else {},
            starts_at=start,
            ends_at=_end(collector, event, start, place, zone) if start else None,
            kind=guess_kind(categories) if categories else None,
            # The address of a video call is not the name of a room.
            rooms=() if "://" in location else (location,),
            track=categories.partition(",")[0],
            description=described.texts if described else {},
            materials=((event.text("SUMMARY"), event.text("URL")),),
        )
    )


def _end(
    collector: ScheduleCollector, event: _Component, start: datetime, place: str, zone: ZoneInfo
) -> datetime | None:
    if ends := event.properties.get("DTEND"):
        return _instant(collector, ends, place, zone)
    lasts = event.text("DURATION")
    try:
        return start + vDuration.from_ical(lasts) if lasts else None  # pyright: ignore[reportUnknownMemberType]
    except (ValueError, OverflowError):
        collector.fault(place, f"{one_line(lasts)[:40]!r} is not a length; export the calendar again")
        return None


def _instant(collector: ScheduleCollector, content: _Property, place: str, zone: ZoneInfo) -> datetime | None:
    try:
        moment = datetime.strptime(content.value.strip().removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time
    except ValueError:
        collector.fault(place, f"{one_line(content.value)[:40]!r} is not a time; export the calendar again")
        return None
    if content.value.strip().endswith("Z"):
        return collector.instant(moment.replace(tzinfo=UTC), place)
    name = str(content.parameters.get("TZID", ""))
    known = _zone(name) if name else zone
    if known is None:
        collector.fault(place, f"there is no time zone {one_line(name)[:60]!r}; use an IANA name, such as {zone.key}")
        return None
    return collector.instant(moment, place, known)


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA or Windows name, also behind a vendor's path; None if there is none."""
    parts = name.strip("/").split("/")
    candidates = [WINDOWS_TO_OLSON.get(name, name), *("/".join(parts[cut:]) for cut in range(1, len(parts)))]
    return next((ZoneInfo(known) for known in candidates[:8] if known in zones()), None)
