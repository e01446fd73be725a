"""Format numbers, dates and times for a document's language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from bot.domain.agenda.sessions import Session
from bot.domain.languages import RECORDS
from bot.domain.plan import Plan
from bot.domain.text import clean, isolate, one_line

#: Marks a range, or a missing value.
DASH = "\N{EN DASH}"


def number(language: str, value: float) -> str:
    """`1,234.5`, `1 234,5`."""
    return format_decimal(value, locale=RECORDS[language].locale)


def percent(language: str, value: float | None) -> str:
    """`82.5%`, `82,5 %`; a dash where there is none."""
    return DASH if value is None else format_percent(value / 100, "#,##0.#%", locale=RECORDS[language].locale)


def day(language: str, when: date) -> str:
    """`20 February 2023`."""
    return format_date(when, "long", locale=RECORDS[language].locale)


def days(language: str, first: date, last: date) -> str:
    """`20-22 February 2023`, with a dash."""
    if first == last:
        return day(language, first)
    same_month = (first.year, first.month) == (last.year, last.month)
    return (
        f"{first.day}{DASH}{day(language, last)}"
        if same_month
        else f"{day(language, first)} {DASH} {day(language, last)}"
    )


def times(plan: Plan, session: Session) -> str:
    """A session's start and end in the workshop's zone; from left to right in every language."""
    return isolate(f"{clock(plan, session.starts_at)}{DASH}{clock(plan, session.ends_at)}")


def clock(plan: Plan, instant: datetime) -> str:
    """`10:00`, in the workshop's zone."""
    return f"{instant.astimezone(plan.tz):%H:%M}"


def typed(words: str) -> str:
    """User text for use inside another text, isolated so that its direction doesn't affect that text."""
    return isolate(one_line(words))


def written(words: str) -> str:
    """User text for a paragraph of its own."""
    return clean(words)


def mirrored(words: str) -> bool:
    """Whether a text runs from right to left, decided by its first letter with a direction."""
    return next(_ways(words), False)


def _ways(words: str) -> Iterator[bool]:
    """For each letter with a direction, whether it runs from right to left."""
    ways = map(unicodedata.bidirectional, words)
    return (way != "L" for way in ways if way in {"L", "R", "AL"})


_ISOLATED = re.compile(isolate(f"([^{isolate('')}]*)"))
_NUMBER = re.compile(r"\d+(?:[.,\u066b\u066c]\d+)*")


def unisolated(words: str, *, mirrored: bool) -> str:
    """A line's text without redundant isolates: those around text in the line's own direction.

    NOTE: LibreOffice misplaces the space before a run that begins with an isolate and follows the line's direction,
    and drops a full stop after it.
    """
    one_way = set(_ways(words)) <= {mirrored}

    def shown(isolated: re.Match[str]) -> str:
        held = isolated[1]
        with_the_line = set(_ways(held)) == {mirrored} or (one_way and _NUMBER.fullmatch(held))
        return held if with_the_line else isolated[0]

    while (less := _ISOLATED.sub(shown, words)) != words:  # isolates may be nested
        words = less
    return words
