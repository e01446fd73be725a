"""Instants in the database: UTC, ISO-8601 text."""

from __future__ import annotations

from datetime import UTC, datetime


def iso_utc(moment: datetime) -> str:
    """Return an instant as the database stores it: in UTC, always with microseconds, so that text sorts as time."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


#: Reads an instant (UTC) from the database.
instant = datetime.fromisoformat
