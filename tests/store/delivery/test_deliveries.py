"""Deliveries: each announcement's way from planned to sent."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement, DeliveryState
from bot.store import Store
from bot.store.audit import AuditEntry
from bot.store.delivery.deliveries import Delivery, outdate
from bot.store.engine.database import Database

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
AWKWARD = "403 'Forbidden'; \" \n لا"
KINDS = (Kind.START, Kind.END, Kind.SOON, Kind.AGENDA)


def announcement(subject: str, due: datetime = NOON, kind: Kind = Kind.START, **changed: Any) -> Announcement:  # noqa: ANN401 - fields
    return replace(Announcement("workshop", kind, subject, "announcements", due, due + HOUR), **changed)


def ids(rows: Iterable[Delivery | Announcement]) -> list[str]:
    return [row.id for row in rows]


async def state(store: Store, one: Announcement) -> DeliveryState | None:
    found = await store.deliveries.find(one.id)
    return found.state if found else None


ONE, TWO, THREE = (announcement(name, NOON + n * MINUTE) for n, name in enumerate(("one", "two", "three")))


# --- the plan --------------------------------------------------------------------------------------------------


async def test_what_is_planned_is_kept_whole(store: Store) -> None:
    await store.deliveries.plan([ONE], KINDS, NOON)
    nothing = (None, None, None, None, None)
    expected = Delivery(ONE.id, Kind.START, "one", "announcements", NOON, NOON + HOUR, DeliveryState.PLANNED, *nothing)
    assert await store.deliveries.find(ONE.id) == expected
    assert await store.deliveries.find(TWO.id) is None


async def test_planning_twice_changes_nothing(store: Store) -> None:
    await store.deliveries.plan([ONE, TWO], KINDS, NOON)
    before = await store.deliveries.planned(Kind.START)
    await store.deliveries.plan([TWO, ONE], KINDS, NOON)
    assert await store.deliveries.planned(Kind.START) == before
    assert ids(before) == [ONE.id, TWO.id]


async def test_a_moved_session_moves_what_is_planned_and_leaves_what_was_sent(store: Store) -> None:
    await store.deliveries.plan([ONE, TWO], KINDS, NOON)
    await store.deliveries.take(NOON, 10)
    await store.deliveries.settle_sent(ONE.id, NOON, 5, 6, "shown")
    sent = await store.deliveries.find(ONE.id)

    moved = [replace(one, due=one.due + HOUR, expires=one.expires + HOUR, room="elsewhere") for one in (ONE, TWO)]
    await store.deliveries.plan(moved, KINDS, NOON)
    assert await store.deliveries.find(ONE.id) == sent
    (planned,) = await store.deliveries.planned(Kind.START)
    assert (planned.due, planned.expires, planned.room) == (moved[1].due, moved[1].expires, "elsewhere")


async def test_what_is_on_its_way_is_not_moved(store: Store) -> None:
    await store.deliveries.plan([ONE], KINDS, NOON)
    taken = await store.deliveries.take(NOON, 10)
    await store.deliveries.plan([replace(ONE, due=NOON + HOUR)], KINDS, NOON)
    assert await store.deliveries.unsettled() == taken
    assert await store.deliveries.take(NOON + 2 * HOUR, 10) == []


async def test_what_is_no_longer_asked_for_is_cancelled(store: Store) -> None:
    await store.deliveries.plan([ONE, TWO], KINDS, NOON)
    await store.deliveries.plan([TWO], KINDS, NOON)
    assert await state(store, ONE) is DeliveryState.CANCELLED
    assert ids(await store.deliveries.take(NOON + HOUR, 10)) == [TWO.id]


async def test_what_is_asked_for_again_is_planned_again(store: Store) -> None:
    for asked in ([ONE], [], [replace(ONE, due=NOON + MINUTE)]):
        await store.deliveries.plan(asked, KINDS, NOON)
    assert await store.deliveries.next_due() == NOON + MINUTE
    assert ids(await store.deliveries.take(NOON + MINUTE, 10)) == [ONE.id]


@pytest.mark.parametrize("ended", [DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.FAILED])
async def test_what_has_ended_is_neither_cancelled_nor_planned_again(store: Store, ended: DeliveryState) -> None:
    await store.deliveries.plan([ONE], KINDS, NOON)
    await store.deliveries.take(NOON, 10)
    await store.deliveries.settle(ONE.id, ended, NOON, "why")
    for asked in ([], [ONE]):
        await store.deliveries.plan(asked, KINDS, NOON)
        assert await state(store, ONE) is ended


async def test_other_kinds_are_left_alone(store: Store) -> None:
    custom, report = announcement("c", kind=Kind.CUSTOM), announcement("r", kind=Kind.REPORT)
    assert [await store.deliveries.add(one) for one in (custom, report)] == [True, True]
    await store.deliveries.plan([ONE], KINDS, NOON)
    await store.deliveries.plan([], KINDS, NOON)
    assert await state(store, custom) is await state(store, report) is DeliveryState.PLANNED
    assert await state(store, ONE) is DeliveryState.CANCELLED


async def test_what_is_past_its_lifetime_is_not_planned(store: Store) -> None:
    """A bot that is first started in the middle of a workshop announces nothing of the morning."""
    await store.deliveries.plan([ONE, TWO], KINDS, ONE.expires)
    assert await state(store, ONE) is None
    assert await state(store, TWO) is DeliveryState.PLANNED


async def test_what_was_missed_while_the_bot_was_away_stays_planned(store: Store) -> None:
    """It is skipped when it is taken up, so that somebody hears of it."""
    await store.deliveries.plan([ONE], KINDS, NOON)
    await store.deliveries.plan([ONE], KINDS, ONE.expires + HOUR)
    assert await state(store, ONE) is DeliveryState.PLANNED


async def test_one_is_added_once(store: Store) -> None:
    added = await asyncio.gather(*(store.deliveries.add(ONE) for _ in range(4)))
    assert sorted(added) == [False, False, False, True]


# --- taking ----------------------------------------------------------------------------------------------------


async def test_only_what_is_due_is_taken_and_recorded_first(store: Store, database: Database) -> None:
    await store.deliveries.plan([ONE, TWO, THREE], KINDS, NOON)
    taken = await store.deliveries.take(NOON + MINUTE, 10)
    assert ids(taken) == [ONE.id, TWO.id]
    assert {(one.state, one.begun_at) for one in taken} == {(DeliveryState.SENDING, NOON + MINUTE)}
    assert await database.read("SELECT count(*) FROM delivery WHERE state = 'sending'") == [(2,)]
    assert await store.deliveries.take(NOON + MINUTE, 10) == []


async def test_each_is_taken_once_by_four_at_a_time(store: Store) -> None:
    all_of_them = [announcement(f"{n}", NOON + n % 5 * MINUTE) for n in range(200)]
    await store.deliveries.plan(all_of_them, KINDS, NOON)

    async def taker() -> list[str]:
        mine: list[str] = []
        while taken := await store.deliveries.take(NOON + HOUR, 7):
            mine += ids(taken)
        return mine

    hauls = await asyncio.gather(*(taker() for _ in range(4)))
    assert sorted(one for haul in hauls for one in haul) == sorted(ids(all_of_them))
    assert all(hauls)


#: Of two that are due at the same instant, the upper kind comes first.
IN_ORDER = [announcement("early", NOON - MINUTE, Kind.REPORT), *(announcement("same", kind=kind) for kind in Kind)]


async def add_all(store: Store) -> None:
    for one in reversed(IN_ORDER):
        await store.deliveries.add(one)


async def test_what_is_due_comes_by_its_instant_then_its_kind(store: Store) -> None:
    await add_all(store)
    assert ids(await store.deliveries.take(NOON, 100)) == ids(IN_ORDER)


async def test_the_order_holds_from_one_batch_to_the_next(store: Store) -> None:
    await add_all(store)
    taken: list[str] = []
    while batch := await store.deliveries.take(NOON, 2):
        taken += ids(batch)
    assert taken == ids(IN_ORDER)


async def test_the_order_holds_for_what_a_killed_process_had_taken_up(store: Store) -> None:
    """An end is announced before the next start, also after a restart in between."""
    await add_all(store)
    await store.deliveries.take(NOON, 100)
    assert ids(await store.deliveries.unsettled()) == ids(IN_ORDER)


async def test_what_is_past_its_lifetime_is_given_up_and_told_once(store: Store) -> None:
    await store.deliveries.plan([ONE, TWO, THREE], KINDS, NOON)
    await store.deliveries.take(NOON, 10)
    skipped = await store.deliveries.skip_expired(TWO.expires)
    assert [(one.id, one.state, one.problem) for one in skipped] == [
        (TWO.id, DeliveryState.SKIPPED, "past its lifetime")
    ]
    assert await store.deliveries.skip_expired(TWO.expires) == []
    assert [await state(store, one) for one in (ONE, TWO, THREE)] == [
        DeliveryState.SENDING,
        DeliveryState.SKIPPED,
        DeliveryState.PLANNED,
    ]


async def test_next_due_is_the_earliest_that_is_planned(store: Store) -> None:
    assert await store.deliveries.next_due() is None
    await store.deliveries.plan([THREE, ONE, TWO], KINDS, NOON)
    assert await store.deliveries.next_due() == ONE.due
    await store.deliveries.take(NOON, 10)
    assert await store.deliveries.next_due() == TWO.due
    await store.deliveries.plan([THREE], KINDS, NOON)
    assert await store.deliveries.next_due() == THREE.due
    await store.deliveries.plan([], KINDS, NOON)
    assert await store.deliveries.next_due() is None


# --- how it ends -----------------------------------------------------------------------------------------------


async def test_what_was_taken_up_stays_unsettled_until_it_is_settled(store: Store) -> None:
    await store.deliveries.plan([ONE, TWO, THREE], KINDS, NOON)
    taken = await store.deliveries.take(NOON + HOUR, 10)
    assert await store.deliveries.unsettled() == taken
    await store.deliveries.settle_sent(ONE.id, NOON, 1, 2, "shown")
    await store.deliveries.settle(TWO.id, DeliveryState.FAILED, NOON, "403 Forbidden")
    assert ids(await store.deliveries.unsettled()) == [THREE.id]


async def test_a_settled_delivery_says_how_it_ended(store: Store) -> None:
    await store.deliveries.plan([ONE, TWO], KINDS, NOON)
    await store.deliveries.take(NOON + HOUR, 10)
    snowflake = 2**63 - 1
    await store.deliveries.settle_sent(ONE.id, NOON, snowflake, snowflake, "shown")
    await store.deliveries.settle(TWO.id, DeliveryState.FAILED, NOON, "403 Forbidden")
    (sent,) = await store.deliveries.sent(Kind.START)
    assert (sent.state, sent.channel_id, sent.message_id, sent.shown) == (
        DeliveryState.SENT,
        snowflake,
        snowflake,
        "shown",
    )
    assert sent.problem is None
    failed = await store.deliveries.find(TWO.id)
    assert failed
    assert (failed.state, failed.problem, failed.message_id) == (DeliveryState.FAILED, "403 Forbidden", None)


async def test_what_is_sent_after_all_has_no_problem_left(store: Store) -> None:
    await store.deliveries.plan([ONE], KINDS, NOON)
    await store.deliveries.take(NOON, 10)
    await store.deliveries.settle(ONE.id, DeliveryState.FAILED, NOON, "403 Forbidden")
    await store.deliveries.settle_sent(ONE.id, NOON, 1, 2, "shown")
    (sent,) = await store.deliveries.sent(Kind.START)
    assert sent.problem is None


async def test_why_it_could_not_be_sent_yet_is_recorded_and_it_stays_unsettled(store: Store) -> None:
    await store.deliveries.plan([ONE], KINDS, NOON)
    await store.deliveries.take(NOON, 10)
    await store.deliveries.record_problem(ONE.id, AWKWARD)
    assert [(one.id, one.problem) for one in await store.deliveries.unsettled()] == [(ONE.id, AWKWARD)]


async def test_what_a_message_shows_since_it_was_edited(store: Store) -> None:
    await store.deliveries.plan([ONE, TWO], KINDS, NOON)
    await store.deliveries.take(NOON + HOUR, 10)
    for one in (ONE, TWO):
        await store.deliveries.settle_sent(one.id, NOON, 1, 2, "first")
    one, _ = await store.deliveries.sent(Kind.START)
    await store.deliveries.record_shown(one, "second")
    assert [one.shown for one in await store.deliveries.sent(Kind.START)] == ["second", "first"]


async def test_a_message_is_outdated_until_the_last_change_is_shown(store: Store, database: Database) -> None:
    """A change that comes while the message is edited is not lost: it is shown by the next edit."""

    async def change(one: Announcement) -> None:
        await database.write(lambda connection: outdate(connection, one))

    await store.deliveries.plan([ONE, TWO], KINDS, NOON)
    await change(TWO)
    await store.deliveries.take(NOON + HOUR, 10)
    for one in (ONE, TWO):
        await store.deliveries.settle_sent(one.id, NOON, 1, 2, "first")
    await change(ONE)
    await change(ONE)
    before, other = await store.deliveries.outdated()
    assert [before.unshown, other.unshown] == [2, 1]
    await change(ONE)
    await store.deliveries.record_shown(before, "second")
    await store.deliveries.record_shown(other, "first")
    (left,) = await store.deliveries.outdated()
    assert (left.id, left.shown, left.unshown) == (ONE.id, "second", 1)
    await store.deliveries.record_shown(left, "third")
    assert await store.deliveries.outdated() == []


async def test_taking_and_cancelling_at_once_has_one_winner(store: Store) -> None:
    many = [announcement(f"{n}", kind=Kind.CUSTOM) for n in range(40)]
    await store.deliveries.plan(many, KINDS, NOON)
    taking = asyncio.gather(*(store.deliveries.take(NOON, 3) for _ in range(10)))
    deeds = {one.id: AuditEntry(one.id, NOON, 1, "announcement taken back", one.subject) for one in many}
    cancelling = asyncio.gather(*(store.announcements.cancel(one.subject, deeds[one.id]) for one in many))
    taken = {one for batch in await taking for one in ids(batch)}
    cancelled = {one.id for one, won in zip(many, await cancelling, strict=True) if won}
    assert taken | cancelled == set(ids(many))
    assert not taken & cancelled


async def test_kinds_are_listed_apart(store: Store) -> None:
    ends = announcement("one", kind=Kind.END)
    await store.deliveries.plan([ONE, ends], KINDS, NOON)
    assert ids(await store.deliveries.planned(Kind.END)) == [ends.id]
    await store.deliveries.take(NOON, 10)
    await store.deliveries.settle_sent(ends.id, NOON, 1, 2, "shown")
    assert ids(await store.deliveries.sent(Kind.END)) == [ends.id]
    assert await store.deliveries.sent(Kind.START) == await store.deliveries.planned(Kind.END) == []


# --- any order of events ---------------------------------------------------------------------------------------

SUBJECTS = st.sampled_from(["a", "b", "c", "d"])
MINUTES = st.integers(0, 6).map(lambda n: NOON + n * MINUTE)
PLANS = st.dictionaries(SUBJECTS, MINUTES)


class AnyOrder(RuleBasedStateMachine):
    """A real file against what it should hold: subject to (state, due)."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.database = self.run_to_end(Database.open(Path(self.folder.name) / "plenary.db"))
        self.deliveries = Store(self.database).deliveries
        self.model: dict[str, tuple[DeliveryState, datetime]] = {}
        self.sent: list[str] = []

    def run_to_end(self, work: Any) -> Any:  # noqa: ANN401 - whatever the work gives
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run_to_end(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    @rule(asked=PLANS, now=MINUTES)
    def plan(self, asked: dict[str, datetime], now: datetime) -> None:
        wanted = [announcement(subject, due, expires=due + 2 * MINUTE) for subject, due in asked.items()]
        self.run_to_end(self.deliveries.plan(wanted, KINDS, now))
        for subject, (standing, due) in self.model.items():
            if standing is DeliveryState.PLANNED and subject not in asked:
                self.model[subject] = (DeliveryState.CANCELLED, due)
        for subject, due in asked.items():
            standing, _ = self.model.get(subject, (DeliveryState.CANCELLED, due))
            if due + 2 * MINUTE > now and standing in {DeliveryState.PLANNED, DeliveryState.CANCELLED}:
                self.model[subject] = (DeliveryState.PLANNED, due)

    @rule(now=MINUTES)
    def take(self, now: datetime) -> None:
        taken = [one.subject for one in self.run_to_end(self.deliveries.take(now, 10))]
        due = {
            key: due for key, (standing, due) in self.model.items() if standing is DeliveryState.PLANNED and due <= now
        }
        assert sorted(taken) == sorted(due)
        assert [due[subject] for subject in taken] == sorted(due.values())
        self.model |= {subject: (DeliveryState.SENDING, due[subject]) for subject in taken}
        self.sent += taken
        assert len(self.sent) == len(set(self.sent))

    @rule(ended=st.sampled_from([DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED]))
    def settle(self, ended: DeliveryState) -> None:
        for one in self.run_to_end(self.deliveries.unsettled())[:1]:
            if ended is DeliveryState.SENT:
                self.run_to_end(self.deliveries.settle_sent(one.id, NOON, 1, 2, "shown"))
            else:
                self.run_to_end(self.deliveries.settle(one.id, ended, NOON))
            self.model[one.subject] = (ended, one.due)

    @invariant()
    def the_file_holds_what_it_should(self) -> None:
        rows = self.run_to_end(self.database.read("SELECT subject, state FROM delivery"))
        assert dict(rows) == {subject: standing for subject, (standing, _) in self.model.items()}
        planned = [due for standing, due in self.model.values() if standing is DeliveryState.PLANNED]
        assert self.run_to_end(self.deliveries.next_due()) == min(planned, default=None)


AnyOrder.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestAnyOrder = AnyOrder.TestCase
