"""What each message says: values in, a post out. No Discord, no clock; tested on text alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from bot.domain import limits
from bot.domain.agenda import Progress, Session, Topic, progress
from bot.domain.events import marker
from bot.domain.plan import Plan
from bot.domain.text import Text, blank, clean, escape, escape_within, measure, shorten, shorten_markdown
from bot.domain.venue import meeting_room
from bot.i18n import day_name, enumeration, every, language_name, text

_STANDING = {Progress.DONE: "✅", Progress.LIVE: "🔴", Progress.NEXT: "▶️", Progress.LATER: "▫️"}
#: In front of every line for the organisers.
REPORT_SIGN = "🛠️"


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a post."""

    custom_id: str
    label: str
    primary: bool = False


class Lines(str):
    """A text of a post made of items, a line or more each: where it is too long, each of them is shortened fairly.

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

    It may be longer than Discord takes: see `bot.fitting`.
    """

    blocks: tuple[str, ...]
    buttons: tuple[Button, ...] = ()
    notifies: int | None = None
    """The one role that it notifies, by its Discord id; nothing else that is posted notifies anybody."""
    whole: Button | None = None
    """The button that answers with all of it, shown if it had to be shortened."""

    @property
    def fingerprint(self) -> str:
        """Equal for posts that look the same."""
        return hashlib.blake2b(repr((self.blocks, self.buttons)).encode(), digest_size=8).hexdigest()

    @property
    def length(self) -> int:
        """Characters of text, as Discord counts them, and one between two blocks; at most limits.MESSAGE_TEXT fit."""
        return sum(measure(block) + 1 for block in self.blocks) - 1

    @property
    def fits(self) -> bool:
        """Whether Discord takes all of it in one message."""
        return self.length <= limits.MESSAGE_TEXT and len(self.blocks) <= most_blocks(self.buttons)


#: Files that an answer may hold beside its texts and buttons.
_FILES = 2


def most_blocks(buttons: Sequence[Button]) -> int:
    """How many texts fit in a message above its buttons: the container, rules between texts, and rows count too."""
    rows = -(-len(buttons) // limits.ROW_BUTTONS)
    return (limits.MESSAGE_COMPONENTS - _FILES - len(buttons) - rows) // 2


def custom_id(kind: str, *arguments: str) -> str:
    """What a button, select or form says when it is pressed: all that its handler needs, after any restart."""
    return ":".join((kind, *arguments))


def moment(instant: datetime, style: str = "t") -> str:
    """An instant that Discord shows each reader in their own time zone. Styles are Discord's: t, F, R, f."""
    return f"<t:{int(instant.timestamp())}:{style}>"


def span(session: Session) -> str:
    """When a session lasts, in each reader's own time zone."""
    return f"{moment(session.starts_at)}–{moment(session.ends_at)}"  # noqa: RUF001 - a span of time is written so


def joined(languages: Iterable[str], key: str) -> str:
    """A few words in each language, side by side."""
    return " · ".join(dict.fromkeys(every(languages, key)))


def label(languages: Iterable[str], key: str) -> str:
    """A button's words in each language."""
    return shorten(joined(languages, key), limits.BUTTON_LABEL)


def titles(languages: Sequence[str], title: Text, width: int = limits.MESSAGE_TEXT) -> Iterator[str]:
    """The title in each language, the first one prominent, each at most so wide; a title that repeats is said once."""
    first, *others = dict.fromkeys(escape_within(title[language], width) for language in languages)
    yield f"**{first}**"
    yield from (f"-# {other}" for other in others)


def where(session: Session, rooms: Mapping[str, int]) -> str:
    """The session's room, as a link to it. `rooms` has the Discord ids."""
    return f"<#{rooms[meeting_room(session.room)]}>"


# --- what the bot posts: in all the workshop's languages -------------------------------------------------------


def welcome(plan: Plan, mark: str) -> Post:
    """What everybody in the server reads first: what this is, what is kept of them, and how to join."""
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
            Lines(every(plan.languages, "welcome.line")),
            Lines(f"-# {line}" for line in every(plan.languages, "welcome.privacy")),
        ),
        (Button(custom_id("join", mark), label(plan.languages, "button.join"), primary=True), *languages),
    )


@dataclass(frozen=True, slots=True)
class _Extent:
    """How much of a day's agenda is shown: titles in which languages and how wide, and how many sessions."""

    languages: Sequence[str]
    width: int = limits.MESSAGE_TEXT
    masthead: bool = True
    sessions: int | None = None


