"""The renderers of announcements: values in, a post out. No Discord, no clock; tested on text alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.domain import discord_limits
from bot.domain.agenda.scheduled_events import event_marker
from bot.domain.agenda.sessions import Session, Topic
from bot.domain.plan import Plan
from bot.domain.text import Text, clean, escape, is_blank, shorten, shorten_markdown
from bot.messages.i18n import enumeration, every, language_name, text
from bot.messages.post import Button, Lines, Post, custom_id, label, moment, now_button, session_heading, titles, where

# --- posts: in all the workshop's languages --------------------------------------------------------------------


def welcome(plan: Plan, help_desk: str, mark: str) -> Post:
    """The first message in the server: the workshop, the personal data that is kept, and how to join.

    `help_desk`: a link to the room where commands can be typed.
    """
    title, *others = dict.fromkeys(escape(plan.title[language]) for language in plan.languages)
    described = dict.fromkeys(escape(plan.description[language]) for language in plan.languages)
    languages = (
        Button(custom_id("language", language, mark), language_name(language))
        for language in plan.languages
        if len(plan.languages) > 1
    )
    return Post(
        (
            Lines([f"# {title}", *others]),
            Lines(described),
            Lines(every(plan.languages, "welcome.line", channel=help_desk)),
            Lines(f"-# {line}" for line in every(plan.languages, "welcome.privacy")),
        ),
        (
            Button(custom_id("join", mark), label(plan.languages, "button.join"), primary=True),
            Button(custom_id("me", mark), label(plan.languages, "button.me")),
            *languages,
        ),
    )


def soon(plan: Plan, session: Session, rooms: Mapping[str, int], mark: str) -> Post:
    """The announcement that a session starts soon."""
    lines = every(plan.languages, "soon.line", when=moment(session.starts_at, "R"), room=where(session, rooms))
    return Post(
        (session_heading("⏰", plan, session), Lines(lines)),
        (Button(custom_id("day", session.day.isoformat(), mark), label(plan.languages, "button.agenda")),),
    )


def word(plan: Plan, session: Session, chair_word: Text, mark: str) -> Post:
    """The word that a session's chair is to say aloud, for the team alone."""
    lines = every(plan.languages, "word.line", word=_bold(chair_word), when=moment(session.starts_at))
    return Post((session_heading("🔑", plan, session), Lines(lines)), (now_button(plan, mark),))


def _bold(title: Text) -> Text:
    return {language: f"**{escape(wording)}**" for language, wording in title.items()}


def start(plan: Plan, session: Session, rooms: Mapping[str, int], mark: str) -> Post:
    """The announcement that a session begins, with the check-in button if the session counts for attendance."""
    counts = plan.counts_for_attendance(session)
    proof = "start.word_line" if plan.attendance.word else "start.line"
    key = proof if counts else "start.break_line"
    lines = every(plan.languages, key, until=moment(session.ends_at), room=where(session, rooms))
    button = (
        Button(custom_id("checkin", session.id, mark), label(plan.languages, "button.checkin"), primary=True)
        if counts
        else now_button(plan, mark)
    )
    programme = Lines(_programme(plan.languages, session))
    return Post((session_heading("🔴", plan, session), Lines(lines), *([programme] if programme else [])), (button,))


def _programme(languages: Sequence[str], session: Session) -> Iterator[str]:
    for language in languages:
        if session.speakers:
            named = [escape(speaker.named(language)) for speaker in session.speakers]
            yield text(language, "start.speakers", names=enumeration(language, named))
    for material in session.materials:
        titles = " · ".join(dict.fromkeys(escape(material.title[language]) for language in languages))
        yield f"📄 {titles}: {material.url}"


def end(plan: Plan, session: Session, mark: str) -> Post:
    """The announcement that a session is over: thanks, and a button that shares a note."""
    return Post(
        (
            session_heading("🏁", plan, session),
            Lines(every(plan.languages, "end.line")),
        ),
        (share_button(plan, session.topic, mark) if plan.topics else now_button(plan, mark),),
    )


def together(posts: Sequence[Post], titles: Sequence[str]) -> Post:
    """Merge posts of the same kind; equal texts appear once. `titles`: one a post, to distinguish the buttons."""
    if len(posts) == 1:
        return posts[0]
    headings, bodies = tuple(post.blocks[0] for post in posts), {post.blocks[1:] for post in posts}
    blocks = (*headings, *bodies.pop()) if len(bodies) == 1 else tuple(Lines(post.blocks) for post in posts)
    buttons = {
        button.custom_id: replace(button, label=shorten(f"{title} · {button.label}", discord_limits.BUTTON_LABEL))
        for post, title in zip(posts, titles, strict=True)
        for button in post.buttons
    }
    several = len(buttons) > 1
    return Post(blocks, tuple(buttons.values()) if several else posts[0].buttons)


def whole_button(plan: Plan, mark: str) -> Button:
    """The button that answers with the whole of a shortened message."""
    return Button(custom_id("whole", mark), label(plan.languages, "button.whole"))


def share_button(plan: Plan, topic: str | None, mark: str) -> Button:
    """The button that opens the form of a note."""
    return Button(custom_id("note", topic or "", mark), label(plan.languages, "button.note"), primary=True)


def topic_opening(plan: Plan, topic: Topic, mark: str) -> Post:
    """The message that opens a topic's channel."""
    described = [escape(topic.description[language]) for language in plan.languages]
    title, *others = titles(plan.languages, topic.title)
    return Post(
        (
            Lines([f"## {title}", *others]),
            Lines(dict.fromkeys(described)),
            Lines(every(plan.languages, "topic.line")),
        ),
        (share_button(plan, topic.id, mark),),
    )


def custom(plan: Plan, written: str, mark: str, notifies: int | None = None) -> Post:
    """A moderator's announcement. Its formatting stays; mentions notify nobody but the role in `notifies`."""
    to = f"<@&{notifies}> " if notifies else ""
    return Post((f"📣 {to}{clean(written)}",), (now_button(plan, mark),), notifies)


def hold(plan: Plan, mark: str) -> Post:
    """The announcement that the workshop pauses."""
    return Post(("⏸️ " + "\n".join(every(plan.languages, "hold.line")),), (now_button(plan, mark),))


def event(plan: Plan, session: Session) -> tuple[str, str]:
    """Name and description of a session as one of the server's events; the last line is the bot's own mark."""
    name, *others = dict.fromkeys(clean(session.title[language]) for language in plan.languages)
    lines = [f"**{escape(other)}**" for other in others]
    if session.description:
        lines += dict.fromkeys(escape(session.description[language]) for language in plan.languages)
    lines += _programme(plan.languages, session)
    mark = event_marker(plan.id, session.id)
    described = shorten_markdown("\n".join(lines), discord_limits.EVENT_DESCRIPTION - len(mark) - 1)
    return shorten(session.id if is_blank(name) else name, discord_limits.NAME), f"{described}\n{mark}".lstrip()
