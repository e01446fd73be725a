"""What a rehearsal found: what people were told, against what is on disk and what Discord shows."""

from __future__ import annotations

import json
import statistics
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.agenda import breakouts
from bot.domain.agenda.breakouts import Breakout
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.contributions import feedback
from bot.domain.contributions.feedback import FeedbackAnswer
from bot.domain.contributions.pledges import Pledge
from bot.domain.contributions.questions import OPEN, Question, card_announcement
from bot.domain.people.participants import Participant, same_name
from bot.domain.plan import Plan
from bot.domain.text import clean, readable
from bot.domain.venue import BREAKOUT_ROOM, QUESTIONS, TEAM, Room, venue_rooms
from bot.messages.control_panel import PANEL_SIGN
from bot.messages.post import REPORT_SIGN
from bot.rehearsal.cast.actors import Acknowledged
from bot.rehearsal.cast.people import SeenMessage
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.history import History
from bot.rehearsal.timekeeper import Timekeeper
from bot.store.audit import AuditEntry
from bot.store.delivery.deliveries import Delivery
from bot.store.questions import LED

Exported = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by subject, `notes` and `attendance`, as exported in JSON."""

#: Requests answered 401, 403 or 429 in ten minutes of the rehearsal's time. Discord bans an address for 10,000.
_INVALID_ALLOWED = 100


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds, in real time."""

    p50: float
    p99: float
    max: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of some values; zeros if there are none."""
        if not values:
            return cls(0, 0, 0)
        cuts = statistics.quantiles(values, n=100, method="inclusive") if len(values) > 1 else [values[0]] * 99
        return cls(round(cuts[49], 1), round(cuts[98], 1), round(max(values), 1))


@dataclass(frozen=True, slots=True)
class FindingsSummary:
    """`summary.json`. What Discord saw is counted by the simulated Discord, not by the bot."""

    workshop: str
    wall_seconds: float
    virtual_seconds: float
    kills: int
    cast: Mapping[str, int]
    sessions: Mapping[str, int]
    messages: Mapping[str, int]
    check_ins: Mapping[str, int]
    notes: Mapping[str, int]
    requests: Mapping[str, int]
    lateness_ms: Spread
    ack_ms: Spread
    errors_logged: int

    @property
    def sound(self) -> bool:
        """Whether nothing is duplicate, missing, lost, unexpected or logged as an error."""
        return not any(
            (
                self.messages["duplicate"],
                self.messages["missing"],
                self.cast["unexpected"],
                self.requests["openapi_violations"],
                self.errors_logged,
                self.check_ins["acknowledged"] - self.check_ins["stored"],
                self.notes["acknowledged"] - self.notes["stored"],
            )
        )

    def to_json(self) -> str:
        """The file's text."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A summary, and what is found beside it."""

    summary: FindingsSummary
    orphans: tuple[str, ...]
    """Channels that the bot has made and forgotten."""
    integrity: str
    """What SQLite says of the file: "ok", or what is broken."""
    pack: tuple[str, ...]
    """What is wrong with the closing pack."""
    beside: Mapping[str, Mapping[str, int]]
    """Questions, feedback and pledges: how many people were told are kept, and how many are."""
    remarks: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether all is as promised."""
        safe = self.summary.requests["invalid_in_ten_minutes"] <= _INVALID_ALLOWED
        lost = any(counted["acknowledged"] - counted["stored"] for counted in self.beside.values())
        return (
            self.summary.sound and not lost and not self.orphans and not self.pack and self.integrity == "ok" and safe
        )

    def figures(self) -> Iterator[str]:
        """What a rehearsal promises, a line each."""
        lost = {name: counted["acknowledged"] - counted["stored"] for name, counted in self._kept().items()}
        yield f"kills: {self.summary.kills}"
        yield f"acknowledged notes lost: {lost['notes']}"
        yield f"acknowledged check-ins lost: {lost['check_ins']}"
        for name, counted in self.beside.items():
            yield f"acknowledged {name} lost: {lost[name]} of {counted['acknowledged']}"
        yield f"announcements duplicated: {self.summary.messages['duplicate']}"
        yield f"announcements missing: {self.summary.messages['missing']}"
        yield f"orphan channels: {len(self.orphans)}"
        yield f"invalid requests within ten minutes: at most {self.summary.requests['invalid_in_ten_minutes']}"
        yield f"integrity: {self.integrity}"
        yield f"closing pack: {'; '.join(self.pack) or 'sound'}"

    def _kept(self) -> Mapping[str, Mapping[str, int]]:
        return {"notes": self.summary.notes, "check_ins": self.summary.check_ins, **self.beside}


@dataclass(frozen=True, slots=True)
class Messages:
    """The posts that Discord has, against those that there must be."""

    expected: int
    seen: int
    duplicate: tuple[str, ...]
    missing: tuple[str, ...]
    announced: frozenset[str]
    """Sessions whose start was announced."""
    lateness_ms: tuple[float, ...]

    @property
    def remarks(self) -> tuple[str, ...]:
        """Each post that is there twice, or not at all."""
        return (*(f"duplicate {each}" for each in self.duplicate), *(f"missing {each}" for each in self.missing))


@dataclass(frozen=True, slots=True)
class GroupRooms:
    """The breakouts that were opened, and the workshop's rooms (key to Discord id), as they are kept."""

    breakouts: Sequence[Breakout]
    ids: Mapping[str, int]

    def announcements(self, workshop: str) -> dict[str, Announcement]:
        """What must be said in the rooms of the groups, by id."""
        return {each.id: each for one in self.breakouts for each in breakouts.breakout_announcements(workshop, one)}

    def names(self, discord: LoopbackDiscord) -> dict[str, str]:
        """What those rooms are called in the end."""
        keys = (key for key in self.ids if key.startswith(BREAKOUT_ROOM))
        return {key: str(discord.backend.get_channel(self.ids[key]).name) for key in keys}


