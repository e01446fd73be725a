"""What the parts of a plan may refer to: languages, topics, rooms, days. Collected before the parts are checked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from pydantic import ValidationInfo

from bot.domain.local_time import zones

#: The room that every workshop has.
PLENARY = "plenary"


class References(NamedTuple):
    """What the parts of a plan may refer to.

    It is collected from the raw file first, so that one fault in one part doesn't hide the faults of the others.
    """

    languages: tuple[str, ...]
    topics: frozenset[str]
    rooms: frozenset[str]
    duplicates: frozenset[tuple[str, str]]
    """Kind (`topics`, `rooms`, `sessions`) and id of each id that is used twice."""
    zone: ZoneInfo | None
    dates: Mapping[str, date]
    """The day of each session by its id; of a duplicate id, the last."""
    in_force: bool = False
    """Whether the workshop already runs by this plan: then rules that are younger than the plan don't apply."""

    @classmethod
    def in_file(cls, raw: Mapping[str, Any]) -> References:
        """Collect them from a plan as YAML gives it. Values of a wrong type are left to their own check."""
        languages = raw.get("languages")
        listed = cast("list[Any]", languages) if isinstance(languages, list) else []
        zone = raw.get("zone")
        return cls(
            languages=tuple(str(language) for language in listed),
            topics=frozenset(_ids(raw.get("topics"))),
            rooms=frozenset(_ids(raw.get("rooms"))) | {PLENARY},
            duplicates=_duplicates(raw),
            dates=_dates(raw),
            zone=ZoneInfo(zone) if isinstance(zone, str) and zone in zones() else None,
        )


def references(info: ValidationInfo) -> References:
    """Return the references of the plan that is being checked."""
    return cast("References", info.context)


def iso_date(value: str) -> date | None:
    """Parse `2023-02-20`; None for anything else.

    Pydantic is more lenient: it also takes a bare number, as seconds since 1970.
    """
    try:
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else None
    except ValueError:
        return None


def _ids(entries: object) -> list[str]:
    return [str(entry["id"]) for entry in _mappings(entries) if "id" in entry]


def _mappings(entries: object) -> list[dict[str, Any]]:
    listed = cast("list[Any]", entries) if isinstance(entries, list) else []
    return [cast("dict[str, Any]", entry) for entry in listed if isinstance(entry, dict)]


def _duplicates(raw: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    sessions = [name for day in _mappings(raw.get("days")) for name in _ids(day.get("sessions"))]
    kinds = {"topics": _ids(raw.get("topics")), "rooms": _ids(raw.get("rooms")), "sessions": sessions}
    return frozenset((kind, name) for kind, names in kinds.items() for name, n in Counter(names).items() if n > 1)


def _dates(raw: Mapping[str, Any]) -> dict[str, date]:
    days = [(day, iso_date(str(day.get("date")))) for day in _mappings(raw.get("days"))]
    return {name: when for day, when in days if when for name in _ids(day.get("sessions"))}
