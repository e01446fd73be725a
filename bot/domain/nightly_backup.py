"""The nightly backup: when it is due, and which of the older ones it replaces."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: On the clocks of the workshop's zone: nobody meets then.
HOUR = time(3)


def last_night(now: datetime, zone: ZoneInfo) -> datetime:
    """The latest 03:00 of the zone that has come (UTC)."""
    today = _night(now, zone)
    return today if today <= now else _night(now - timedelta(days=1), zone)


def next_night(now: datetime, zone: ZoneInfo) -> datetime:
    """The next 03:00 of the zone that is to come (UTC)."""
    today = _night(now, zone)
    return today if today > now else _night(now + timedelta(days=1), zone)


def _night(moment: datetime, zone: ZoneInfo) -> datetime:
    # Where clocks skip that hour, this is the instant at which they do; where they show it twice, the first.
    return datetime.combine(moment.astimezone(zone).date(), HOUR, zone).astimezone(UTC)


def backup_due(backups: Iterable[datetime], now: datetime, zone: ZoneInfo) -> bool:
    """Whether no backup was made since the last night. Those of the future were made by a clock that was wrong."""
    newest = max((made for made in backups if made <= now), default=None)
    return newest is None or newest < last_night(now, zone)


def superseded_backups(backups: Iterable[datetime], kept: int) -> list[datetime]:
    """All but the newest `kept`."""
    return sorted(backups, reverse=True)[kept:]