#: How wide titles are on a full day; the last two in one language only.
_WIDTHS = (120, 90, 70, 55, 40, 30, 20)
#: How many sessions of a day are shown that is too full even so.
_SESSIONS = (60, 45, 30, 15)


def _extents(languages: Sequence[str]) -> Iterator[_Extent]:
    """From the most to the least: shorter titles, then one language, then without what is over."""
    yield from (_Extent(languages, width) for width in _WIDTHS[:-2])
    yield from (_Extent(languages[:1], width) for width in _WIDTHS)
    yield from (_Extent(languages[:1], _WIDTHS[-1], masthead=False, sessions=most) for most in _SESSIONS)


def agenda(plan: Plan, day: date, now: datetime, mark: str) -> Post:
    """A day's agenda, true at `now`; on a full day with shorter titles, and a button that shows all of it."""
    post = _agenda(plan, day, now, mark, _Extent(plan.languages))
    if post.fits:
        return post
    for extent in _extents(plan.languages):
        post = _agenda(plan, day, now, mark, extent)
        if post.fits:
            break
    whole_day = Button(custom_id("day", day.isoformat(), mark), label(plan.languages, "button.agenda"))
    return replace(post, buttons=(whole_day, *post.buttons))


def _agenda(plan: Plan, day: date, now: datetime, mark: str, extent: _Extent) -> Post:
    title, *others = (_agenda_heading(plan, day, language) for language in plan.languages)
    legend = [f"-# {line}" for line in every(plan.languages, "agenda.legend", zone=plan.zone)]
    masthead = _masthead(plan) if extent.masthead and day == plan.agenda.days[0] else ()
    return Post(
        (*masthead, Lines([f"## {title}", *others]), Lines(_agenda_items(plan, day, now, extent)), Lines(legend)),
        (_now_button(plan, mark),),
    )


def _agenda_items(plan: Plan, day: date, now: datetime, extent: _Extent) -> Iterator[str]:
    sessions = plan.agenda.on(day)
    standing = progress(sessions, now)
    most = extent.sessions or len(sessions)
    over = sum(standing[session.id] is Progress.DONE for session in sessions)
    first = max(0, min(over, len(sessions) - most))
    if first:
        yield left_out(first)
    for session in sessions[first : first + most]:
        title, *others = titles(extent.languages, session.title, extent.width)
        yield "\n".join([f"{_STANDING[standing[session.id]]} {span(session)} {title}", *others])
    if len(sessions) > first + most:
        yield left_out(len(sessions) - first - most)


def left_out(count: int) -> str:
    """What counts the items of a list that are not shown, without words: every reader understands it."""
    return f"-# … + {count}"


def _masthead(plan: Plan) -> Iterator[str]:
    """Whose workshop it is, and who pays for it: at the head of the first day's agenda."""
    title, *others = dict.fromkeys(escape(plan.title[language]) for language in plan.languages)
    yield Lines([f"# {title}", *others])
    yield Lines(f"-# {' '.join(_credits(plan, language))}" for language in plan.languages)


def _credits(plan: Plan, language: str) -> Iterator[str]:
    yield text(language, "masthead.organiser", name=escape(plan.organiser[language]))
    if plan.donor:
        yield text(language, "masthead.donor", name=escape(plan.donor[language]))
    if plan.series:
        series = plan.series
        name = escape(series.title[language])
        yield text(language, "masthead.series", number=series.number, of=series.of, name=name)


def _agenda_heading(plan: Plan, day: date, language: str) -> str:
    number = plan.agenda.days.index(day) + 1
    return text(language, "agenda.heading", number=number, of=len(plan.agenda.days), date=day_name(language, day))


def session_heading(sign: str, plan: Plan, session: Session) -> str:
    """A session's title in each language, after a sign."""
    title, *others = titles(plan.languages, session.title)
    return Lines([f"{sign} {title}", *others])


def soon(plan: Plan, session: Session, rooms: Mapping[str, int], mark: str) -> Post:
    """A session starts in a while."""
    told = every(plan.languages, "soon.line", when=moment(session.starts_at, "R"), room=where(session, rooms))
    return Post(
        (session_heading("⏰", plan, session), Lines(told)),
        (Button(custom_id("day", session.day.isoformat(), mark), label(plan.languages, "button.agenda")),),
    )


def word(plan: Plan, session: Session, said: Text, mark: str) -> Post:
    """The word that a session's chair is to say aloud, for the team alone."""
    told = every(plan.languages, "word.line", word=_bold(said), when=moment(session.starts_at))
    return Post((session_heading("🔑", plan, session), Lines(told)), (_now_button(plan, mark),))


