"""The change notice and its preview: one post for all changes of the agenda."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, groupby

from bot.domain import discord_limits, planned_announcements
from bot.domain.agenda.agenda_changes import Aspect, ChangedSession, Changes, RoomNames, diff
from bot.domain.agenda.conflicts import Conflict, DoubleBooking, new_conflicts
from bot.domain.agenda.sessions import Agenda, Session
from bot.domain.plan import Plan
from bot.domain.text import Text, escape, measure
from bot.messages.i18n import enumeration, every, text
from bot.messages.post import Button, Post, custom_id, joined, label, moment, span, titles


class Section(StrEnum):
    """The sections of a change notice, in their order."""

    CANCELLED = "cancelled"
    RENAMED = "renamed"
    SWAPPED = "swapped"
    CHANGED = "changed"
    ADDED = "added"
    CORRECTED = "corrected"
    """Changes because of which nobody misses a session."""


_SIGN = {
    Section.CANCELLED: "❌",
    Section.RENAMED: "🚪",
    Section.SWAPPED: "🔀",
    Section.CHANGED: "🕒",
    Section.ADDED: "🆕",
    Section.CORRECTED: "📝",
}


#: Conflicts that a preview names; a moderator who creates more has read enough.
_CONFLICTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class _Item:
    """One change in words, and its section."""

    section: Section
    wording: str


def preview(plan: Plan, after: Agenda, language: str, change_id: str, remarks: Sequence[str] = ()) -> Post:
    """The preview of another agenda, for the moderator who may confirm it: its changes and new conflicts.

    `remarks`: further lines under the conflicts.
    """
    effects = planned_announcements.effects(plan, plan.with_agenda(after))
    counts = {"moved": effects.moved, "gone": effects.gone, "added": effects.added}
    lines = [text(language, "session.announcements", **counts)] if any(counts.values()) else []
    lines += [f"⚠️ {_conflict(language, conflict)}" for conflict in new_conflicts(plan.agenda, after)[:_CONFLICTS_SHOWN]]
    lines += remarks
    consequences = ("\n".join(lines),) if lines else ()
    asked = text(language, "session.preview")
    taken = sum(measure(line) + 1 for line in (asked, *consequences))
    changes = diff(plan.agenda, after)
    notice = change((language,), changes, plan.room_names, "", discord_limits.MESSAGE_TEXT - taken)
    confirm = Button(custom_id("agree", change_id), label((language,), "button.agree"), primary=True)
    return Post((*notice.blocks, *consequences, asked), (confirm,))


def _conflict(language: str, conflict: Conflict) -> str:
    first, second = (f"**{escape(session.title[language])}**" for session in (conflict.first, conflict.second))
    if isinstance(conflict, DoubleBooking):
        speaker = escape(conflict.speaker.named(language))
        return text(language, "session.double_booked", speaker=speaker, one=first, other=second)
    return text(language, "session.overlap", one=first, other=second)


def change(
    languages: Sequence[str], changes: Changes, names: RoomNames, mark: str, within: int = discord_limits.MESSAGE_TEXT
) -> Post:
    """All changes in one notice, in all of the workshop's languages; `names` are those of the rooms after them.

    Changes that don't fit in `within` characters are counted, and the button leads to the agenda.
    """
    items = list(_Teller(languages, names).items(changes))
    button = _button(languages, changes, mark)
    whole = _notice(languages, items, 0, button)
    if whole.length <= within:
        return whole
    bare = _notice(languages, [], len(items), button).length
    headings = sum(measure(_heading(languages, section)) + 1 for section in Section)
    lengths = accumulate(measure(item.wording) + 1 for item in items)
    shown = sum(length <= within - bare - headings for length in lengths)
    return _notice(languages, items[:shown], len(items) - shown, button)


def _notice(languages: Sequence[str], items: Sequence[_Item], more: int, button: Button) -> Post:
    title, *others = dict.fromkeys(every(languages, "change.heading"))
    sections = (
        "\n".join([_heading(languages, section), *(item.wording for item in together)])
        for section, together in groupby(items, key=lambda item: item.section)
    )
    counted = ["\n".join(f"-# {line}" for line in every(languages, "change.more", n=more))] if more else []
    return Post(("\n".join([f"## {title}", *others]), *sections, *counted), (button,))


def _heading(languages: Sequence[str], section: Section) -> str:
    return f"### {_SIGN[section]} {joined(languages, f'change.{section}')}"


def _button(languages: Sequence[str], changes: Changes, mark: str) -> Button:
    """The button to the first day on which a changed session is held, else the first changed day."""
    held = (*changes.added, *(changed.after for changed in changes.changed))
    days = sorted(session.day for session in held) or changes.days
    if not days:  # a room was renamed that no session is in
        return Button(custom_id("now", mark), label(languages, "button.now"))
    return Button(custom_id("day", days[0].isoformat(), mark), label(languages, "button.agenda"))


class _Teller:
    """Renders each change in the workshop's languages."""

    def __init__(self, languages: Sequence[str], names: RoomNames) -> None:
        self._languages = languages
        self._names = names

    def items(self, changes: Changes) -> Iterator[_Item]:
        """Yield every change once, those that make people miss a session first."""
        for session in changes.cancelled:
            yield _Item(Section.CANCELLED, self._lines(session, _when(session)))
        for room in changes.renamed_rooms:
            yield _Item(Section.RENAMED, "\n".join(self._each("change.called", before=room.before, after=room.after)))
        for swap in changes.swaps:
            yield _Item(Section.SWAPPED, f"{self._changed(swap.first)}\n{self._changed(swap.second)}")
        elsewhere = [changed for changed in changes.alone if changed.aspects & {Aspect.TIME, Aspect.ROOM}]
        for changed in elsewhere:
            yield _Item(Section.CHANGED, self._changed(changed))
        for session in changes.added:
            room = " · ".join(dict.fromkeys(escape(name) for name in self._room(session.room).values()))
            yield _Item(Section.ADDED, self._lines(session, f"{_when(session)} · {room}"))
        for changed in changes.alone:
            if changed not in elsewhere:
                yield _Item(Section.CORRECTED, self._changed(changed))

    def _lines(self, session: Session, *lines: str) -> str:
        return "\n".join([*titles(self._languages, session.title), *lines])

    def _changed(self, changed: ChangedSession) -> str:
        return self._lines(changed.after, *self._facts(changed))

    def _facts(self, changed: ChangedSession) -> Iterator[str]:
        before, after, aspects = changed.before, changed.after, changed.aspects
        if Aspect.TIME in aspects:
            yield _moved(before, after)
        if Aspect.ROOM in aspects:
            yield from self._each("change.room", before=self._room(before.room), after=self._room(after.room))
        if Aspect.TITLE in aspects:
            yield from self._each("change.title", title=before.title)
        if Aspect.SPEAKERS in aspects:
            yield from self._speakers(after)
        if aspects == frozenset({Aspect.DETAILS}):
            yield from self._each("change.details")

    def _each(self, key: str, **values: Text) -> list[str]:
        shown = {name: {language: escape(value[language]) for language in value} for name, value in values.items()}
        return every(self._languages, key, **shown)

    def _room(self, room: str) -> Text:
        return self._names.get(room) or dict.fromkeys(self._languages, room)

    def _speakers(self, session: Session) -> Iterator[str]:
        for language in self._languages:
            named = [escape(speaker.named(language)) for speaker in session.speakers]
            key = "start.speakers" if named else "change.no_speakers"
            yield text(language, key, names=enumeration(language, named))


def _when(session: Session) -> str:
    """Its day and time, in each reader's own zone."""
    return f"{moment(session.starts_at, 'F')}–{moment(session.ends_at)}"  # noqa: RUF001 - a span of time is written so


def _moved(before: Session, after: Session) -> str:
    if before.day == after.day:
        return f"{moment(after.starts_at, 'D')}: {span(before)} → {span(after)}"
    return f"{_when(before)} → {_when(after)}"
