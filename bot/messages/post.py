"""The post: a message before it becomes Discord's components. Values in, text out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from bot.domain import discord_limits
from bot.domain.agenda.sessions import Session
from bot.domain.plan import Plan
from bot.domain.text import Text, escape_within, measure, shorten
from bot.domain.venue import meeting_room
from bot.messages.i18n import every

#: In front of every line for the organisers.
REPORT_SIGN = "🛠️"


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a post."""

    custom_id: str
    label: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class EnclosedFile:
    """A file under a post, by the digest of its stored content."""

    name: str
    """Letters, digits, hyphens and dots only: Discord changes other names, and the message refers to it."""
    digest: str
    is_picture: bool


class Lines(str):
    """A text of a post made of items, a line or more each: if it is too long, its items are shortened fairly.

    Any other text is cut at its end.
    """

    __slots__ = ("items",)
    items: tuple[str, ...]

    def __new__(cls, items: Iterable[str]) -> Self:
        """The items one below the other."""
        listed = tuple(items)
        lines = super().__new__(cls, "\n".join(listed))
        lines.items = listed
        return lines


@dataclass(frozen=True, slots=True)
class Post:
    """A message as people will see it: texts (Discord's markdown), separated by rules, then buttons.

    It may be longer than Discord takes: see `bot.messages.fitting`.
    """

    blocks: tuple[str, ...]
    buttons: tuple[Button, ...] = ()
    notifies: int | None = None
    """The one role that it notifies, by its Discord id; nothing else that is posted notifies anybody."""
    whole: Button | None = None
    """The button that answers with all of it, shown if it had to be shortened."""
    files: tuple[EnclosedFile, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Equal for posts that look the same; after a dot comes the part that is equal for the same files."""
        words = _digest(repr((self.blocks, self.buttons)))
        return f"{words}.{_digest(repr(self.files))}" if self.files else words

    def has_files_of(self, fingerprint: str) -> bool:
        """Whether a post of that fingerprint has the same files."""
        return bool(fingerprint) and fingerprint.partition(".")[2] == self.fingerprint.partition(".")[2]

    @property
    def length(self) -> int:
        """Characters of text as Discord counts them, one between two blocks; discord_limits.MESSAGE_TEXT fit."""
        return sum(measure(block) + 1 for block in self.blocks) - 1

    @property
    def fits(self) -> bool:
        """Whether Discord takes all of it in one message."""
        return self.length <= discord_limits.MESSAGE_TEXT and len(self.blocks) <= most_blocks(self.buttons)


def _digest(words: str) -> str:
    return hashlib.blake2b(words.encode(), digest_size=8).hexdigest()


#: Files that an answer may hold in addition to its texts and buttons.
_FILES = 2


def most_blocks(buttons: Sequence[Button]) -> int:
    """How many texts fit in a message above its buttons: the container, rules between texts, and rows count too."""
    rows = -(-len(buttons) // discord_limits.ROW_BUTTONS)
    return (discord_limits.MESSAGE_COMPONENTS - _FILES - len(buttons) - rows) // 2


def custom_id(kind: str, *arguments: str) -> str:
    """The custom id of a button, select or form: all that its handler needs, after any restart."""
    return ":".join((kind, *arguments))


def moment(instant: datetime, style: str = "t") -> str:
    """An instant that Discord shows each reader in their own time zone. Styles are Discord's: t, F, R, f."""
    return f"<t:{int(instant.timestamp())}:{style}>"


def span(session: Session) -> str:
    """A session's start and end, in each reader's own time zone."""
    return f"{moment(session.starts_at)}–{moment(session.ends_at)}"  # noqa: RUF001 - a span of time is written so


def joined(languages: Iterable[str], key: str) -> str:
    """A few words in each language, side by side."""
    return " · ".join(dict.fromkeys(every(languages, key)))


def label(languages: Iterable[str], key: str) -> str:
    """A button's words in each language."""
    return shorten(joined(languages, key), discord_limits.BUTTON_LABEL)


def titles(languages: Sequence[str], title: Text, width: int = discord_limits.MESSAGE_TEXT) -> Iterator[str]:
    """The title in each language, the first one prominent, each at most so wide; a title that repeats is said once."""
    first, *others = dict.fromkeys(escape_within(title[language], width) for language in languages)
    yield f"**{first}**"
    yield from (f"-# {other}" for other in others)


def where(session: Session, rooms: Mapping[str, int]) -> str:
    """The session's room, as a link to it. `rooms` has the Discord ids."""
    return f"<#{rooms[meeting_room(session.room)]}>"


def left_out(count: int) -> str:
    """The line that counts the items left out of a list: without words, so that every reader understands it."""
    return f"-# … + {count}"


def session_heading(sign: str, plan: Plan, session: Session) -> str:
    """A session's title in each language, after a sign."""
    title, *others = titles(plan.languages, session.title)
    return Lines([f"{sign} {title}", *others])


def late(plan: Plan, post: Post, due: datetime) -> Post:
    """The post with a line that says that it comes late."""
    notice = Lines(f"-# {line}" for line in every(plan.languages, "late.line", when=moment(due)))
    return replace(post, blocks=(*post.blocks, notice))


def report(line: str, mark: str) -> Post:
    """A line for the organisers. The button is the mark that it was sent."""
    return Post((f"{REPORT_SIGN} {line}",), (Button(custom_id("now", mark), "…"),))


def now_button(plan: Plan, mark: str) -> Button:
    return Button(custom_id("now", mark), label(plan.languages, "button.now"))
