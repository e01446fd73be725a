"""Tables: named columns, and rows that come a page at a time, because there may be a million."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.domain.contributions.notes import Audience
from bot.domain.plan import Plan
from bot.store import Store
from bot.store.plan_in_force import PlanInForce

_EPOCH, _SECOND = datetime.fromtimestamp(0, UTC), timedelta(seconds=1)

Cell = str | int | float | bool | datetime | date | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Source:
    """What tables are made of, and for whom."""

    programme: PlanInForce
    store: Store
    now: datetime
    """UTC."""
    audience: Audience = Audience.ORGANISERS
    """Whom notes are for."""
    language: str = ""
    """In which titles are told; the workshop's first, if it doesn't speak that one."""

    @property
    def plan(self) -> Plan:
        """The plan, with the agenda as it is held."""
        return self.programme.plan

    @property
    def spoken(self) -> str:
        """The language in which titles are told."""
        return self.language if self.language in self.plan.languages else self.plan.languages[0]


@dataclass(frozen=True, slots=True)
class Table:
    """Instants in it are in the workshop's zone, to the second."""

    columns: Sequence[str]
    pages: AsyncIterator[Iterable[Row]]
    """Each may take its time to be worked out, and can be read once: read it in a thread."""


def whole(columns: Sequence[str], rows: Iterable[Row]) -> Table:
    """A table that fits into one page."""
    return Table(columns, _once(list(rows)))


async def _once(rows: Sequence[Row]) -> AsyncIterator[Iterable[Row]]:
    yield rows


def local(plan: Plan, moment: datetime) -> datetime:
    """An instant as a table holds it."""
    # A third of the time that astimezone and replace take.
    return datetime.fromtimestamp((moment - _EPOCH) // _SECOND, plan.tz)
