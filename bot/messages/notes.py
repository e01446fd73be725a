"""The posts and answers about notes: values in, a post out. No Discord, no clock; tested on text alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain import discord_limits
from bot.domain.contributions.contacts import Contact, NoteRequest
from bot.domain.contributions.note_files import NoteFile, shown_to_others
from bot.domain.contributions.notes import Detail, Note, NoteKind, Signature, Visibility, has_card
from bot.domain.plan import Plan
from bot.domain.text import escape, shorten
from bot.messages.announcements import share_button
from bot.messages.i18n import country_name, every, text
from bot.messages.post import Button, EnclosedFile, Lines, Post, custom_id, joined, label, moment

_SIGN = {
    NoteKind.WORKED: "✅",
    NoteKind.FAILED: "⛔",
    NoteKind.MIXED: "🔀",
    NoteKind.RECOMMENDATION: "💡",
}
#: Characters of a name, and of a title in a list.
_NAME, _LISTED = 100, 100
#: Notes of a list that have buttons of their own; characters of the titles on these.
_WITH_BUTTONS, _ON_BUTTON = 8, 50
#: Authors of merged notes that a card names, after the note's own.
_CO_AUTHORS = 5


# --- signatures ------------------------------------------------------------------------------------------------


def named(plan: Plan, signed: Signature, language: str) -> str:
    """A note's author, as far as they want to be named, in one language."""
    if signed.name or signed.administration:
        return " · ".join(shorten(part, _NAME) for part in (signed.name, signed.administration) if part)
    if signed.country:
        return country_name(language, signed.country)
    if signed.organisation:
        kind = text(language, f"signature.{signed.organisation}")
        if plan.region and signed.region:
            return text(language, "signature.region", kind=kind, region=plan.region[language])
        return kind
    return text(language, "signature.anonymous")


# --- posts -----------------------------------------------------------------------------------------------------


def card(  # noqa: PLR0913, PLR0917 - one parameter a part of it
    plan: Plan,
    note: Note,
    signed: Signature,
    echoes: int,
    mark: str,
    others: Sequence[Signature] = (),
    files: Sequence[NoteFile] = (),
) -> Post:
    """A note in its topic's channel, with those of its files that others may see.

    `others`: the authors of notes that were merged into it.
    """
    shown = (file for file in files if shown_to_others(file, signed))
    enclosed = (
        EnclosedFile(f"file-{n}.{file.type}", file.digest, file.type.is_picture) for n, file in enumerate(shown, 1)
    )
    did, learned, *details = (
        f"**{joined(plan.languages, f'card.{part}')}**\n{escape(typed)}"
        for part, typed in {"did": note.did, "learned": note.learned, **_written(note)}.items()
    )
    return Post(
        (
            "\n".join(_heading(plan, note)),
            did,
            learned,
            *([Lines(details)] if details else []),
            Lines(_signature(plan, note, signed, echoes, others)),
        ),
        (
            share_button(plan, note.topic, mark),
            Button(custom_id("echo", note.id, mark), label(plan.languages, "button.echo")),
            Button(custom_id("touch", note.id, mark), label(plan.languages, "button.touch")),
        ),
        files=tuple(enclosed),
    )


def _heading(plan: Plan, note: Note) -> Iterator[str]:
    yield f"### {_SIGN[note.kind]} {escape(shorten(note.title, 150))}"
    yield f"-# {joined(plan.languages, f'note.kind.{note.kind}')}"
    if maturity := note.details.get(Detail.MATURITY):
        yield f"-# {joined(plan.languages, f'note.maturity.{maturity}')}"


def _signature(plan: Plan, note: Note, signed: Signature, echoes: int, others: Sequence[Signature]) -> Iterator[str]:
    who = dict.fromkeys(escape(named(plan, signed, language)) for language in plan.languages)
    yield f"-# {' / '.join(who)} · {moment(note.written_at, 'f')}"
    for co_author in others[:_CO_AUTHORS]:
        who = dict.fromkeys(escape(named(plan, co_author, language)) for language in plan.languages)
        yield f"-# 🔗 {' / '.join(who)}"
    if echoes:
        yield f"-# 🤝 {' · '.join(dict.fromkeys(every(plan.languages, 'card.echoes', n=echoes)))}"


def _written(note: Note) -> dict[str, str]:
    return {str(detail): typed for detail, typed in note.details.items() if detail is not Detail.MATURITY}


