"""The posts on Discord, compared with those that the plan, the moderators and the cast ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.agenda import breakouts
from bot.domain.agenda.breakouts import Breakout
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.contributions.questions import OPEN, Question, card_announcement
from bot.domain.planned_announcements import BEGINNING
from bot.domain.text import clean
from bot.domain.venue import BREAKOUT_ROOM, QUESTIONS, TEAM, venue_rooms
from bot.messages.control_panel import PANEL_SIGN
from bot.messages.post import REPORT_SIGN
from bot.rehearsal.cast.acknowledged import Acknowledged
from bot.rehearsal.discord.calls import SeenMessage
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.judge.history import History
from bot.rehearsal.timekeeper import Timekeeper
from bot.store.audit import AuditEntry
from bot.store.delivery.deliveries import Delivery
from bot.store.questions import LED

#: A room's name, and the kind and subject of a post in it.
PostName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PostFindings:
    """The comparison of the posts on Discord with the expected ones."""

    expected: int
    seen: int
    duplicate: tuple[str, ...]
    missing: tuple[str, ...]
    announced: frozenset[str]
    """Sessions whose start was announced."""
    lateness_ms: tuple[float, ...]

    @property
    def remarks(self) -> tuple[str, ...]:
        """Each duplicate or missing post."""
        return (*(f"duplicate {name}" for name in self.duplicate), *(f"missing {name}" for name in self.missing))


@dataclass(frozen=True, slots=True)
class GroupRooms:
    """The breakouts that were opened, and the workshop's rooms (key to Discord id), as they are stored."""

    breakouts: Sequence[Breakout]
    ids: Mapping[str, int]

    def announcements(self, workshop: str) -> dict[str, Announcement]:
        """The announcements in the rooms of the groups, by id."""
        return {
            announcement.id: announcement
            for breakout in self.breakouts
            for announcement in breakouts.breakout_announcements(workshop, breakout)
        }

    def names(self, discord: LoopbackDiscord) -> dict[str, str]:
        """The names that those rooms have at the end, by key."""
        keys = (key for key in self.ids if key.startswith(BREAKOUT_ROOM))
        return {key: str(discord.backend.get_channel(self.ids[key]).name) for key in keys}


@dataclass(frozen=True, slots=True)
class Allowances:
    """Where faults are injected: which posts may be missing, and that the team may read about the faults."""

    faults: bool = False
    """Whether faults are injected. The team is then told of them, and those reports are not counted."""
    given_up: Sequence[Delivery] = ()
    """Deliveries that may be missing."""
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    """The texts of moderators' announcements among them, by id."""