def messages(  # noqa: PLR0913, PLR0917 - all that must be posted, and all that was
    history: History,
    told: Acknowledged,
    groups: GroupRooms,
    discord: LoopbackDiscord,
    keeper: Timekeeper,
    questions: Sequence[Question],
    deeds: Sequence[AuditEntry],
    *,
    trouble: bool = False,
    excused: Sequence[Delivery] = (),
    texts: Mapping[str, str] | None = None,
) -> Messages:
    """Hold every post of the bot's against what plan, moderators and cast ask for.

    A question is known by its mark, since its card may quote others or be withdrawn; what there must be is what people
    were told. Where `trouble` is made on purpose, the team is told of it, and those lines are not counted. What is
    `excused` may be missing; `texts` are those of moderators' announcements, by their ids.
    """
    planned = _asked_for(history.announcements(), questions, deeds, keeper.now()) | groups.announcements(
        history.plan.id
    )
    asked = {card_announcement(history.plan, one.id, one.written_at).id: f"question: {one.text}" for one in questions}
    names = {room.key: room.name for room in venue_rooms(history.plan)} | groups.names(discord)
    expected = Counter((names[a.room], _name(a)) for a in planned.values())
    expected.update({(one.room, f"custom: {text}"): one.times for text, one in told.announced.items()})
    expected.update((words["topic"], f"card: {clean(words['title'])}") for words in told.cards)
    expected.update((names[QUESTIONS], f"question: {text}") for _, text in told.questions)
    expected -= Counter((names[one.room], _given_up(one, texts or {})) for one in excused)
    if not trouble:
        expected.update((names[TEAM], f"report: {words}") for words in told.reports)
    sent = [m for m in discord.all_messages() if m.is_bot and not (trouble and m.text.startswith(REPORT_SIGN))]
    # What is written to one person is held against the letters that there are; of it, nothing may come twice.
    posts = [m for m in sent if not m.channel.startswith("@")]
    marked = [(message, _planned(message, planned)) for message in posts]
    seen = Counter(
        (message.channel, _name(found) if found else _told(message, told, asked)) for message, found in marked
    )
    panel = (names[TEAM], "panel")
    expected[panel] = min(max(seen[panel], told.panels), told.panels_asked_for)
    surplus = seen - expected
    # The same words twice in a room are a duplicate, whatever the bot thinks that they are.
    daily = {text for text, one in told.announced.items() if one.times > 1}
    once = (m for m in sent if not m.text.startswith(PANEL_SIGN) and not any(text in m.text for text in daily))
    words = Counter((m.channel, m.text) for m in once)
    surplus |= Counter({key: n - 1 for key, n in words.items() if n > 1})
    return Messages(
        expected=expected.total(),
        seen=len(posts),
        duplicate=tuple(f"#{room}: {name}" for room, name in surplus.elements()),
        missing=tuple(f"#{room}: {name}" for room, name in (expected - seen).elements()),
        announced=frozenset(s for _, found in marked if found and found.kind is Kind.START for s in found.subjects),
        lateness_ms=tuple(
            1000 * (message.received - keeper.mark_of(found.due))
            for message, found in marked
            if found and found.kind is not Kind.WELCOME
        ),
    )


