"""A workshop to measure with: its plan, with sessions that are under way now, and its database."""

from __future__ import annotations

import itertools
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot import store
from bot.domain.languages import LANGUAGES
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.importing import plan_file
from bot.store.plan_in_force import PlanInForce
from bot.store.venue import GUILD_FACT
from tests.bench import payloads

_COUNTRIES = ("AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA", "OM", "QA", "SA", "SD", "SY", "TN", "YE")


def _text(words: str) -> dict[str, str]:
    return {language: f"{words} ({language})" for language in LANGUAGES}


def zone_of_noon(now: datetime) -> str:
    """A zone in which it is about noon, so that a session may begin hours ago and end in hours, on the same day."""
    ahead = 12 - now.hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/UTC"


def _session(name: str, kind: str, start: str, end: str, room: str = "plenary") -> dict[str, Any]:
    return {
        "id": name, "kind": kind, "start": start, "end": end, "room": room, "topic": "ledgers",
        "title": _text(f"Session {name}"), "description": _text("What was tried, what worked and what did not"),
        "speakers": [{"office": _text("Director of Customs"), "organisation": _text("An administration")}],
    }  # fmt: skip


def plan(now: datetime, tracks: int, sessions: int) -> dict[str, Any]:
    """A plan of three days: `tracks` sessions `open-…` are under way at once; `sessions` more are over or to come.

    Nothing begins or ends within hours.
    """
    zone = zone_of_noon(now)
    today = now.astimezone(ZoneInfo(zone)).date()
    rooms = [{"id": f"track-{number}", "title": _text(f"Track {number}")} for number in range(tracks)]
    under_way = [
        _session(f"open-{number}", "presentation", "06:00", "20:00", f"track-{number}") for number in range(tracks)
    ]
    slots = itertools.cycle(f"{hour:02}:{minute:02}" for hour in range(8, 18) for minute in (0, 30))
    other = [
        _session(f"other-{number}", "discussion", start, f"{start[:3]}{int(start[3:]) + 25:02}")
        for number, start in zip(range(sessions), slots, strict=False)
    ]
    days = [
        {"date": today - timedelta(days=1), "sessions": other[::2]},
        {"date": today, "sessions": under_way},
        {"date": today + timedelta(days=1), "sessions": other[1::2]},
    ]
    topics = [
        {"id": name, "title": _text(name.capitalize()), "description": _text(f"All about {name}")}
        for name in ("ledgers", "sensors", "standards")
    ]
    return {
        "id": "bench", "title": _text("Workshop"), "description": _text("Three days"), "organiser": "Customs",
        "zone": zone, "languages": list(LANGUAGES), "topics": topics, "rooms": rooms, "days": days,
        "announcements": {"soon": {"kinds": []}, "start": {"kinds": []}, "end": {"kinds": []}, "ladder": [],
                          "feedback": {"kinds": []}, "digest": False},
    }  # fmt: skip


def person(number: int) -> int:
    """Somebody's Discord id."""
    return payloads.FIRST_PERSON + number


def participants(count: int) -> list[Participant]:
    """Places that were all taken."""
    return [
        Participant(
            f"p{number}",
            f"Delegate {number}",
            f"Customs of {_COUNTRIES[number % len(_COUNTRIES)]}",
            _COUNTRIES[number % len(_COUNTRIES)],
            OrganisationKind.CUSTOMS,
            LANGUAGES[number % 3],
            Role.PARTICIPANT,
            person(number),
            datetime(2023, 1, 1, tzinfo=UTC),
        )
        for number in range(count)
    ]


class Workshop:
    """A plan and its database in a folder, and the server that it is held in."""

    def __init__(self, folder: Path, read: Plan, server: payloads.Payload) -> None:
        self.folder = folder
        self.plan = read
        self.server = server

    @property
    def database(self) -> Path:
        """The file."""
        return self.folder / "plenary.db"

    def copy(self, folder: Path) -> Path:
        """The same in another folder, so that what a bot does there is nobody else's."""
        return Path(shutil.copytree(self.folder, folder))


def _planned(folder: Path, written: dict[str, Any]) -> Plan:
    folder.mkdir(parents=True)
    path = folder / "plan.yaml"
    path.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), "utf-8")
    return plan_file.load_plan(path).plan


async def make(
    folder: Path, *, tracks: int = 12, sessions: int = 48, people: int = 5_000, extra_rooms: int = 0
) -> Workshop:
    """Make one, as it is on its second day."""
    now = datetime.now(UTC)
    read = _planned(folder, plan(now, tracks, sessions))
    server, known = payloads.home(read, extra_rooms, now)
    async with store.opened(folder / "plenary.db") as opened:
        await PlanInForce(read, opened).follow(now)
        await opened.facts.put(GUILD_FACT, str(payloads.GUILD))
        for key, number in known.items():
            await opened.venue.keep(key, number, now)
        await opened.participants.put(participants(people))
    return Workshop(folder, read, server)
