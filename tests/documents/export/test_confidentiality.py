"""What was said or attended under the Chatham House Rule is never told by name, whatever happens to the workshop."""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import store as stores
from bot.documents.export import files
from bot.documents.export.subject import Format
from bot.documents.export.subjects import SUBJECTS
from bot.documents.export.table import Source
from bot.documents.report.material import gather
from bot.domain import announcements
from bot.domain.agenda import reschedule
from bot.domain.agenda.agenda_changes import diff
from bot.domain.agenda.reschedule import ChangeError, Now
from bot.domain.agenda.sessions import Agenda
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.attendance.attendance import CheckIn
from bot.domain.attendance.corrections import Correction, Mark
from bot.domain.contributions.notes import Audience, Note, NoteKind, Visibility, signature
from bot.domain.contributions.questions import Question
from bot.domain.plan import Plan
from bot.store import Store
from bot.store.agenda_changes import AgendaChange, ChangedMeanwhileError, TooLateError, edits_of
from bot.store.plan_in_force import PlanInForce
from bot.store.presence import Whereabouts

Tiny = Callable[..., Plan]

#: Where a commit doesn't wait for a disk: what a crash leaves is not the question here.
_QUICK = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own is made in it

BEGIN = datetime(2023, 2, 20, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TOPICS = ("ledgers", "sensors")
ROOMS = ("plenary", "hall")
MODERATOR = 7

Rule = tuple[bool, frozenset[str], bool]
"""Whether the whole workshop is under the rule, which sessions are, and whether the panel has another id."""
SILENT: Rule = (False, frozenset(), False)


def plan_of(tiny: Tiny, rule: Rule) -> Plan:
    whole, ruled, renamed = rule
    sessions: list[dict[str, Any]] = [
        {"id": "talk", "kind": "presentation", "start": "09:30", "end": "10:30", "topic": "ledgers", "title": "Talk"},
        {"id": "panel", "kind": "panel", "start": "10:30", "end": "11:30", "topic": "sensors", "title": "Panel"},
        {"id": "lab", "kind": "discussion", "start": "10:30", "end": "11:30", "room": "hall", "title": "Lab"},
    ]
    for session in sessions:
        session["chatham_house"] = session["id"] in ruled
        if renamed and session["id"] == "panel":
            session["id"] = "panel-b"
    return tiny(
        chatham_house=whole,
        topics=[{"id": topic, "title": topic, "description": topic} for topic in TOPICS],
        rooms=[{"id": "hall", "title": "Hall"}],
        days=[{"date": "2023-02-20", "sessions": sessions}],
    )


def rules() -> st.SearchStrategy[Rule]:
    ruled = st.frozensets(st.sampled_from(["talk", "panel", "lab"]), min_size=1, max_size=2)
    return st.tuples(st.sampled_from([False, False, False, True]), ruled, st.booleans())


@dataclass
class Workshop:
    """A workshop under way, and who took part in it under the rule, by what the plan and the agenda said just then."""

    store: Store
    programme: PlanInForce
    now: datetime = BEGIN
    people: int = 0
    changes: int = 0
    secret: list[int] = field(default_factory=list[int])
    notes: dict[int, Note] = field(default_factory=dict[int, Note])
    applied: list[str] = field(default_factory=list[str])

    @property
    def agenda(self) -> Agenda:
        return self.programme.plan.agenda

    async def restart(self, plan: Plan) -> None:
        self.programme = PlanInForce(plan, self.store)
        await self.programme.follow(self.now)

    def _ruled(self) -> set[str]:
        """The sessions that the plan and the agenda of this moment put under the rule: nothing of what was before."""
        plan = self.programme.plan
        entries = {entry.id for day in plan.days for entry in day.sessions if entry.chatham_house}
        return {session.id for session in self.agenda if plan.chatham_house or session.id in entries}

    def _newcomer(self, *, secret: bool) -> int:
        self.people += 1
        person = 7_000_000_000_000_000_000 + self.people
        if secret:
            self.secret.append(person)
        return person

    # --- what people do ----------------------------------------------------------------------------------------

    async def share(self, topic: str) -> None:
        plan = self.programme.plan
        ruled = plan.chatham_house or any(s.topic == topic and s.id in self._ruled() for s in self.agenda)
        person = self._newcomer(secret=ruled)
        # Saved from a message: its id is the message's.
        note = Note(
            str(person + 10**12), person, name_of(person), topic, NoteKind.WORKED, "T", "D", "L", Visibility.PUBLIC,
            self.now,
        )  # fmt: skip
        await self.store.notes.submit(note, announcements.card(plan, note, self.now))
        self.notes[person] = note

    async def move_note(self, which: int, topic: str) -> None:
        """Its author edits a note; if its new topic is under the rule, so is the note."""
        if self.notes:
            person = sorted(self.notes)[which % len(self.notes)]
            moved = replace(self.notes[person], topic=topic)
            await self.store.notes.submit(moved, announcements.card(self.programme.plan, moved, self.now))

    async def attend(self, which: int, how: str) -> None:
        session = self.agenda.sessions[which % len(self.agenda.sessions)]
        person = self._newcomer(secret=session.id in self._ruled())
        name, store = name_of(person), self.store
        if how == "check in":
            await store.attendance.check_in(CheckIn(session.id, person, name, self.now))
        elif how == "be corrected":
            key = f"c{person}"
            await store.corrections.add(
                Correction(key, session.id, person, name, Mark.PRESENT, name, MODERATOR, "M", self.now)
            )
        else:
            key = str(person + 2 * 10**12)
            asked = Question(key, person, name, anonymous=False, session=session.id, text="Why?", written_at=self.now)
            card = Announcement("tiny", Kind.QUESTION, key, "questions", self.now, self.now)
            await store.questions.submit(asked, card)

    async def stay(self, room: str, minutes: int) -> None:
        """Of who was in an open session too, that may be told."""
        until, plan = self.now + minutes * MINUTE, self.programme.plan
        held = [s for s in self.agenda if s.room == room and s.starts_at <= self.now and until <= s.ends_at]
        person = self._newcomer(secret=plan.chatham_house or any(session.id in self._ruled() for session in held))
        await self.store.presence.moved(Whereabouts(person, name_of(person), f"room:{room}"), self.now, seen=True)
        self.now = until
        await self.store.presence.moved(Whereabouts(person, name_of(person), None), self.now, seen=True)

    # --- what moderators do ------------------------------------------------------------------------------------

    async def change(self, operation: Callable[[Agenda, Now], Agenda]) -> None:
        plan = self.programme.plan
        try:
            changes = diff(self.agenda, operation(self.agenda, Now(self.now, plan.tz)))
        except ChangeError:
            return
        if changes and len(self.agenda.sessions) > len(changes.cancelled):
            self.changes += 1
            name = f"change-{self.changes}"
            await self.store.agenda_changes.propose(AgendaChange(name, MODERATOR, self.now, edits_of(changes)))
            await self.programme.apply(name, MODERATOR, self.now)
            self.applied.append(name)

    # --- what is told ------------------------------------------------------------------------------------------

    async def told(self) -> str:
        """Every subject for organisers, the report's names, and how Discord's cards and lists sign."""
        source = Source(self.programme, self.store, self.now + timedelta(days=1), Audience.ORGANISERS)
        told = [repr([signature(note, None) for note in await self.store.notes.all()])]
        for subject in SUBJECTS.values():
            made = io.BytesIO()
            await files.write(subject, Format.JSON, source, made)
            told.append(made.getvalue().decode())
        material = await gather(self.programme, self.store, source.now, Audience.ORGANISERS)
        return "\n".join([*told, repr((material.notes, material.questions, material.named))])

    async def leaks(self) -> list[int]:
        told = await self.told()
        traces = {person: (name_of(person), str(person), self._note_id(person)) for person in self.secret}
        return [person for person, known in traces.items() if any(trace and trace in told for trace in known)]

    def _note_id(self, person: int) -> str:
        return self.notes[person].id if person in self.notes else ""


def name_of(person: int) -> str:
    return f"Name{person % 1_000_000:06}"


Act = Callable[[Workshop], Any]


def act(draw: st.DrawFn, tiny: Tiny, *, people: bool) -> Act:
    """Anything that people do in a workshop, or else that moderators and organisers do to it."""
    which, topic, room = draw(st.integers(0, 5)), draw(st.sampled_from(TOPICS)), draw(st.sampled_from(ROOMS))
    minutes, how = draw(st.integers(1, 90)), draw(st.sampled_from(["check in", "be corrected", "ask"]))
    rule = draw(rules())

    def session(agenda: Agenda) -> str:
        return agenda.sessions[which % len(agenda.sessions)].id

    async def wait(workshop: Workshop) -> None:
        workshop.now += minutes * MINUTE

    async def undo(workshop: Workshop) -> None:
        if workshop.applied:
            with suppress(TooLateError, ChangedMeanwhileError):
                await workshop.programme.undo(workshop.applied.pop(), MODERATOR, workshop.now)

    def change(operation: Callable[[Agenda, Now], Agenda]) -> Callable[[Workshop], Any]:
        return lambda workshop: workshop.change(operation)

    def added(agenda: Agenda, now: Now) -> Agenda:
        one = agenda.sessions[which % len(agenda.sessions)]
        return reschedule.add_session(agenda, replace(one, id=f"added-{minutes}", room=room), now)

    if people:
        acts: list[Act] = [
            lambda workshop: workshop.share(topic),
            lambda workshop: workshop.attend(which, how),
            lambda workshop: workshop.stay(room, minutes),
            lambda workshop: workshop.move_note(which, topic),
            wait,
        ]
        return draw(st.sampled_from(acts))
    return draw(
        st.sampled_from(
            [
                change(lambda agenda, now: reschedule.cancel_session(agenda, session(agenda), now)),
                change(lambda agenda, _now: reschedule.edit_session(agenda, session(agenda), topic=topic)),
                change(lambda agenda, _now: reschedule.edit_session(agenda, session(agenda), room=room)),
                change(lambda agenda, now: reschedule.delay_session(agenda, session(agenda), minutes * MINUTE, now)),
                change(added),
                undo,
                lambda workshop: workshop.restart(plan_of(tiny, rule)),
                lambda workshop: workshop.restart(plan_of(tiny, SILENT)),
            ]
        )
    )


async def _opened(folder: Path, plan: Plan, acts: Sequence[Act]) -> list[int]:
    async with stores.opened(folder / "plenary.db") as store:
        workshop = Workshop(store, PlanInForce(plan, store))
        await workshop.programme.follow(workshop.now)
        await store.presence.begin_watch([], workshop.now)
        for one in acts:
            await one(workshop)
        return await workshop.leaks()


@st.composite
def happenings(draw: st.DrawFn, tiny: Tiny) -> list[Act]:
    """People take part, then something is done to the agenda or the plan; and both once more."""
    turns = [(True, draw(st.integers(1, 5))), (False, draw(st.integers(1, 3)))] * 2
    return [act(draw, tiny, people=people) for people, times in turns for _ in range(times)]


@settings(max_examples=30)
@given(st.data())
def test_nothing_that_was_confidential_when_made_is_ever_told_by_name(tiny: Tiny, data: st.DataObject) -> None:
    """Contributions, changes of the agenda, imports and restarts with other plans, in any order."""
    plan, acts = plan_of(tiny, data.draw(rules())), data.draw(happenings(tiny))
    with tempfile.TemporaryDirectory(dir=_QUICK) as folder:
        assert asyncio.run(_opened(Path(folder), plan, acts)) == []