class Posts:
    """The posts at the end of a rehearsal.

    A question is recognised by the mark in its custom id, since its card may quote others or be withdrawn; the expected
    questions are those that were acknowledged.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all that must be posted, and all that was
        self,
        history: History,
        acknowledged: Acknowledged,
        groups: GroupRooms,
        discord: LoopbackDiscord,
        keeper: Timekeeper,
        questions: Sequence[Question],
        audit: Sequence[AuditEntry],
        allowances: Allowances,
    ) -> None:
        self._acknowledged = acknowledged
        self._allowances = allowances
        self._keeper = keeper
        self._names = {room.key: room.name for room in venue_rooms(history.plan)} | groups.names(discord)
        self._planned = _due(history.announcements(), questions, audit, keeper.now())
        self._planned |= groups.announcements(history.plan.id)
        self._asked = {
            card_announcement(history.plan, question.id, question.written_at).id: f"question: {question.text}"
            for question in questions
        }
        self._sent = [message for message in discord.all_messages() if message.is_bot and self._counts(message)]
        # Direct messages are compared with the stored ones elsewhere; here they only count as duplicates.
        self._posts = [message for message in self._sent if not message.channel.startswith("@")]

    def findings(self) -> PostFindings:
        """Compare the posts with the expected ones."""
        marked = [(message, self._announcement_of(message)) for message in self._posts]
        seen = Counter(
            (message.channel, _name(announcement) if announcement else self._name_by_text(message))
            for message, announcement in marked
        )
        expected = self._expected(seen)
        surplus = (seen - expected) | self._repeated_texts()
        return PostFindings(
            expected=expected.total(),
            seen=len(self._posts),
            duplicate=tuple(f"#{room}: {name}" for room, name in surplus.elements()),
            missing=tuple(f"#{room}: {name}" for room, name in (expected - seen).elements()),
            announced=frozenset(
                subject
                for _, announcement in marked
                if announcement and announcement.kind is Kind.START
                for subject in announcement.subjects
            ),
            lateness_ms=tuple(
                1000 * (message.received - announcement.due).total_seconds()
                for message, announcement in marked
                if announcement and announcement.due != BEGINNING
            ),
        )

    def _counts(self, message: SeenMessage) -> bool:
        return not (self._allowances.faults and message.text.startswith(REPORT_SIGN))

    def _expected(self, seen: Counter[PostName]) -> Counter[PostName]:
        """How often each post must be there; `seen` decides on panels, which are posted once or more often."""
        acknowledged, names, allowances = self._acknowledged, self._names, self._allowances
        expected = Counter((names[planned.room], _name(planned)) for planned in self._planned.values())
        expected.update(
            {(custom.room, f"custom: {text}"): custom.times for text, custom in acknowledged.announced.items()}
        )
        expected.update((words["topic"], f"card: {clean(words['title'])}") for words in acknowledged.cards)
        expected.update((names[QUESTIONS], f"question: {text}") for _, text in acknowledged.questions)
        expected -= Counter(
            (names[delivery.room], f"{delivery.kind}: {allowances.texts.get(delivery.subject, delivery.subject)}")
            for delivery in allowances.given_up
        )
        if not allowances.faults:
            expected.update((names[TEAM], f"report: {words}") for words in acknowledged.reports)
        panel = (names[TEAM], "panel")
        expected[panel] = min(max(seen[panel], acknowledged.panels), acknowledged.panels_requested)
        return expected

    def _repeated_texts(self) -> Counter[PostName]:
        """The same words twice in one room: a duplicate, whatever their custom ids say. Daily texts may repeat."""
        daily = {text for text, custom in self._acknowledged.announced.items() if custom.times > 1}
        texts = Counter(
            (message.channel, message.text)
            for message in self._sent
            if not message.text.startswith(PANEL_SIGN) and not any(text in message.text for text in daily)
        )
        return Counter({key: n - 1 for key, n in texts.items() if n > 1})

    def _announcement_of(self, message: SeenMessage) -> Announcement | None:
        """The planned announcement whose mark a message carries."""
        marks = (custom_id.rpartition(":")[2] for custom_id in message.custom_ids)
        return next((self._planned[mark] for mark in marks if mark in self._planned), None)

    def _name_by_text(self, message: SeenMessage) -> str:
        """The name of a post that no plan asks for, by its text."""
        acknowledged = self._acknowledged
        for text in acknowledged.announced:
            if message.text.startswith("📣") and text in message.text:
                return f"custom: {text}"
        for words in acknowledged.reports:
            if message.channel == TEAM and _plain(words) in _plain(message.text):
                return f"report: {words}"
        if message.text.startswith(PANEL_SIGN):
            return "panel"
        heading = _plain(message.text.splitlines()[0]) if message.text else ""
        for words in acknowledged.cards:
            if heading.endswith(_plain(clean(words["title"]))):
                return f"card: {clean(words['title'])}"
        for custom_id in message.custom_ids:
            if question := self._asked.get(custom_id.rpartition(":")[2]):
                return question
        return f"unexpected: {message.text[:80]!r}"


def _due(
    planned: Mapping[str, Announcement], questions: Sequence[Question], audit: Sequence[AuditEntry], now: datetime
) -> dict[str, Announcement]:
    """The announcements due by now, without question lists of sessions that ended with no open question."""

    def was_open(question: Question, moment: datetime) -> bool:
        states = [
            entry.latter
            for entry in audit
            if (entry.what, entry.subject) == (LED, question.id) and entry.at <= moment and entry.latter
        ]
        return question.written_at <= moment and (not states or states[-1].partition(":")[0] in OPEN)

    def is_posted(announcement: Announcement) -> bool:
        return announcement.kind is not Kind.OPEN or any(
            question.session == announcement.subject and was_open(question, announcement.due) for question in questions
        )

    return {
        key: announcement
        for key, announcement in planned.items()
        if announcement.due <= now and is_posted(announcement)
    }


def _name(announcement: Announcement) -> str:
    return f"{announcement.kind}: {announcement.subject}"


def _plain(text: str) -> str:
    """Letters and digits only, because posts escape other characters."""
    return "".join(character for character in text if character.isalnum())