def _asked_for(
    planned: Mapping[str, Announcement], questions: Sequence[Question], deeds: Sequence[AuditEntry], now: datetime
) -> dict[str, Announcement]:
    """What is due by now, without the lists of questions of sessions that had none open when they were over."""

    def was_open(question: Question, moment: datetime) -> bool:
        states = [d.latter for d in deeds if (d.what, d.subject) == (LED, question.id) and d.at <= moment and d.latter]
        return question.written_at <= moment and (not states or states[-1].partition(":")[0] in OPEN)

    return {
        key: each
        for key, each in planned.items()
        if each.due <= now
        and (each.kind is not Kind.OPEN or any(q.session == each.subject and was_open(q, each.due) for q in questions))
    }


def _name(announcement: Announcement) -> str:
    return f"{announcement.kind}: {announcement.subject}"


def _given_up(delivery: Delivery, texts: Mapping[str, str]) -> str:
    """The name of a delivery among those that are expected."""
    return f"{delivery.kind}: {texts.get(delivery.subject, delivery.subject)}"


def _planned(message: SeenMessage, planned: Mapping[str, Announcement]) -> Announcement | None:
    marks = (custom_id.rpartition(":")[2] for custom_id in message.custom_ids)
    return next((planned[mark] for mark in marks if mark in planned), None)


def _told(message: SeenMessage, told: Acknowledged, asked: Mapping[str, str]) -> str:
    """What a post that the plan doesn't ask for is, by what it says."""
    for text in told.announced:
        if message.text.startswith("📣") and text in message.text:
            return f"custom: {text}"
    for words in told.reports:
        if message.channel == TEAM and _plain(words) in _plain(message.text):
            return f"report: {words}"
    if message.text.startswith(PANEL_SIGN):
        return "panel"
    heading = _plain(message.text.splitlines()[0]) if message.text else ""
    for words in told.cards:
        if heading.endswith(_plain(clean(words["title"]))):
            return f"card: {clean(words['title'])}"
    for custom_id in message.custom_ids:
        if question := asked.get(custom_id.rpartition(":")[2]):
            return question
    return f"unasked for: {message.text[:80]!r}"


def _plain(text: str) -> str:
    """Letters and digits only: escaping must not keep a title from being found again."""
    return "".join(character for character in text if character.isalnum())


def stored_notes(told: Acknowledged, exported: Iterable[Mapping[str, Any]]) -> int:
    """How many of the notes that people were told are kept are kept, to the letter that they typed.

    A note is known by its words: the id of one whose author is not named is another in exports. What its author made
    private is as it must be if it isn't among those handed to the organisers.
    """
    parts = ("topic", "kind", "title", "did", "learned")
    kept = Counter(tuple(str(row[part]) for part in parts) for row in exported)
    shared: Counter[tuple[str, ...]] = Counter()
    private = 0
    for note in told.notes.values():
        words = tuple(clean(note.words[part]) for part in parts)
        if note.private:
            private += words not in kept
        else:
            shared[words] += 1
    return (shared & kept).total() + private


