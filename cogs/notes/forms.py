"""The forms of notes. Each carries in its custom id all that its handler needs, so it outlives any restart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import discord

from bot.domain import limits, notes
from bot.domain.agenda import Topic
from bot.domain.notes import Attribution, Detail, Maturity, Note, NoteKind, Visibility
from bot.domain.plan import Plan
from bot.domain.review import ASKED_LENGTH, Action, Review
from bot.domain.text import shorten
from bot.i18n import text
from bot.posts import custom_id
from bot.ui import forgotten

#: Fields in which something is chosen, not typed.
CHOSEN = frozenset({"topic", "kind", str(Detail.MATURITY)})

Field = discord.ui.Item[discord.ui.Modal]


def note_form(plan: Plan, language: str, note_id: str, filled: Mapping[str, str]) -> discord.ui.Modal:
    """The quick form, of five parts. Its custom id holds the note's id: sent twice, it is the same note."""
    topics = [plan.topic(entry.id) for entry in plan.topics[: limits.OPTIONS]]
    kinds = {str(kind): text(language, f"note.kind.{kind}") for kind in NoteKind}
    return _form(
        language,
        custom_id("noted", note_id),
        text(language, "form.heading"),
        {
            "title": _typed("title", notes.TITLE_LENGTH, filled, long=False),
            "topic": _select("topic", {topic.id: _title(topic, language) for topic in topics if topic}, filled),
            "kind": _select("kind", kinds, filled),
            "did": _typed("did", notes.PART_LENGTH, filled),
            "learned": _typed("learned", notes.PART_LENGTH, filled),
        },
    )


def details_form(language: str, note: Note, which: str) -> discord.ui.Modal:
    """Five more parts, all of them free to be left out."""
    filled = {str(detail): typed for detail, typed in note.details.items()}
    fields: dict[str, Field] = {}
    for detail in notes.DETAIL_FORMS[which]:
        if detail is Detail.MATURITY:
            steps = {str(step): text(language, f"note.maturity.{step}") for step in Maturity}
            fields[detail] = _select(detail, steps, filled, required=False)
        else:
            fields[detail] = _typed(detail, notes.DETAIL_LENGTH, filled, required=False)
    heading = text(language, f"button.details.{which}")
    return _form(language, custom_id("detailed", which, note.id), heading, fields)


def review_form(language: str, action: Action, note: Note, review: Review, others: Iterable[Note]) -> discord.ui.Modal:
    """What a moderator writes about a note; `others` are those of which it can become a part."""
    filled = {"title": note.title, "did": note.did, "learned": note.learned}
    fields: dict[str, Field]
    match action:
        case Action.CHANGES:
            fields = {"asked": _typed("asked", ASKED_LENGTH, {"asked": review.asked})}
        case Action.EDIT:
            fields = {
                "title": _typed("title", notes.TITLE_LENGTH, filled, long=False),
                "did": _typed("did", notes.PART_LENGTH, filled),
                "learned": _typed("learned", notes.PART_LENGTH, filled),
            }
        case Action.TAG:
            fields = {"tags": _typed("tags", 300, {"tags": ", ".join(review.tags)}, required=False, long=False)}
        case _:
            fields = {"into": _select("into", {other.id: other.title for other in others}, {})}
    return _form(language, custom_id("reviewed", action, note.id), text(language, f"button.review.{action}"), fields)


def access_form(language: str, note: Note) -> discord.ui.Modal:
    """Who sees the note, and how its author is named; with the sentence to which its author agrees."""
    seen = {str(one): text(language, f"note.visibility.{one}") for one in Visibility}
    named = {str(one): text(language, f"note.attribution.{one}") for one in Attribution}
    filled = {"visibility": str(note.visibility), "attribution": str(note.attribution)}
    form = _form(
        language,
        # The language too: what is recorded are the words that were shown.
        custom_id("seen", note.id, language),
        text(language, "button.access"),
        {
            "visibility": _select("visibility", seen, filled),
            "attribution": _select("attribution", named, filled),
        },
    )
    form.add_item(discord.ui.TextDisplay[Any](text(language, "consent.access")))
    return form


def _form(language: str, key: str, heading: str, fields: Mapping[str, Field]) -> discord.ui.Modal:
    form = discord.ui.Modal(title=shorten(heading, limits.MODAL_TITLE), custom_id=key, timeout=None)
    for name, field in fields.items():
        label = discord.ui.Label[discord.ui.Modal](
            text=shorten(text(language, f"form.{name}"), limits.MODAL_LABEL),
            description=shorten(text(language, f"form.{name}_hint"), limits.MODAL_DESCRIPTION),
            component=field,
        )
        form.add_item(label)
    return forgotten(form)


def _typed(
    name: str, limit: int, filled: Mapping[str, str], *, required: bool = True, long: bool = True
) -> discord.ui.TextInput[discord.ui.Modal]:
    return discord.ui.TextInput(
        custom_id=name,
        style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
        max_length=limit,
        required=required,
        default=filled.get(name) or None,
    )


def _select(
    name: str, options: Mapping[str, str], filled: Mapping[str, str], *, required: bool = True
) -> discord.ui.Select[discord.ui.Modal]:
    return discord.ui.Select(
        custom_id=name,
        required=required,
        min_values=int(required),
        options=list(_options(options, filled.get(name))),
    )


def _options(options: Mapping[str, str], chosen: str | None) -> Iterable[discord.SelectOption]:
    for value, name in options.items():
        yield discord.SelectOption(label=shorten(name, limits.OPTION_LABEL), value=value, default=value == chosen)


def _title(topic: Topic, language: str) -> str:
    return topic.title[language]
