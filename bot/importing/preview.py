"""Renders what an import would change as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.agenda.agenda_changes import Aspect, ChangedSession
from bot.domain.agenda.sessions import Session
from bot.domain.plan import Plan
from bot.domain.text import Text
from bot.importing.proposal import Proposal
from bot.messages.i18n import text


def preview_lines(proposal: Proposal, language: str = "en") -> Iterator[str]:
    """Yield every difference, then how many of each kind; times are in the workshop's zone."""
    changes, plan = proposal.changes, proposal.after
    before = proposal.before or plan
    if not changes:
        yield text(language, "import.nothing", n=len(plan.agenda.sessions))
        return
    yield from (f"+ {_session(plan, session)}" for session in changes.added)
    yield from (f"- {_session(before, session)}" for session in changes.cancelled)
    for changed in changes.changed:
        yield f"~ {_session(plan, changed.after)}"
        yield from (f"    {line}" for line in _differences(before, plan, changed, language))
    for room in changes.renamed_rooms:
        yield f"~ {text(language, 'import.room')} {room.room}: {_name(room.before)} -> {_name(room.after)}"
    counts = {
        "new": len(changes.added),
        "cancelled": len(changes.cancelled),
        "moved": len(changes.moved),
        "changed": len(changes.changed),
        "elsewhere": len(changes.having(Aspect.ROOM)),
        "renamed": len(changes.renamed_rooms),
    }
    summary = ", ".join(text(language, f"import.count.{what}", n=n) for what, n in counts.items() if n)
    yield f"{summary}; {text(language, 'import.total', n=len(plan.agenda.sessions), zone=plan.zone)}"


def _session(plan: Plan, session: Session) -> str:
    room = _name(plan.room_names[session.room])
    return f"{_time(plan, session)}  {_name(session.title)} ({session.kind}, {room}; {session.id})"


def _time(plan: Plan, session: Session) -> str:
    start, end = session.starts_at.astimezone(plan.tz), session.ends_at.astimezone(plan.tz)
    return f"{start:%Y-%m-%d %H:%M}-{end:%H:%M}"


def _differences(before: Plan, after: Plan, changed: ChangedSession, language: str) -> Iterator[str]:
    old, new = changed.before, changed.after
    shown = {
        Aspect.TIME: (_time(before, old), _time(after, new)),
        Aspect.ROOM: (_name(before.room_names[old.room]), _name(after.room_names[new.room])),
        Aspect.TITLE: (_name(old.title), _name(new.title)),
        Aspect.SPEAKERS: (_speakers(old, language), _speakers(new, language)),
    }
    for aspect, (was, is_) in shown.items():
        if aspect in changed.aspects:
            yield f"{text(language, f'import.{aspect}')}: {was} -> {is_}"
    if Aspect.DETAILS in changed.aspects:
        parts = {
            "kind": (old.kind, new.kind),
            "topic": (old.topic, new.topic),
            "description": (old.description, new.description),
            "materials": (old.materials, new.materials),
        }
        differing = (text(language, f"import.{part}") for part, (was, is_) in parts.items() if was != is_)
        yield f"{text(language, 'import.details')}: {', '.join(differing)}"


def _speakers(session: Session, language: str) -> str:
    return ", ".join(_name(speaker.office) for speaker in session.speakers) or text(language, "import.nobody")


def _name(wording: Text) -> str:
    """Return a text's different wordings, each once."""
    return " / ".join(dict.fromkeys(wording.values()))
