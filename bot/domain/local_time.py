"""Wall times: what a clock in the workshop's zone shows, and the instants (UTC) that they name.

Where clocks change, a wall time may name no instant or two: PEP 495 (https://peps.python.org/pep-0495/), gap and fold.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_CLOCK = r"(?P<hour>[01]?\d|2[0-3])[:.h](?P<minute>[0-5]\d)"
_ISO_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[./ -](?P<month>\d{1,2})[./ -](?P<year>\d{4})")
_WHEN = re.compile(rf"(?:(?P<day>\S+)\s+)?{_CLOCK}", re.IGNORECASE)

#: Workshops are held between these days: a date outside is a typing error, and calendars end at the year 9999.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
#: How far ahead somebody may set a time, or promise something.
_FURTHEST, _FURTHEST_DATE = timedelta(days=731), timedelta(days=3653)

#: Day words of the three languages that a moderator may type in front of a time.
_DAY_WORDS = {
    "today": 0,
    "tomorrow": 1,
    "aujourd'hui": 0,
    "demain": 1,
    "اليوم": 0,
    "غدا": 1,
    "غدًا": 1,
}


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones (IANA). Cached, because listing them reads hundreds of files."""
    return frozenset(available_timezones())


class LocalTimeError(ValueError):
    """A wall time that names no instant, or two. `choices` holds the instants (UTC) that it may have meant."""

    def __init__(self, reason: str, choices: tuple[datetime, ...] = ()) -> None:
        super().__init__(reason)
        self.choices = choices


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which the zone's clocks show `clock` on `day`.

    Raises LocalTimeError where clocks skip that time or show it twice, with both instants that may be meant, and where
    it is outside datetime's range.
    """
    wall = datetime.combine(day, clock, zone)
    try:
        earlier, later = wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    except OverflowError:  # the first or the last day of datetime's range
        raise LocalTimeError("unreadable") from None
    if earlier == later:
        return earlier
    choices = (min(earlier, later), max(earlier, later))
    if earlier.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise LocalTimeError("skipped", choices)
    raise LocalTimeError("twice", choices)


def instant_or_later(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the same as `instant`; where clocks skip that time or show it twice, the later of the two instants.

    Raises LocalTimeError outside datetime's range.
    """
    try:
        return instant(day, clock, zone)
    except LocalTimeError as unclear:
        if not unclear.choices:
            raise
        return unclear.choices[-1]


def months_after(day: date, months: int) -> date:
    """Return the same day some calendar months later, or the last day of that month if it is shorter."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day in `zone` at an instant."""
    return moment.astimezone(zone).date()


def parse_wall_time(typed: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) that somebody means by `14:30`, `tomorrow 9:00` or `2023-02-21 14:30`, in `zone`.

    A time without a day is today's. Raises LocalTimeError with the reason `unreadable`, `past`, `far` (more than two
    years ahead), `skipped` or `twice`.
    """
    match = _WHEN.fullmatch(typed.strip())
    if match is None:
        raise LocalTimeError("unreadable")
    day = _read_day(match["day"], day_of(now, zone))
    if day > day_of(now, zone) + _FURTHEST:
        raise LocalTimeError("far")
    meant = instant(day, time(int(match["hour"]), int(match["minute"])), zone)
    if meant < now - timedelta(minutes=1):
        raise LocalTimeError("past")
    return meant


def parse_date(typed: str, today: date) -> date:
    """Return the day that somebody means by `2023-06-30`, `30.06.2023` or `30/6/2023`, in any script's digits.

    Raises LocalTimeError with the reason `unreadable`, `past` where it is before `today`, or `far` where it is over
    ten years after it.
    """
    match = _ISO_DATE.fullmatch(typed.strip()) or _DAY_FIRST.fullmatch(typed.strip())
    try:
        meant = date(int(match["year"]), int(match["month"]), int(match["day"])) if match else None
    except ValueError:
        meant = None
    if meant is None:
        raise LocalTimeError("unreadable")
    if meant < today:
        raise LocalTimeError("past")
    if meant > today + _FURTHEST_DATE:
        raise LocalTimeError("far")
    return meant


def _read_day(typed: str | None, today: date) -> date:
    if typed is None:
        return today
    ahead = _DAY_WORDS.get(typed.casefold())
    if ahead is not None:
        return today + timedelta(days=ahead)
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise LocalTimeError("unreadable") from None
