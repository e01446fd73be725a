"""Reads a schedule file of any format. The content decides the format, never the name; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.domain.local_time import FIRST_DAY, LAST_DAY
from bot.importing.readers import (
    c3voc,
    columns,
    conferencebot,
    frab,
    icalendar,
    json_file,
    pretalx,
    programapi,
    spreadsheet,
)
from bot.importing.schedule import MAX_BYTES, Schedule, ScheduleError, first_faults

MAX_SESSIONS = 1_000
_LONGEST = timedelta(hours=24)


class Reader(Protocol):
    """Reads one format."""

    def __call__(self, source: bytes, zone: ZoneInfo) -> Schedule:
        """Return the schedule in a file; `zone` is the workshop's. Raises ScheduleError with every fault at once."""
        ...


class _Top(BaseModel):
    """The top-level keys that distinguish the JSON formats."""

    slots: object = None
    schedule: object = None
    streams: object = None
    days: object = None


_OF_JSON: Mapping[str, Reader] = {
    "slots": pretalx.read_pretalx,
    "schedule": c3voc.read_c3voc,
    "streams": conferencebot.read_conferencebot,
    "days": programapi.read_programapi,
}

_READABLE = (
    "Readable are frab and Pentabarf XML, the JSON of pretalx, c3voc, conference-bot and EuroPython's programapi, "
    "iCalendar, CSV and XLSX; for a table to fill in: plenary import --template agenda.xlsx"
)
_NOT_TABLES = ((b"\xd0\xcf\x11\xe0", "an old Excel or Word file"), (b"%PDF", "a PDF"), (b"\x89PNG", "a picture"))


def read_schedule(source: bytes, zone: ZoneInfo) -> Schedule:
    """Return the schedule in a file of any format. Raises ScheduleError with every fault at once.

    It may compute for some seconds: call it in a thread.
    """
    if len(source) > MAX_BYTES:
        raise ScheduleError(f"the file has {len(source):,} bytes; a schedule may have {MAX_BYTES:,}.")
    schedule = _reader(source)(source.removeprefix(b"\xef\xbb\xbf"), zone)
    if len(schedule.sessions) > MAX_SESSIONS:
        raise ScheduleError(f"There are {len(schedule.sessions):,} sessions; a plan may have {MAX_SESSIONS:,}.")
    faults = list(_out_of_range(schedule))
    if faults:
        raise ScheduleError("\n".join(first_faults(faults)))
    return schedule


def _out_of_range(schedule: Schedule) -> Iterator[str]:
    """Yield a fault for each session outside the range of workshops, or longer than a day."""
    for session in schedule.sessions:
        day = session.starts_at.date()
        if not FIRST_DAY <= day <= LAST_DAY:
            yield f"'{session.id}' is on {day}; correct its date: workshops are from {FIRST_DAY} to {LAST_DAY}."
        elif session.ends_at - session.starts_at > _LONGEST:
            hours = (session.ends_at - session.starts_at) // timedelta(hours=1)
            yield f"'{session.id}' lasts {hours:,} hours; correct its end: a session may last 24."


def _reader(source: bytes) -> Reader:
    for mark, what in _NOT_TABLES:
        if source.startswith(mark):
            raise ScheduleError(f"this is {what}, which can't be read; save the agenda as XLSX or CSV. {_READABLE}.")
    if source.startswith(b"PK\x03\x04"):
        return _workbook
    begins = spreadsheet.decode_text(source[:1024]).lstrip().upper()
    if begins.startswith("<"):
        return frab.read_frab
    if begins.startswith(("{", "[")):
        return _json
    return icalendar.read_icalendar if begins.startswith("BEGIN:VCALENDAR") else _csv


def _json(source: bytes, zone: ZoneInfo) -> Schedule:
    keys = json_file.parse_json(_Top, source, "the conference system").model_fields_set
    reader = next((reader for key, reader in _OF_JSON.items() if key in keys), None)
    if reader is None:
        raise ScheduleError(f"this JSON holds none of {', '.join(_OF_JSON)}, so it is no schedule. {_READABLE}.")
    return reader(source, zone)


def _workbook(source: bytes, zone: ZoneInfo) -> Schedule:
    try:
        return columns.read_grids(spreadsheet.grids_from_workbook(source), zone)
    except spreadsheet.GridError as fault:
        raise ScheduleError(f"{fault}.") from None


def _csv(source: bytes, zone: ZoneInfo) -> Schedule:
    try:
        table = spreadsheet.grid_from_csv(source, columns.count_known_columns)
    except spreadsheet.GridError as fault:
        raise ScheduleError(f"{fault}.") from None
    if not columns.count_known_columns(table):
        raise ScheduleError(f"this is no schedule that can be read. {_READABLE}.")
    return columns.read_grids((table,), zone)