def request(plan: Plan, asked: NoteRequest, guild: int, mark: str) -> Post:
    """The request to a message's author to let it become a note, posted in the message's channel."""
    link = address(guild, asked.channel_id, asked.message)
    lines = every(plan.languages, "request.line", author=f"<@{asked.author}>", asker=f"<@{asked.asker}>", link=link)
    return Post(
        ("\n".join(lines),),
        (
            Button(custom_id("allow", asked.message, mark), label(plan.languages, "button.allow"), primary=True),
            Button(custom_id("decline", asked.message, mark), label(plan.languages, "button.decline")),
        ),
    )


def address(guild: int, channel: int, message: int | str) -> str:
    """The address at which a message can be opened."""
    return f"https://discord.com/channels/{guild}/{channel}/{message}"


# --- answers to one person -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """A note in a list, with the link to its card."""

    note: Note
    signed: Signature
    link: str | None
    files: int = 0
    """The number of its files that its reader may see."""


def found(plan: Plan, entries: Sequence[Listed], language: str, *, more: bool) -> Post:
    """The results of a search."""
    heading = text(language, "search.found", n=len(entries))
    lines = [_listed(plan, entry, language, named(plan, entry.signed, language)) for entry in entries]
    return Post((f"{heading} {text(language, 'search.more')}" if more and entries else heading, *lines))


def mine(plan: Plan, entries: Sequence[Listed], count: int, language: str) -> Post:
    """A person's own notes, `count` in all, each with its visibility and signature; the latest have buttons."""
    lines = [
        _listed(
            plan,
            entry,
            language,
            text(language, f"note.visibility.{entry.note.visibility}"),
            *([named(plan, entry.signed, language)] if has_card(entry.note) else []),
        )
        for entry in entries
    ]
    latest = [entry.note for entry in entries[:_WITH_BUTTONS]]
    buttons = [
        Button(custom_id(kind, note.id), shorten(_titled(language, kind, note), discord_limits.BUTTON_LABEL))
        for note in latest
        for kind in (("rewrite",) if note.visibility is Visibility.PRIVATE else ("rewrite", "withdraw"))
    ]
    return Post((text(language, "mine.heading", n=count), *lines), tuple(buttons))


def _titled(language: str, kind: str, note: Note) -> str:
    return text(language, f"button.{kind}", title=shorten(note.title, _ON_BUTTON))


def _listed(plan: Plan, entry: Listed, language: str, *facts: str) -> str:
    topic = plan.topic(entry.note.topic)
    about = [topic.title[language]] if topic else []
    about += [f"📎 {entry.files}"] if entry.files else []
    title = f"{_SIGN[entry.note.kind]} **{escape(shorten(entry.note.title, _LISTED))}**"
    link = f"\n{entry.link}" if entry.link else ""
    return f"{title}\n-# {escape(' · '.join([*about, *facts]))}{link}"


@dataclass(frozen=True, slots=True)
class Touch:
    """A contact as one of its two sides reads it: the other person and the note."""

    contact: Contact
    other: str
    """Name and administration of the other person; empty while they are not disclosed."""


def contacts(asked_of: Sequence[Touch], asked_by: Sequence[Touch], language: str) -> Post:
    """The requests for contact to and from one person; the first one without an answer has buttons."""
    waiting = [touch for touch in asked_of if touch.contact.agreed is None]
    lines = [
        *(text(language, "contacts.asks", **_about(touch)) for touch in waiting),
        *(text(language, "contacts.agreed", **_about(touch)) for touch in asked_of if touch.contact.agreed),
        # Silence and refusal look the same: neither discloses the author.
        *(text(language, "contacts.agreed", **_about(touch)) for touch in asked_by if touch.contact.agreed),
        *(text(language, "contacts.asked", **_about(touch)) for touch in asked_by if not touch.contact.agreed),
    ]
    if not lines:
        return Post((text(language, "contacts.none"),))
    post = Post((text(language, "contacts.heading", n=len(lines)), *lines))
    if not waiting:
        return post
    note, asker = waiting[0].contact.note, str(waiting[0].contact.asker)
    agree = Button(custom_id("meet", "yes", note, asker), text(language, "button.meet"), primary=True)
    refuse = Button(custom_id("meet", "no", note, asker), text(language, "button.refuse"))
    return Post(post.blocks, (agree, refuse))


def _about(touch: Touch) -> dict[str, str]:
    return {"title": f"**{escape(shorten(touch.contact.title, _LISTED))}**", "other": touch.other}
