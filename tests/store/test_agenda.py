"""The agenda as it is held: what the plan's file says, since it says something else than before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.agenda import Agenda
from bot.domain.plan import Plan
from bot.store import Store
from bot.store.agenda import agenda_of

NOW = datetime(2023, 2, 1, tzinfo=UTC)


async def test_the_file_is_followed_where_it_says_something_else(store: Store, tiny: Callable[..., Plan]) -> None:
    agenda = tiny().agenda
    first, *others = agenda.sessions
    moved = replace(first, starts_at=first.starts_at - timedelta(minutes=5))

    async def follow(*sessions: object) -> dict[str, tuple[int, bool]]:
        await store.agenda.follow(Agenda(sessions), NOW)  # pyright: ignore[reportArgumentType] - of sessions
        held = await store.agenda.all()
        assert agenda_of(held).sessions == sessions
        return {one.session.id: (one.sequence, one.cancelled_at is not None) for one in held}

    unchanged = {session.id: (0, False) for session in agenda}
    assert await follow(*agenda.sessions) == unchanged
    assert await follow(*agenda.sessions) == unchanged
    assert await follow(moved, *others) == unchanged | {first.id: (1, False)}
    # Left out, it is cancelled; there again, it is held again.
    assert await follow(*others) == unchanged | {first.id: (2, True)}
    assert await follow(moved, *others) == unchanged | {first.id: (3, False)}
