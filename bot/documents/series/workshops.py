"""The workshops of a series, opened read-only and in order; all their faults are reported together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.documents.export.table import Source
from bot.domain.contributions.notes import Audience
from bot.domain.plan import Plan
from bot.domain.text import fold, spoken
from bot.settings import SettingsError
from bot.store.engine.errors import DatabaseUnusableError
from bot.store.plan_in_force import opened_alone


@dataclass(frozen=True, slots=True)
class SeriesWorkshop:
    """One workshop of the series."""

    path: Path
    source: Source

    @property
    def plan(self) -> Plan:
        """The workshop's plan, with the agenda as it was held."""
        return self.source.plan

    @property
    def id(self) -> str:
        """The workshop's id in files."""
        return self.plan.id

    @property
    def edition(self) -> int | None:
        """The workshop's number in the series, or None."""
        return self.plan.series.number if self.plan.series else None


@asynccontextmanager
async def opened(paths: Sequence[Path], audience: Audience, now: datetime) -> AsyncGenerator[list[SeriesWorkshop]]:
    """The workshops, earliest first. Raises SettingsError with a line for each that can't be compared."""
    if audience is Audience.PARTICIPANTS:
        raise SettingsError(
            "What participants of one workshop may read isn't for those of another; say --for series, or organisers."
        )
    workshops: list[SeriesWorkshop] = []
    faults: list[str] = []
    async with AsyncExitStack() as stack:
        for path in paths:
            try:
                programme, store = await stack.enter_async_context(opened_alone(path))
            except DatabaseUnusableError as fault:
                faults.append(str(fault))
            else:
                workshops.append(SeriesWorkshop(path, Source(programme, store, now, audience)))
        faults += [*_twice(workshops), *(_strangers(workshops) if audience is Audience.SERIES else ())]
        if faults:
            raise SettingsError("\n".join(faults))
        yield sorted(workshops, key=lambda workshop: (workshop.edition or 0, workshop.plan.agenda.days[0], workshop.id))


def _twice(workshops: Sequence[SeriesWorkshop]) -> Iterator[str]:
    first: dict[str, SeriesWorkshop] = {}
    for workshop in workshops:
        if (known := first.setdefault(workshop.id, workshop)) is not workshop:
            yield f"{workshop.path} is the same workshop as {known.path}, {workshop.id}. Name it once."


def _strangers(workshops: Sequence[SeriesWorkshop]) -> Iterator[str]:
    """A line for each workshop of no series or another one: notes shared with a series are for that series alone."""
    for workshop in workshops:
        if workshop.plan.series is None:
            yield (
                f"{workshop.path}: the plan of {workshop.id} names no series, so that its notes are for no other "
                "workshop. Write its series into the plan and start the bot once, or say --for organisers, or public."
            )
        elif not _titles(workshop) & _titles(workshops[0]) and workshops[0].plan.series:
            series_title = spoken(workshop.plan.series.title, "en")
            yield (
                f"{workshop.path}: {workshop.id} is of another series ({series_title}) than {workshops[0].id}. "
                "Leave it out, or say --for organisers, or public."
            )


def _titles(workshop: SeriesWorkshop) -> set[str]:
    return {fold(title) for title in workshop.plan.series.title.values()} if workshop.plan.series else set()
