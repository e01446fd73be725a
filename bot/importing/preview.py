"""What an import would change, a line each, as the terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.agenda import Session
from bot.domain.changes import Aspect, Changed
from bot.domain.plan import Plan
from bot.domain.text import Text
from bot.importing.proposal import Proposal


def lines(proposal: Proposal) -> Iterator[str]:
    """Every difference, then how many of each; times are on the wall of the workshop's zone."""
    changes, plan = proposal.changes, proposal.after
    before = proposal.before or plan
    if not changes:
        yield f"Nothing differs: the plan has these {len(plan.agenda.sessions)} sessions."
        return
    yield from (f"+ {_session(plan, session)}" for session in changes.added)
    yield from (f"- {_session(before, session)}" for session in changes.cancelled)
    for changed in changes.changed:
        yield f"~ {_session(plan, changed.after)}"
        yield from (f"    {said}" for said in _differences(before, plan, changed))
    for room in changes.renamed_rooms:
        yield f"~ room {room.room}: {_name(room.before)} -> {_name(room.after)}"
    counts = {
        "new": len(changes.added),
        "cancelled": len(changes.cancelled),
        "moved": len(changes.moved),
        "changed": len(changes.changed),
        "in another room": len(changes.having(Aspect.ROOM)),
        "rooms renamed": len(changes.renamed_rooms),
    }
    told = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
    yield f"{told}; {len(plan.agenda.sessions)} sessions in all, times in {plan.zone}."


def _session(plan: Plan, session: Session) -> str:
    room = _name(plan.room_names[session.room])
    return f"{_time(plan, session)}  {_name(session.title)} ({session.kind}, {room}; {session.id})"


def _time(plan: Plan, session: Session) -> str:
    start, end = session.starts_at.astimezone(plan.tz), session.ends_at.astimezone(plan.tz)
    return f"{start:%Y-%m-%d %H:%M}-{end:%H:%M}"


def _differences(before: Plan, after: Plan, changed: Changed) -> Iterator[str]:
    one, other = changed.before, changed.after
    told = {
        Aspect.TIME: (_time(before, one), _time(after, other)),
        Aspect.ROOM: (_name(before.room_names[one.room]), _name(after.room_names[other.room])),
        Aspect.TITLE: (_name(one.title), _name(other.title)),
        Aspect.SPEAKERS: (_speakers(one), _speakers(other)),
    }
    for aspect, (was, is_) in told.items():
        if aspect in changed.aspects:
            yield f"{aspect}: {was} -> {is_}"
    if Aspect.DETAILS in changed.aspects:
        parts = {
            "kind": (one.kind, other.kind),
            "topic": (one.topic, other.topic),
            "description": (one.description, other.description),
            "materials": (one.materials, other.materials),
        }
        yield f"other: {', '.join(part for part, (was, is_) in parts.items() if was != is_)}"


def _speakers(session: Session) -> str:
    return ", ".join(_name(speaker.office) for speaker in session.speakers) or "nobody"


def _name(text: Text) -> str:
    """A text once in each wording."""
    return " / ".join(dict.fromkeys(text.values()))