def _bold(title: Text) -> Text:
    return {language: f"**{escape(wording)}**" for language, wording in title.items()}


def start(plan: Plan, session: Session, rooms: Mapping[str, int], mark: str) -> Post:
    """A session begins; where being there counts, with the button that says so."""
    counts = plan.counts_for_attendance(session)
    proof = "start.word_line" if plan.attendance.word else "start.line"
    key = proof if counts else "start.break_line"
    told = every(plan.languages, key, until=moment(session.ends_at), room=where(session, rooms))
    button = (
        Button(custom_id("checkin", session.id, mark), label(plan.languages, "button.checkin"), primary=True)
        if counts
        else _now_button(plan, mark)
    )
    programme = Lines(_programme(plan.languages, session))
    return Post((session_heading("🔴", plan, session), Lines(told), *([programme] if programme else [])), (button,))


def _programme(languages: Sequence[str], session: Session) -> Iterator[str]:
    for language in languages:
        if session.speakers:
            named = [escape(speaker.named(language)) for speaker in session.speakers]
            yield text(language, "start.speakers", names=enumeration(language, named))
    for material in session.materials:
        titles = " · ".join(dict.fromkeys(escape(material.title[language]) for language in languages))
        yield f"📄 {titles}: {material.url}"


def end(plan: Plan, session: Session, mark: str) -> Post:
    """A session is over: thanks, and a way to share what was learnt."""
    return Post(
        (
            session_heading("🏁", plan, session),
            Lines(every(plan.languages, "end.line")),
        ),
        (share_button(plan, session.topic, mark) if plan.topics else _now_button(plan, mark),),
    )


def together(posts: Sequence[Post], titles: Sequence[str]) -> Post:
    """Posts of the same kind as one; what they say alike is said once. `titles` tell buttons apart, one a post."""
    if len(posts) == 1:
        return posts[0]
    headings, said = tuple(post.blocks[0] for post in posts), {post.blocks[1:] for post in posts}
    blocks = (*headings, *said.pop()) if len(said) == 1 else tuple(Lines(post.blocks) for post in posts)
    buttons = {
        button.custom_id: replace(button, label=shorten(f"{title} · {button.label}", limits.BUTTON_LABEL))
        for post, title in zip(posts, titles, strict=True)
        for button in post.buttons
    }
    unlike = len(buttons) > 1
    return Post(blocks, tuple(buttons.values()) if unlike else posts[0].buttons)


def _now_button(plan: Plan, mark: str) -> Button:
    return Button(custom_id("now", mark), label(plan.languages, "button.now"))


def whole_button(plan: Plan, mark: str) -> Button:
    """What answers with all of a message that had to be shortened."""
    return Button(custom_id("whole", mark), label(plan.languages, "button.whole"))


def share_button(plan: Plan, topic: str | None, mark: str) -> Button:
    """What opens the form of a note."""
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
    """What a moderator announces. Their formatting stays; mentions reach nobody but the role that is to be notified."""
    to = f"<@&{notifies}> " if notifies else ""
    return Post((f"📣 {to}{clean(written)}",), (_now_button(plan, mark),), notifies)


def hold(plan: Plan, mark: str) -> Post:
    """The workshop pauses for a moment."""
    return Post(("⏸️ " + "\n".join(every(plan.languages, "hold.line")),), (_now_button(plan, mark),))


def late(plan: Plan, post: Post, due: datetime) -> Post:
    """The same post, which says that it comes late."""
    told = Lines(f"-# {line}" for line in every(plan.languages, "late.line", when=moment(due)))
    return replace(post, blocks=(*post.blocks, told))


def report(line: str, mark: str) -> Post:
    """A line for the organisers. The button is the mark that it was sent."""
    return Post((f"{REPORT_SIGN} {line}",), (Button(custom_id("now", mark), "…"),))


def event(plan: Plan, session: Session) -> tuple[str, str]:
    """Name and description of a session as one of the server's events; the last line is the bot's own mark."""
    name, *others = dict.fromkeys(clean(session.title[language]) for language in plan.languages)
    told = [f"**{escape(other)}**" for other in others]
    if session.description:
        told += dict.fromkeys(escape(session.description[language]) for language in plan.languages)
    told += _programme(plan.languages, session)
    mark = marker(plan.id, session.id)
    described = shorten_markdown("\n".join(told), limits.EVENT_DESCRIPTION - len(mark) - 1)
    return shorten(session.id if blank(name) else name, limits.NAME), f"{described}\n{mark}".lstrip()


