"""The answer to /help: the commands that the reader may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.languages import is_right_to_left
from bot.domain.people.roles import Role
from bot.domain.text import isolate
from bot.messages.i18n import command_wording, text
from bot.messages.post import Post


@dataclass(frozen=True, slots=True)
class HelpEntry:
    """A command in the manual. `purpose` and `description` are its English wordings, as in the cogs."""

    mention: str
    """The command as a mention, which Discord shows as a clickable command."""
    description: str
    purpose: str
    """The heading under which commands of the same use are listed."""
    role: Role


def manual(entries: Sequence[HelpEntry], role: Role, language: str) -> Post:
    """The commands that somebody of that role can use: participants' first, then moderators' and organisers'."""
    hint = "help.hint" if role > Role.VISITOR else "help.visitor"
    blocks = [f"## {text(language, 'help.heading')}\n{text(language, hint)}"]
    for lowest, highest in (
        (Role.VISITOR, Role.PARTICIPANT),
        *((single, single) for single in (Role.MODERATOR, Role.ORGANISER)),
    ):
        own = [entry for entry in entries if lowest <= entry.role <= min(highest, role)]
        heading = f"### {text(language, f'help.role.{lowest.name.lower()}')}\n" if lowest > Role.VISITOR else ""
        for number, purpose in enumerate(dict.fromkeys(entry.purpose for entry in own)):
            lines = (_line(entry, language) for entry in own if entry.purpose == purpose)
            named = f"**{command_wording(language, purpose) or purpose}**"
            blocks.append(("" if number else heading) + "\n".join((named, *lines)))
    return Post(tuple(blocks))


def _line(entry: HelpEntry, language: str) -> str:
    mention = isolate(entry.mention) if is_right_to_left(language) else entry.mention
    return f"{mention} · {command_wording(language, entry.description) or entry.description}"
