"""Revises the agenda of a workshop under way from a schedule file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from bot.domain.agenda.agenda_changes import Changes, diff
from bot.domain.agenda.reschedule import Now, adopt_agenda
from bot.domain.agenda.sessions import Agenda, Session
from bot.domain.plan import PLENARY, Plan
from bot.domain.text import Text
from bot.importing import plan_edit, preview
from bot.importing.proposal import Proposal, propose
from bot.importing.schedule import ScheduleError


@dataclass(frozen=True, slots=True)
class Revision:
    """A new agenda for a workshop."""

    plan: Plan
    """With the agenda in force."""
    agenda: Agenda
    """As it would be."""
    left: tuple[Session, ...]
    """Sessions that the file would change but that have begun: they stay as they are."""
    remarks: tuple[str, ...]
    """Hints for the team, a line each."""

    @property
    def changes(self) -> Changes:
        """The difference between the agenda in force and the new one."""
        return diff(self.plan.agenda, self.agenda)

    def lines(self, language: str) -> Iterator[str]:
        """Yield every difference, a line each."""
        after = self.plan.with_agenda(self.agenda)
        return preview.preview_lines(Proposal(self.plan, after, b"", self.changes, self.remarks), language)


def revise(schedule: bytes, plan: Plan, now: datetime) -> Revision:
    """Return the revision: the file's values replace the agenda's, others stay; what has begun keeps its time.

    Nothing is fetched. It takes up to some seconds of computing: call it in a thread. Raises ScheduleError with every
    fault, each with its place, and PlanError.
    """
    proposal = propose(schedule, plan_as_text(plan), Path("agenda"))
    _require_rooms(proposal, plan)
    agenda, left = adopt_agenda(plan.agenda, proposal.agenda, Now(now, plan.tz))
    renamed = (
        f"The file calls the room '{room.room}' otherwise ({_once(room.after)}); a room is renamed in the plan."
        for room in proposal.changes.renamed_rooms
    )
    lost = [
        session.id
        for session in plan.agenda
        if session.id in plan.confidential_sessions and not agenda.find(session.id)
    ]
    unruled = (
        f"The session '{lost_id}' is under the Chatham House Rule and would be cancelled. Under another id the rule "
        "doesn't hold for it, unless the plan says so: set chatham_house there first."
        for lost_id in lost
    )
    return Revision(plan, agenda, left, (*proposal.remarks, *renamed, *unruled))


def _require_rooms(proposal: Proposal, plan: Plan) -> None:
    """Raise ScheduleError for rooms that the plan lacks: the bot makes the channels of rooms only when it starts."""
    used = {session.room for session in proposal.agenda} - plan.room_names.keys()
    if used:
        raise ScheduleError(
            "\n".join(
                f"The plan has no room '{_once(proposal.after.room_names[room])}'. Add it to the plan's rooms (id: "
                f"{room}) and start the bot again, or name one of the plan's rooms in the file; then import it again."
                for room in sorted(used)
            )
        )


def _once(text: Text) -> str:
    return " / ".join(dict.fromkeys(text.values()))


# --- the plan with the agenda in force, as text ----------------------------------------------------------------


def plan_as_text(plan: Plan) -> bytes:
    """Return a plan's text with the agenda in force, and everything that a schedule may refer to."""
    written = plan.model_dump(include={"id", "title", "description", "organiser", "zone", "languages"})
    keys: dict[str, Any] = {
        **written,
        "languages": list(plan.languages),
        "topics": [topic.model_dump() for topic in plan.topics],
        "rooms": [{**room.model_dump(), "kind": str(room.kind)} for room in plan.rooms],
        "days": [
            {"date": day.isoformat(), "sessions": [_entry(plan, session) for session in held]}
            for day, held in groupby(plan.agenda, key=lambda session: session.day)
        ],
    }
    return plan_edit.to_yaml({key: value for key, value in keys.items() if value}).encode()


def _entry(plan: Plan, session: Session) -> dict[str, Any]:
    entry = {
        "id": session.id,
        "kind": str(session.kind),
        "start": f"{session.starts_at.astimezone(plan.tz):%H:%M}",
        "end": f"{session.ends_at.astimezone(plan.tz):%H:%M}",
        # A session changed in Discord may name a room or a topic that a newer plan no longer has.
        "room": session.room if session.room in plan.room_names else PLENARY,
        "topic": session.topic if session.topic and plan.topic(session.topic) else None,
        "title": dict(session.title),
        "description": dict(session.description) if session.description else None,
        "speakers": [
            {"office": dict(speaker.office)}
            | ({"organisation": dict(speaker.organisation)} if any(speaker.organisation.values()) else {})
            for speaker in session.speakers
        ],
        "materials": [{"title": dict(material.title), "url": material.url} for material in session.materials],
    }
    return {key: value for key, value in entry.items() if value}