def kept_beside(
    told: Acknowledged,
    places: Iterable[Participant],
    questions: Iterable[Question],
    answers: Iterable[FeedbackAnswer],
    pledges: Iterable[Pledge],
) -> dict[str, dict[str, int]]:
    """How many of the places, questions, feedback and pledges that people were told are kept are, to the letter."""
    given = {(one.person, one.subject): one.values for one in answers}
    pledged = {one.person: one.text for one in pledges}
    stored = {
        "places": _stored_places(told, places),
        "questions": (Counter(told.questions) & Counter((one.author, one.text) for one in questions)).total(),
        "feedback": sum(
            given.get(key) == feedback.parse_answers(key[1], typed) for key, typed in told.feedback.items()
        ),
        "pledges": sum(pledged.get(person) == text for person, text in told.pledges.items()),
    }
    acknowledged = {
        "places": told.joined,
        "questions": told.questions,
        "feedback": told.feedback,
        "pledges": told.pledges,
    }
    return {name: {"acknowledged": len(acknowledged[name]), "stored": n} for name, n in stored.items()}


def _stored_places(told: Acknowledged, places: Iterable[Participant]) -> int:
    """How many of those who were told that they have joined have a place under their name."""
    kept = {place.person: place.name for place in places}
    return sum(same_name(kept.get(person, ""), name) for person, name in told.joined.items())


def stored_corrections(told: Acknowledged, exported: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many of the corrections that moderators were told are kept count."""
    counts = {(int(row["person_id"]), row["session"], row["status"]) for row in exported if row["corrected_by"]}
    kept = sum((*who, status) in counts for who, status in told.corrections.items())
    return {"acknowledged": len(told.corrections), "stored": kept}


def stored_check_ins(told: Acknowledged, exported: Iterable[Mapping[str, Any]]) -> int:
    """How many of the check-ins that people were told of are kept."""
    kept = {(int(row["person_id"]), row["session"]) for row in exported if row["checked_in_at"]}
    return len(told.check_ins & kept)


def orphans(discord: LoopbackDiscord, guild_id: int, known: set[int]) -> list[str]:
    """Channels of the server that the bot has made and forgotten; `general` was there before."""
    channels = [channel for channel in discord.backend.channels.values() if channel.guild_id == guild_id]
    return [str(channel.name) for channel in channels if channel.id not in known and channel.name != "general"]


def worst_ten_minutes(moments: Sequence[datetime]) -> int:
    """The most of some moments that fall within ten minutes."""
    window = timedelta(minutes=10)
    return max((bisect_left(moments, start + window) - n for n, start in enumerate(moments)), default=0)


# --- the transcript --------------------------------------------------------------------------------------------


def transcript(plan: Plan, cast_server: str, discord: LoopbackDiscord) -> str:
    """Every message as the simulated Discord has it at the end, by channel, in the workshop's zone."""
    lines = [f"# {cast_server}", "", f"Every message as Discord has it at the end. Times are in {plan.zone}.", ""]
    by_name: dict[str, list[SeenMessage]] = {}
    for message in discord.all_messages():
        by_name.setdefault(message.channel, []).append(message)
    for room in _in_order(plan, by_name):
        lines += [f"## #{room}", ""]
        for message in by_name[room]:
            lines += [*_entry(plan, message, discord), ""]
    return "\n".join(lines)


def _in_order(plan: Plan, found: Iterable[str]) -> list[str]:
    wanted: list[Room] = list(venue_rooms(plan))
    order = {room.name: number for number, room in enumerate(wanted)}
    return sorted(found, key=lambda name: (order.get(name, -1), name))


def _entry(plan: Plan, message: SeenMessage, discord: LoopbackDiscord) -> list[str]:
    sent = datetime.fromisoformat(message.timestamp).astimezone(plan.tz)
    edited = " (edited)" if message.edited_timestamp else ""
    channels = discord.backend.channels.values()
    text = readable(message.text, plan.tz, {f"#{channel.id}": f"#{channel.name}" for channel in channels})
    return [f"**{message.author}**, {sent:%a %d %b %H:%M:%S}{edited}", "", *(f"> {line}" for line in text.splitlines())]
