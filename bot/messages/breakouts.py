"""The messages of breakouts: to a moderator before and while groups are at work, and to each group in its room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.domain.agenda.breakouts import Breakout, BreakoutGroup, GroupMember
from bot.domain.agenda.sessions import Session
from bot.domain.plan import Plan
from bot.domain.text import Text, escape, escape_within, shorten
from bot.domain.venue import breakout_room
from bot.messages.i18n import every, text
from bot.messages.post import Button, Post, custom_id, label, moment, titles, where

#: Characters of a title that a channel's name and a moderator's overview show.
_TITLE = 150


def about(plan: Plan, session: Session, breakout: Breakout) -> Text:
    """The title of the groups' topic, else of the session."""
    topic = plan.topic(breakout.topic) if breakout.topic else None
    return topic.title if topic else session.title


# --- in a group's room, in all the workshop's languages ----------------------------------------------------------


def opening(  # noqa: PLR0913, PLR0917 - one group of one breakout of one session
    plan: Plan, session: Session, breakout: Breakout, group: BreakoutGroup, rooms: Mapping[str, int], mark: str
) -> Post:
    """The opening message of a group's room: its members, topic, end and rapporteur."""
    heading = " · ".join(dict.fromkeys(every(plan.languages, "breakout.group", number=group.number)))
    lines = every(plan.languages, "breakout.line", until=_until(breakout), room=where(session, rooms))
    names = ", ".join(_named(member) for member in group.members)
    speaker = group.speaker
    speaks = (
        every(plan.languages, "breakout.rapporteur", name=f"**{escape(speaker.name)}**")
        if speaker
        else every(plan.languages, "breakout.no_rapporteur")
    )
    blocks = (
        "\n".join([f"## {heading}", *titles(plan.languages, about(plan, session, breakout))]),
        "\n".join(lines),
        f"👥 {escape(names)}",
        "\n".join(speaks),
    )
    appoint = Button(custom_id("rapporteur", breakout.id, str(group.number), mark), _label(plan, "button.rapporteur"))
    return Post(blocks, (appoint, *_recommend(plan, breakout, group, mark)))


def left(
    plan: Plan, _session: Session, breakout: Breakout, group: BreakoutGroup, _rooms: Mapping[str, int], mark: str
) -> Post:
    """The warning that the breakout ends soon."""
    lines = every(plan.languages, "breakout.left", until=_until(breakout))
    return Post((_signed("⏳", lines),), _marked(plan, breakout, group, mark))


def back(  # noqa: PLR0913, PLR0917 - as above
    plan: Plan, session: Session, breakout: Breakout, group: BreakoutGroup, rooms: Mapping[str, int], mark: str
) -> Post:
    """The call back to the session's room."""
    lines = every(plan.languages, "breakout.back", room=where(session, rooms))
    return Post((_signed("🔔", lines),), _marked(plan, breakout, group, mark))


def _signed(sign: str, lines: Sequence[str]) -> str:
    return "\n".join(f"{sign} {line}" for line in lines)


def _label(plan: Plan, key: str) -> str:
    return label(plan.languages, key)


def _recommend(plan: Plan, breakout: Breakout, group: BreakoutGroup, mark: str) -> Iterator[Button]:
    """Yield the button that opens the form, if the plan has topics: a recommendation is a note, which has a topic."""
    if plan.topics:
        asked = custom_id("recommend", breakout.id, str(group.number), mark)
        yield Button(asked, label(plan.languages, "button.recommend"), primary=True)


def _marked(plan: Plan, breakout: Breakout, group: BreakoutGroup, mark: str) -> tuple[Button, ...]:
    """The group's buttons, at least one, because a button carries the mark."""
    now = Button(custom_id("now", mark), label(plan.languages, "button.now"))
    return tuple(_recommend(plan, breakout, group, mark)) or (now,)


def _named(member: GroupMember) -> str:
    return f"{member.name} ({member.administration})" if member.administration else member.name


def _until(breakout: Breakout) -> str:
    return moment(breakout.ends_at or breakout.proposed_at)


# --- to a moderator, in their language ---------------------------------------------------------------------------


def preview(plan: Plan, session: Session, breakout: Breakout, language: str) -> Post:
    """The groups as they would be, and the button that opens their rooms."""
    people = sum(len(group.members) for group in breakout.groups)
    summary = text(
        language,
        "breakout.preview",
        n=people,
        groups=len(breakout.groups),
        minutes=breakout.minutes,
        title=f"**{escape(shorten(about(plan, session, breakout)[language], _TITLE))}**",
    )
    listed = (
        f"{_heading(group, language)} ({len(group.members)}) {escape(_names(group.members))}"
        for group in breakout.groups
    )
    button = Button(custom_id("break_out", breakout.id), label((language,), "button.break_out"), primary=True)
    return Post((summary, "\n".join(listed)), (button,))


def status(  # noqa: PLR0913, PLR0917 - how it stands, and where
    plan: Plan,
    session: Session,
    breakout: Breakout,
    inside: Mapping[int, int],
    rooms: Mapping[str, int],
    language: str,
) -> Post:
    """The state of each group. `inside`: people in each group's voice room, by the group's number."""
    title = f"**{escape(shorten(about(plan, session, breakout)[language], _TITLE))}**"
    summary = text(language, "breakout.status", title=title, until=_until(breakout))
    lines = (_stands(breakout, group, inside.get(group.number, 0), rooms, language) for group in breakout.groups)
    return Post((summary, "\n".join(lines)))


def _stands(breakout: Breakout, group: BreakoutGroup, inside: int, rooms: Mapping[str, int], language: str) -> str:
    speaker = group.speaker
    number = rooms.get(breakout_room(breakout.id, group.number))
    return text(
        language,
        "breakout.stands" if speaker else "breakout.stands_silent",
        group=_heading(group, language),
        room=f"<#{number}>" if number else "…",
        inside=inside,
        of=len(group.members),
        name=escape_within(speaker.name, 60) if speaker else "",
    )


def _heading(group: BreakoutGroup, language: str) -> str:
    return f"**{text(language, 'breakout.group', number=group.number)}**"


def _names(members: Iterable[GroupMember]) -> str:
    return ", ".join(_named(member) for member in members)
