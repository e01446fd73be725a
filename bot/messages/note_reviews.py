"""The posts of note reviews, for moderators and for a note's author: values in, a post out."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.contributions.note_reviews import NoteWording, Review, ReviewAction, ReviewState
from bot.domain.contributions.notes import Note, has_card
from bot.domain.plan import Plan
from bot.domain.text import escape, shorten
from bot.messages.i18n import text
from bot.messages.notes import Listed, named
from bot.messages.post import Button, Post, custom_id, moment


def entry(plan: Plan, listed: Listed, review: Review, waiting: int, language: str) -> Post:
    """One note as its reviewer reads it, with all that they may do. `waiting`: the number of notes to review."""
    note, topic = listed.note, plan.topic(listed.note.topic)
    about = [topic.title[language]] if topic else []
    who = [text(language, f"note.kind.{note.kind}"), named(plan, listed.signed, language)]
    facts = escape(" · ".join([*about, *who, text(language, f"note.visibility.{note.visibility}")]))
    return Post(
        (
            text(language, "review.waiting", n=waiting),
            f"### {escape(note.title)}\n-# {facts} · {moment(note.written_at, 'f')}",
            *_parts(NoteWording(note.title, note.did, note.learned), language),
            "\n".join(_standing(review, language)),
        ),
        tuple(_buttons(note, review, language)),
    )


def _parts(wording: NoteWording, language: str) -> Iterator[str]:
    yield f"**{text(language, 'card.did')}**\n{escape(wording.did)}"
    yield f"**{text(language, 'card.learned')}**\n{escape(wording.learned)}"


def _standing(review: Review, language: str) -> Iterator[str]:
    yield f"-# {text(language, f'review.state.{review.state}')}"
    if review.asked:
        yield f"-# ✏️ {escape(shorten(' '.join(review.asked.split()), 200))}"
    if review.tags:
        yield f"-# 🏷️ {escape(' · '.join(review.tags))}"


def _buttons(note: Note, review: Review, language: str) -> Iterator[Button]:
    cleared = review.state is ReviewState.CLEARED
    for action in (
        ReviewAction.PUBLISH if cleared else ReviewAction.CLEAR,
        ReviewAction.CHANGES,
        ReviewAction.EDIT,
        ReviewAction.TAG,
        ReviewAction.MERGE,
    ):
        words = text(language, f"button.review.{action}")
        yield Button(
            custom_id("review", action, note.id), words, primary=action in {ReviewAction.CLEAR, ReviewAction.PUBLISH}
        )
    yield Button(custom_id("review", ReviewAction.NEXT, note.id), text(language, f"button.review.{ReviewAction.NEXT}"))


def for_author(note: Note, review: Review, language: str) -> Post | None:
    """The moderators' request to a note's author, with buttons to answer it; None if they ask for nothing."""
    title = f"**{escape(note.title)}**"
    if review.proposal:
        return Post(
            (
                text(language, "mine.proposed", title=title),
                f"### {escape(review.proposal.title)}",
                *_parts(review.proposal, language),
            ),
            (
                Button(custom_id("proposed", "yes", note.id), text(language, "button.accept"), primary=True),
                Button(custom_id("proposed", "no", note.id), text(language, "button.keep_mine")),
            ),
        )
    if review.state is ReviewState.CHANGES:
        return Post((text(language, "mine.asked", title=title, asked=escape(review.asked)),))
    show = Button(custom_id("show", note.id), text(language, "button.show"), primary=True)
    if review.merged_into:
        return Post((text(language, "mine.merged", title=title), f"-# {text(language, 'consent.show')}"), (show,))
    if review.wanted and not has_card(note):
        return Post((text(language, "mine.wanted", title=title), f"-# {text(language, 'consent.show')}"), (show,))
    return None
