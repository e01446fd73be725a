"""The agenda as it is held: what follows from the plan's file each time that it is read."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import store as stores
from bot.domain.agenda.sessions import Agenda, Session, SessionKind
from bot.store import Store
from bot.store.agenda import HeldSession, agenda_of
from bot.store.engine.database import Database
from bot.store.engine.instants import iso_utc

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def session(name: str, starts: int = 0, title: str = "A panel") -> Session:
    """A session of an hour, so many minutes after noon."""
    starts_at = NOON + timedelta(minutes=starts)
    return Session(
        id=name,
        kind=SessionKind.PANEL,
        day=NOON.date(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        room="plenary",
        topic=None,
        title={"en": title},
        description=None,
        speakers=(),
        materials=(),
    )


OPENING, PANEL = session("opening"), session("panel", 60)
BOTH = Agenda((OPENING, PANEL))


async def held(store: Store) -> dict[str, HeldSession]:
    return {one.session.id: one for one in await store.agenda.all()}


async def test_a_new_session_is_held_as_the_file_says(store: Store) -> None:
    await store.agenda.follow(BOTH, NOON)
    assert await held(store) == {
        "opening": HeldSession(OPENING, 0, None),
        "panel": HeldSession(PANEL, 0, None),
    }


async def test_what_the_file_says_again_changes_nothing(store: Store) -> None:
    await store.agenda.follow(BOTH, NOON)
    before = await held(store)
    await store.agenda.follow(BOTH, LATER)
    assert await held(store) == before


async def test_a_changed_session_is_changed_and_its_sequence_grows(store: Store) -> None:
    """With each change by one; the other's stays."""
    await store.agenda.follow(BOTH, NOON)
    for number, moved in enumerate((session("panel", 90), session("panel", 90, "Renamed")), 1):
        await store.agenda.follow(Agenda((OPENING, moved)), LATER)
        assert await held(store) == {
            "opening": HeldSession(OPENING, 0, None),
            "panel": HeldSession(moved, number, None),
        }


async def test_a_session_left_out_is_cancelled_and_stays_known(store: Store) -> None:
    """Once: read again, the file says nothing new of it."""
    await store.agenda.follow(BOTH, NOON)
    for moment in (LATER, LATER + timedelta(hours=1)):
        await store.agenda.follow(Agenda((OPENING,)), moment)
        assert (await held(store))["panel"] == HeldSession(PANEL, 1, LATER)
    assert agenda_of(await store.agenda.all()) == Agenda((OPENING,))


async def test_a_session_that_is_back_is_held_again(store: Store) -> None:
    """As the file says it then, with a sequence that has grown once more."""
    await store.agenda.follow(BOTH, NOON)
    await store.agenda.follow(Agenda((OPENING,)), LATER)
    back = session("panel", 120)
    await store.agenda.follow(Agenda((OPENING, back)), LATER)
    assert (await held(store))["panel"] == HeldSession(back, 2, None)
    assert agenda_of(await store.agenda.all()) == Agenda((OPENING, back))


async def test_a_session_cancelled_by_hand_stays_cancelled(store: Store, database: Database) -> None:
    """Whether the file says the same of it or something else; its sequence grows with what the file changes."""
    await store.agenda.follow(BOTH, NOON)
    await database.write(
        lambda transaction: transaction.execute(
            "UPDATE session SET cancelled_at = ?, sequence = sequence + 1 WHERE id = 'panel'", (iso_utc(NOON),)
        )
    )
    await store.agenda.follow(BOTH, LATER)
    assert (await held(store))["panel"] == HeldSession(PANEL, 1, NOON)
    moved = session("panel", 90)
    await store.agenda.follow(Agenda((OPENING, moved)), LATER)
    assert (await held(store))["panel"] == HeldSession(moved, 2, NOON)


NAMES = ("one", "two", "three", "four")
FILES = st.dictionaries(st.sampled_from(NAMES), st.builds(session, st.just("-"), st.integers(0, 3), st.text("ab"))).map(
    lambda found: Agenda(tuple(replace(each, id=name) for name, each in found.items()))
)


@settings(max_examples=30)
@given(st.lists(FILES, min_size=1, max_size=6))
def test_what_takes_place_is_what_the_file_says(files: list[Agenda]) -> None:
    """After any files, where nothing was cancelled by hand; and no sequence ever shrinks."""

    async def read_them(folder: str) -> None:
        async with stores.opened(Path(folder) / "plenary.db") as store:
            sequences: dict[str, int] = {}
            for number, planned in enumerate(files):
                before = await held(store)
                await store.agenda.follow(planned, NOON + timedelta(hours=number))
                now = await held(store)
                assert agenda_of(tuple(now.values())) == planned
                for name, one in now.items():
                    changed = name in before and before[name] != one
                    assert one.sequence == sequences.get(name, 0) + changed
                    sequences[name] = one.sequence

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(read_them(folder))
