"""The forms of notes. Each custom id carries all that the handler needs, so the form works after a restart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import discord

from bot.domain.contributions import note_files, notes
from bot.domain.contributions.note_files import NoteFile
from bot.domain.contributions.note_reviews import ASKED_LENGTH, Review, ReviewAction
from bot.domain.contributions.notes import Attribution, Detail, Maturity, Note, NoteKind, Visibility
from bot.domain.plan import Plan
from bot.messages.i18n import text
from bot.messages.post import custom_id
from bot.platform.forms import Field, FormPart, checkboxes, choices, file_upload, form, line, paragraph, radio

#: Fields in which something is chosen, not typed.
CHOSEN = frozenset({"topic", "kind", "files", "unwanted", str(Detail.MATURITY)})


def note_form(plan: Plan, language: str, note_id: str, filled: Mapping[str, str], topic: str = "") -> discord.ui.Modal:
    """Make the quick form, of five parts. Its custom id holds the note's id: sent twice, it is the same note.

    `topic`: the topic, where it is known beforehand. Then the form asks for files instead: six parts are too many.
    """
    topics = ((topic.id, topic.title[language]) for topic in plan.topics)
    asked = {"topic": choices("topic", topics, filled.get("topic", ""))} if not topic else {}
    kinds = ((str(kind), text(language, f"note.kind.{kind}")) for kind in NoteKind)
    return _form(
        language,
        custom_id("noted", note_id, topic) if topic else custom_id("noted", note_id),
        text(language, "form.heading"),
        {
            "title": line("title", notes.TITLE_LENGTH, filled.get("title", "")),
            **asked,
            "kind": radio("kind", kinds, filled.get("kind", "")),
            "did": paragraph("did", filled.get("did", ""), limit=notes.PART_LENGTH),
            "learned": paragraph("learned", filled.get("learned", ""), limit=notes.PART_LENGTH),
            **({"files": _upload()} if topic else {}),
        },
    )


def _upload() -> Field:
    return file_upload("files", note_files.MOST, note_files.OFFERED)


def files_form(language: str, note: Note, held: Sequence[NoteFile]) -> discord.ui.Modal:
    """Make the form to add files to a note, and to remove those that it has."""
    offered = [(file.digest, file.name) for file in held]
    fields: dict[str, Field] = {"files": _upload()}
    if held:
        fields["unwanted"] = checkboxes("unwanted", offered)
    explained = text(language, "form.files_explained", most=note_files.MOST, limit=note_files.LARGEST >> 20)
    return _form(language, custom_id("filed", note.id), text(language, "button.files"), fields, explained)


def details_form(language: str, note: Note, which: str) -> discord.ui.Modal:
    """Make the form of five more parts, all optional."""
    fields: dict[str, Field] = {}
    for detail in notes.DETAIL_FORMS[which]:
        typed = note.details.get(detail, "")
        if detail is Detail.MATURITY:
            steps = ((str(step), text(language, f"note.maturity.{step}")) for step in Maturity)
            fields[detail] = choices(detail, steps, typed, required=False)
        else:
            fields[detail] = paragraph(detail, typed, limit=notes.DETAIL_LENGTH, required=False)
    heading = text(language, f"button.details.{which}")
    return _form(language, custom_id("detailed", which, note.id), heading, fields)


def review_form(
    language: str, action: ReviewAction, note: Note, review: Review, others: Iterable[Note]
) -> discord.ui.Modal:
    """Make a moderator's form about a note; `others` are the notes that it can be merged into."""
    fields: dict[str, Field]
    match action:
        case ReviewAction.CHANGES:
            fields = {"asked": paragraph("asked", review.asked, limit=ASKED_LENGTH)}
        case ReviewAction.EDIT:
            fields = {
                "title": line("title", notes.TITLE_LENGTH, note.title),
                "did": paragraph("did", note.did, limit=notes.PART_LENGTH),
                "learned": paragraph("learned", note.learned, limit=notes.PART_LENGTH),
            }
        case ReviewAction.TAG:
            fields = {"tags": line("tags", 300, ", ".join(review.tags), required=False)}
        case _:
            fields = {"into": choices("into", ((other.id, other.title) for other in others))}
    return _form(language, custom_id("reviewed", action, note.id), text(language, f"button.review.{action}"), fields)


def access_form(language: str, note: Note) -> discord.ui.Modal:
    """Make the form for a note's audience and signature, with the consent sentence."""
    seen = ((str(level), text(language, f"note.visibility.{level}")) for level in Visibility)
    named = ((str(manner), text(language, f"note.attribution.{manner}")) for manner in Attribution)
    return _form(
        language,
        # The language too: consent is recorded with the words that were shown.
        custom_id("seen", note.id, language),
        text(language, "button.access"),
        {
            "visibility": radio("visibility", seen, str(note.visibility)),
            "attribution": radio("attribution", named, str(note.attribution)),
        },
        text(language, "consent.access"),
    )


def _form(language: str, form_id: str, heading: str, fields: Mapping[str, Field], *texts: str) -> discord.ui.Modal:
    """Make a form of the fields, then of the texts."""
    labelled: Iterable[FormPart] = (
        (text(language, f"form.{name}"), text(language, f"form.{name}_hint"), field) for name, field in fields.items()
    )
    return form(form_id, heading, (*labelled, *texts))