# --- what the bot answers: in one person's language ------------------------------------------------------------


def agenda_for(plan: Plan, day: date, now: datetime, language: str, rooms: Mapping[str, int]) -> Post:
    """A day's agenda for one reader, with rooms and speakers, and a way to take it along."""
    sessions = plan.agenda.on(day)
    standing = progress(sessions, now)
    items = [_detailed(session, standing[session.id], language, rooms) for session in sessions]
    legend = "-# " + text(language, "agenda.legend", zone=plan.zone)
    take_along = Button(custom_id("calendar", day.isoformat()), text(language, "button.calendar"))
    return Post((f"## {_agenda_heading(plan, day, language)}", "\n".join(items), legend), (take_along,))


def _detailed(session: Session, standing: Progress, language: str, rooms: Mapping[str, int]) -> str:
    lines = [f"{_STANDING[standing]} {span(session)} **{escape(session.title[language])}**"]
    if meeting_room(session.room) in rooms:
        lines[0] += f" · {where(session, rooms)}"
    lines += [f"-# {escape(speaker.named(language))}" for speaker in session.speakers]
    return "\n".join(lines)


def now_for(plan: Plan, now: datetime, language: str, rooms: Mapping[str, int]) -> Post:
    """What is on, and what comes next, for one reader."""
    blocks = [
        text(language, "now.live", until=moment(session.ends_at, "R"))
        + "\n"
        + _detailed(session, Progress.LIVE, language, rooms)
        + (f"\n{escape(session.description[language])}" if session.description else "")
        for session in plan.agenda.live(now)
    ]
    coming = plan.agenda.upcoming(now)
    if coming is None:
        blocks.append(text(language, "now.nothing_left" if blocks else "now.over"))
    else:
        blocks.append(_coming(coming, language, rooms))
    return Post((*blocks, *_zone(plan, now, language)))


def next_for(plan: Plan, now: datetime, language: str, rooms: Mapping[str, int]) -> Post:
    """What comes next and how long it is until then, for one reader; all of it, where several start together."""
    coming = plan.agenda.upcoming(now)
    if coming is None:
        return Post((text(language, "next.nothing_left" if plan.agenda.live(now) else "now.over"),))
    together = (session for session in plan.agenda if session.starts_at == coming.starts_at)
    blocks = [
        _coming(session, language, rooms)
        + (f"\n{escape(session.description[language])}" if session.description else "")
        for session in together
    ]
    return Post((*blocks, *_zone(plan, now, language)))


def _coming(session: Session, language: str, rooms: Mapping[str, int]) -> str:
    when = moment(session.starts_at, "R")
    heading = text(language, "now.next", when=when, date=day_name(language, session.day))
    return f"{heading}\n{_detailed(session, Progress.NEXT, language, rooms)}"


def _zone(plan: Plan, now: datetime, language: str) -> Iterator[str]:
    """Which zone times are in, as long as any are shown."""
    if now < plan.agenda.ends_at:
        yield "-# " + text(language, "zone.line", zone=plan.zone)


Place = tuple[str | int, ...]
"""Where something stands in a plan: keys, and numbers from 0."""


def too_long(plan: Plan) -> dict[Place, int]:
    """Where in the plan a posted message has to be shortened, and by how many characters."""
    surplus: dict[Place, int] = {}
    for place, post in _longest(plan):
        if post.length > limits.MESSAGE_TEXT:
            surplus[place] = max(surplus.get(place, 0), post.length - limits.MESSAGE_TEXT)
    return surplus


def _longest(plan: Plan) -> Iterator[tuple[Place, Post]]:
    """Each posted message that grows with the plan, whole; an answer goes on in a second message."""
    rooms = {meeting_room(session.room): 2**63 for session in plan.agenda}
    mark = "0" * 24
    yield ("description",), welcome(plan, mark)
    for number, day in enumerate(plan.days):
        yield ("days", number), _agenda(plan, day.date, plan.morning(day.date), mark, _Extent(plan.languages))
        for index, entry in enumerate(day.sessions):
            session = plan.agenda.find(entry.id)
            if session:
                yield ("days", number, "sessions", index), start(plan, session, rooms, mark)
    for index, entry in enumerate(plan.topics):
        topic = plan.topic(entry.id)
        if topic:
            yield ("topics", index), topic_opening(plan, topic, mark)
