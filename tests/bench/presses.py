"""What people press, at Plenary and at its yardstick, and whether the answers are right."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import payloads
from tests.bench.bots import PLENARY
from tests.bench.payloads import Payload
from tests.bench.server import Answer, UnansweredError

_WORDS = "We tried it at two border posts for half a year, with the port and the carriers. " * 3


@dataclass(frozen=True)
class Kind:
    """A kind of press. Both get the round and the number of the person."""

    name: str
    ours: Callable[[int, int], Payload]
    theirs: Callable[[int, int], Payload]
    kept_in: str = ""
    """The table in which Plenary must have as many rows more."""

    def of(self, bot: str, turn: int, count: int) -> list[Payload]:
        """What so many people press."""
        made = self.ours if bot == PLENARY else self.theirs
        return [made(turn, number) for number in range(count)]

    def check(self, bot: str, answers: Sequence[Answer]) -> None:
        """Raises UnansweredError where Plenary says anything but what it says when all is well."""
        wrong = [one.body for one in answers if bot == PLENARY and not _is_good(json.loads(one.body))]
        if wrong:
            raise UnansweredError(f"{len(wrong)} of {len(answers)} were refused, such as: {wrong[0].decode()[:400]}")


def _is_good(answer: dict[str, Any]) -> bool:
    told = json.dumps(answer["data"], ensure_ascii=False)
    return bool(answer["data"].get("choices")) if answer["type"] == 8 else "⚠️" not in told


def _note(turn: int, number: int) -> Payload:
    return payloads.form(
        f"noted:{turn}000{number}",
        {"title": f"Seals {turn} {number}", "did": _WORDS, "learned": _WORDS},
        {"topic": "ledgers", "kind": "worked"},
    )


def _typing(_turn: int, _number: int) -> Payload:
    return payloads.command("checkin", typing=("session", "sess"))


def _agenda(_turn: int, _number: int) -> Payload:
    return payloads.command("agenda")


CHECK_IN = Kind(
    "check-in",
    lambda turn, _: payloads.button(f"checkin:open-{turn}:0123456789abcdef01234567"),
    lambda _turn, _number: payloads.button("ping"),
    "presence",
)
NOTE = Kind("note submit", _note, _note, "note")
AUTOCOMPLETE = Kind("autocomplete", _typing, _typing)
AGENDA = Kind("/agenda", _agenda, _agenda)


def kept(folder: Path, table: str) -> int:
    """How many rows a workshop's table has on disk."""
    with closing(sqlite3.connect(f"file:{folder / 'plenary.db'}?mode=ro", uri=True)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - names of ours
