"""Changes of the agenda as they are kept: whatever was done and taken back leaves no trace in what people read."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot import store as stores
from bot.domain.agenda import reschedule
from bot.domain.agenda.agenda_changes import diff
from bot.domain.agenda.reschedule import ChangeError, Now
from bot.domain.agenda.sessions import Agenda, Session
from bot.domain.announcement_kinds import Kind
from bot.domain.plan import Plan
from bot.domain.planned_announcements import planned
from bot.messages import agenda as agenda_messages
from bot.store import Store
from bot.store.agenda import agenda_of
from bot.store.agenda_changes import VALID, AgendaChange, edits_of

Operation = Callable[[Agenda, Now], Agenda]
Shown = tuple[Agenda, Mapping[str, tuple[object, ...]], list[tuple[str, ...]]]

#: The notice of a change is its own story: one that is undone in time says nothing, see the Composer.
_PLANNED_KINDS = tuple(kind for kind in Kind if kind is not Kind.CHANGE)
_MODERATOR = 7


def operation(sessions: tuple[Session, ...], draw: st.DrawFn) -> Operation:
    """Anything that a moderator does to an agenda of these sessions."""
    one, other = draw(st.sampled_from(sessions)), draw(st.sampled_from(sessions))
    by = timedelta(minutes=draw(st.integers(1, 200)))
    absorb, earlier = draw(st.booleans()), draw(st.booleans())
    room = draw(st.sampled_from(["plenary", "room-2"]))
    end = one.ends_at - by if earlier else one.ends_at + by
    start = other.starts_at + by
    added = replace(one, id="added-1", starts_at=start, ends_at=start + one.length)
    return draw(
        st.sampled_from(
            [
                lambda agenda, now: reschedule.delay_session(agenda, one.id, by, now),
                lambda agenda, now: reschedule.delay_rest(agenda, one.id, by, now, absorb=absorb),
                lambda agenda, now: reschedule.move_session(agenda, one.id, start, now),
                lambda agenda, now: reschedule.swap_sessions(agenda, one.id, other.id, now),
                lambda agenda, now: reschedule.extend_session(agenda, one.id, end, now),
                lambda agenda, now: reschedule.cancel_session(agenda, one.id, now),
                lambda agenda, now: reschedule.add_session(agenda, added, now),
                lambda agenda, _now: reschedule.edit_session(agenda, one.id, room=room, title=other.title),
            ]
        )
    )


class Held:
    """A workshop's store, in step with its agenda as the bot keeps it."""

    def __init__(self, store: Store, plan: Plan) -> None:
        self.store, self._filed = store, plan

    async def plan(self, now: datetime) -> Plan:
        """The plan as it is held; its deliveries are planned."""
        held = self._filed.with_agenda(agenda_of(await self.store.agenda.all()))
        await self.store.deliveries.plan(planned(held), _PLANNED_KINDS, now)
        return held

    async def change(self, name: str, operation: Operation, now: datetime) -> bool:
        """Propose and confirm; False if it is refused or changes nothing."""
        plan = await self.plan(now)
        try:
            changes = diff(plan.agenda, operation(plan.agenda, Now(now, plan.tz)))
        except ChangeError:
            return False
        if not changes:
            return False
        await self.store.agenda_changes.propose(AgendaChange(name, _MODERATOR, now, edits_of(changes)))
        await self.store.agenda_changes.apply(plan.id, name, _MODERATOR, now)
        assert (await self.plan(now)).agenda != plan.agenda
        return True

    async def shown(self, now: datetime, since: set[str] | None = None) -> Shown:
        """The agenda, the deliveries (those of `since`, if it is given), and what each day's post says."""
        plan = await self.plan(now)
        rows = await self.store.deliveries._select("kind != ?", Kind.CHANGE)  # noqa: SLF001 - all of them, whatever became of them
        kept = {
            one.id: (one.kind, one.subject, one.due, one.room, one.expires, one.state, one.message_id)
            for one in rows
            if since is None or one.id in since
        }
        if since is not None:
            assert {one.state for one in rows if one.id not in since} <= {"cancelled"}
        return plan.agenda, kept, [agenda_messages.agenda(plan, day, now, "mark").blocks for day in plan.agenda.days]


async def _told(store: Store, now: datetime) -> None:
    """What is due has been sent."""
    for number, one in enumerate(await store.deliveries.take(now, 10_000)):
        await store.deliveries.settle_sent(one.id, now, 1, number, "shown")


@settings(max_examples=25)
@given(st.data())
def test_what_is_undone_leaves_agenda_deliveries_and_posts_exactly_as_they_were(
    example: Plan, data: st.DataObject
) -> None:
    """Any changes, at any time of the workshop, taken back in the opposite order; what was sent before stays sent."""
    agenda = example.agenda
    begins, length = agenda.sessions[0].starts_at - timedelta(hours=2), agenda.ends_at - agenda.sessions[0].starts_at
    now = begins + length * data.draw(st.floats(0, 1))

    @st.composite
    def operations(draw: st.DrawFn) -> list[Operation]:
        return [operation(agenda.sessions, draw) for _ in range(draw(st.integers(1, 3)))]

    wanted = data.draw(operations())

    async def carry_out(folder: str) -> None:
        async with stores.opened(Path(folder) / "plenary.db") as store:
            held = Held(store, example)
            await store.agenda.follow(agenda, begins)
            await held.plan(begins)
            await _told(store, now)
            before = await held.shown(now)
            done = [name for name, each in enumerate(wanted) if await held.change(str(name), each, now)]
            assume(done)
            later = now + data.draw(st.sampled_from([timedelta(0), timedelta(seconds=30), VALID]))
            for name in reversed(done):
                await store.agenda_changes.undo(example.id, str(name), _MODERATOR, later)
            after = await held.shown(now, set(before[1]))
            assert after == before

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(carry_out(folder))
