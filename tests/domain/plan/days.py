"""Days of a plan, as YAML gives them."""

from __future__ import annotations

from typing import Any


def day(*sessions: dict[str, Any], on: str = "2023-02-20") -> dict[str, Any]:
    """One day of a plan, as YAML gives it."""
    plain = {"kind": "panel", "start": "09:00", "end": "10:00", "title": "A panel"}
    return {"date": on, "sessions": [{**plain, "id": f"s{number}", **entry} for number, entry in enumerate(sessions)]}
