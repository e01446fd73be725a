"""The workshops of a series, each opened to read, in their order; what is wrong with any of them is told at once."""

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
    """One of them."""

    path: Path
    source: Source

    @property
    def plan(self) -> Plan:
        """Its plan, with the agenda as it was held."""
        return self.source.plan

    @property
    def id(self) -> str:
        """What it is called in files."""
        return self.plan.id

    @property
    def edition(self) -> int | None:
        """Its number in the series."""
        return self.plan.series.number if self.plan.series else None


@asynccontextmanager
async def opened(paths: Sequence[Path], audience: Audience, now: datetime) -> AsyncGenerator[list[SeriesWorkshop]]:
    """The workshops, the earliest first. Raises SettingsError with a line for each that can't be put beside others."""
    if audience is Audience.PARTICIPANTS:
        raise SettingsError(
            "What participants of one workshop may read isn't for those of another; say --for series, or organisers."
        )
    found: list[SeriesWorkshop] = []
    faults: list[str] = []
    async with AsyncExitStack() as stack:
        for path in paths:
            try:
                programme, store = await stack.enter_async_context(opened_alone(path))
            except DatabaseUnusableError as fault:
                faults.append(str(fault))
            else:
                found.append(SeriesWorkshop(path, Source(programme, store, now, audience)))
        faults += [*_twice(found), *(_strangers(found) if audience is Audience.SERIES else ())]
        if faults:
            raise SettingsError("\n".join(faults))
        yield sorted(found, key=lambda one: (one.edition or 0, one.plan.agenda.days[0], one.id))


def _twice(found: Sequence[SeriesWorkshop]) -> Iterator[str]:
    first: dict[str, SeriesWorkshop] = {}
    for one in found:
        if (known := first.setdefault(one.id, one)) is not one:
            yield f"{one.path} is the same workshop as {known.path}, {one.id}. Name it once."


def _strangers(found: Sequence[SeriesWorkshop]) -> Iterator[str]:
    """Who lets the other workshops of the series read a note, means those of that series."""
    for one in found:
        if one.plan.series is None:
            yield (
                f"{one.path}: the plan of {one.id} names no series, so that its notes are for no other workshop. Write "
                "its series into the plan and start the bot once, or say --for organisers, or public."
            )
        elif not _titles(one) & _titles(found[0]) and found[0].plan.series:
            theirs = spoken(one.plan.series.title, "en")
            yield (
                f"{one.path}: {one.id} is of another series ({theirs}) than {found[0].id}. Leave it out, or say --for "
                "organisers, or public."
            )


def _titles(one: SeriesWorkshop) -> set[str]:
    return {fold(title) for title in one.plan.series.title.values()} if one.plan.series else set()
