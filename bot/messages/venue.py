"""The workshop's rooms in words: each step of the setup, and the status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.venue import RoomForm
from bot.domain.venue_permissions import permission_words
from bot.domain.venue_steps import (
    EVERYONE,
    ME,
    EditChannel,
    GrantPermissions,
    MakeRole,
    MakeRoom,
    Namesake,
    Step,
    Who,
)
from bot.messages.i18n import enumeration, text

#: Prepares a name for the place where it is shown: escaped on Discord, without control characters in a terminal.
Show = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Lacks:
    """The permissions that the bot lacks in a server, and the roles that it can't give."""

    own_role: str
    """The name of the bot's own role."""
    permissions: tuple[str, ...] = ()
    """Permissions that it lacks in the whole server."""
    above: tuple[str, ...] = ()
    """The names of the workshop's roles that are above the bot's, which it can't give."""
    in_channels: tuple[tuple[str, RoomForm, str], ...] = ()
    """Permissions that it lacks in single channels: name, form, permission."""

    def __bool__(self) -> bool:
        """Whether it lacks anything."""
        return bool(self.permissions or self.above or self.in_channels)


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the rooms in a server."""

    there: int
    """The number of roles and rooms that exist."""
    of: int
    archived: bool
    steps: tuple[Step, ...]
    """The steps that remain."""
    lacks: Lacks


# --- in words --------------------------------------------------------------------------------------------------


def names_made(done: Iterable[Step]) -> list[str]:
    """The names of the roles and rooms that were made."""
    return [step.name for step in done if isinstance(step, MakeRole | MakeRoom)]


def told(step: Step, language: str, show: Show) -> str:
    """A step in words."""
    match step:
        case MakeRole():
            return text(language, "rooms.step.role", name=show(step.name))
        case MakeRoom():
            key = "rooms.step.category" if step.room.form is RoomForm.CATEGORY else "rooms.step.room"
            return text(language, key, name=show(step.name))
        case GrantPermissions():
            who = _who(step.who, language)
            return text(language, "rooms.step.grant", room=show(step.channel.name), who=who)
        case EditChannel(name=str(name)):
            return text(language, "rooms.step.rename", before=show(step.channel.name), after=show(name))
        case EditChannel():
            return text(language, "rooms.step.members", room=show(step.channel.name))


def _who(who: Who, language: str) -> str:
    named = {ME: text(language, "rooms.who.me"), EVERYONE: text(language, "rooms.who.everyone")}
    return named.get(str(who)) or str(who).partition(":")[2].capitalize()


def plan_blocks(steps: Sequence[Step], namesakes: Sequence[Namesake], language: str, show: Show) -> list[str]:
    """The steps that would be taken, a line each, after the question about roles with the names of ours."""
    if not steps:
        return [text(language, "rooms.plan.none")]
    asked = (
        [text(language, "rooms.plan.namesakes", roles=namesakes_told(namesakes, language, show))] if namesakes else []
    )
    return [*asked, text(language, "rooms.plan.steps", n=len(steps)), _listed(steps, language, show)]


def namesakes_told(namesakes: Sequence[Namesake], language: str, show: Show) -> str:
    """The roles with the names of ours, each with its number of holders."""
    return enumeration(
        language,
        [
            text(language, "rooms.namesake_unknown", name=show(role.name))
            if role.holders is None
            else text(language, "rooms.namesake", n=role.holders, name=show(role.name))
            for role in namesakes
        ],
    )


def _listed(steps: Iterable[Step], language: str, show: Show) -> str:
    return "\n".join(f"- {told(step, language, show)}" for step in steps)


def status_blocks(status: Status, language: str, show: Show) -> list[str]:
    """The status in words: existing rooms, missing steps, missing permissions and how to grant them."""
    state = text(language, "rooms.status.archived" if status.archived else "rooms.status.open")
    blocks = [f"{text(language, 'rooms.status.there', there=status.there, of=status.of)} {state}"]
    if status.steps:
        left = text(language, "rooms.status.left", n=len(status.steps))
        blocks.append(f"{left}\n{_listed(status.steps, language, show)}")
    if status.lacks:
        blocks.append("\n".join(f"- {line}" for line in _lacking(status.lacks, language, show)))
    if not status.steps and not status.lacks:
        blocks.append(text(language, "rooms.status.whole"))
    return blocks


def _lacking(lacks: Lacks, language: str, show: Show) -> Iterator[str]:
    role = show(lacks.own_role)
    for name in lacks.permissions:
        words, why = permission_words(name), text(language, f"permission.{name}")
        yield text(language, "rooms.lacks.server", permission=words, why=why, role=role)
    for above in lacks.above:
        yield text(language, "rooms.lacks.above", name=show(above), role=role)
    for channel, _form, name in lacks.in_channels:
        words, why = permission_words(name, in_channel=True), text(language, f"permission.{name}")
        yield text(language, "rooms.lacks.channel", room=show(channel), permission=words, why=why, role=role)
