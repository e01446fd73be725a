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
    """The data that tables are built from, and the audience that they are for."""

    programme: PlanInForce
    store: Store
    now: datetime
    """UTC."""
    audience: Audience = Audience.ORGANISERS
    """The audience whose view of the notes is used."""
    language: str = ""
    """The language of titles; the workshop's first language if it doesn't have this one."""

    @property
    def plan(self) -> Plan:
        """The plan, with the agenda as it is held."""
        return self.programme.plan

    @property
    def spoken(self) -> str:
        """The language that titles are written in."""
        return self.language if self.language in self.plan.languages else self.plan.languages[0]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and pages of rows. Instants are in the workshop's zone, to the second."""

    columns: Sequence[str]
    pages: AsyncIterator[Iterable[Row]]
    """Each page may be slow to compute and can be read only once: read it in a thread."""


def whole(columns: Sequence[str], rows: Iterable[Row]) -> Table:
    """A table that fits into one page."""
    return Table(columns, _once(list(rows)))


async def _once(rows: Sequence[Row]) -> AsyncIterator[Iterable[Row]]:
    yield rows


def local(plan: Plan, moment: datetime) -> datetime:
    """An instant in the workshop's zone, to the second, as tables hold it."""
    # Takes a third of the time of astimezone and replace.
    return datetime.fromtimestamp((moment - _EPOCH) // _SECOND, plan.tz)
