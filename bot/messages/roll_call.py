"""The roll call that moderators read, in their language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.agenda.sessions import Session
from bot.domain.attendance import attendance
from bot.domain.attendance.attendance import Doors
from bot.domain.attendance.corrections import Correction
from bot.domain.attendance.roll_call import SessionRoll
from bot.domain.people.participants import Participant
from bot.domain.plan import Plan
from bot.domain.text import clean, escape, shorten, writable
from bot.messages.i18n import text
from bot.messages.post import moment

Places = Callable[[int], Participant | None]
_NAME = 80


@dataclass(frozen=True, slots=True)
class _Group:
    """People with the same status: their names by administration, both as they were typed."""

    heading: str
    names: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class RollCall:
    """The roll call of a session: the counts, and the names."""

    summary: str
    groups: tuple[_Group, ...]

    @property
    def blocks(self) -> tuple[str, ...]:
        """The texts of the message, in Discord's markdown."""
        lists = (
            "\n".join(
                (f"### {group.heading}", *(_line(f"**{escape(at)}**", names) for at, names in group.names.items()))
            )
            for group in self.groups
        )
        return (self.summary, *lists)

    @property
    def file(self) -> bytes:
        """The names as a plain text file, for a list that is too long for a message."""
        lines = (
            line
            for group in self.groups
            for line in (group.heading, *(f"{at}: {', '.join(names)}" for at, names in group.names.items()), "")
        )
        return writable("\n".join(lines)).encode()


def _line(at: str, names: Iterable[str]) -> str:
    return f"{at}: {', '.join(map(escape, names))}"


def roll_call(  # noqa: PLR0913, PLR0917 - one session, one moment, one reader, and what is known
    plan: Plan, session: Session, roll: SessionRoll, places: Places, doors: Doors, now: datetime, language: str
) -> RollCall:
    """The roll call of a session at `now`."""
    counts = (
        text(language, "roll.checked_in", n=len(roll.checked_in)),
        text(language, "roll.in_room", n=len(roll.in_room)),
        text(language, "roll.corrected", n=len(roll.corrected)),
    )
    refusal = attendance.checkin_refusal(plan, session, now, doors)
    opens = attendance.checkin_opens_at(plan, session)
    when = moment(opens if refusal is attendance.CheckinRefusal.NOT_YET else session.ends_at, "f")
    door = text(language, f"roll.door.{refusal or 'open'}", when=when)
    title = escape(session.title[language])
    corrected = {person: f"{fix.name}: {_status(fix, language)}" for person, fix in roll.corrected.items()}
    # While it is held, moderators see in Discord who is there; afterwards the Chatham House Rule is for them too.
    secret = session.id in plan.confidential_sessions and session.ends_at <= now
    listed = () if secret else zip(counts, (roll.checked_in, roll.in_room, corrected), strict=True)
    elsewhere = text(language, "roll.elsewhere")
    return RollCall(
        "\n".join((f"## {title}", door, *(f"- {count}" for count in counts))),
        tuple(_Group(heading, _grouped(people, places, elsewhere)) for heading, people in listed if people),
    )


def _status(correction: Correction, language: str) -> str:
    return f"{text(language, f'roll.status.{correction.mark}')} ({correction.reason})"


def _grouped(people: Mapping[int, str], places: Places, elsewhere: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for person, name in people.items():
        place = places(person)
        groups.setdefault(place.administration if place else elsewhere, []).append(clean(name))
    return {at: sorted(groups[at], key=str.casefold) for at in sorted(groups, key=str.casefold)}


def corrected_name(plan: Plan, correction: Correction, language: str) -> str:
    """The name of the person whose attendance was corrected; withheld under the Chatham House Rule."""
    secret = plan.wholly_confidential or correction.session in plan.confidential_sessions
    return text(language, "question.nobody") if secret else correction.name


def correction_line(plan: Plan, correction: Correction, language: str) -> str:
    """A correction in a few plain words, for a list of them."""
    session = plan.agenda.find(correction.session)
    title = session.title[language] if session else correction.session
    who, status = corrected_name(plan, correction, language), text(language, f"roll.status.{correction.mark}")
    return f"{who} · {status} · {shorten(title, _NAME)}"
