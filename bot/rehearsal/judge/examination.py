"""The examination at a rehearsal's end: what people were told, compared with the database, the exports and Discord."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot import store
from bot.domain.announcement_kinds import Kind
from bot.domain.contributions.feedback import FeedbackAnswer
from bot.domain.contributions.pledges import Pledge
from bot.domain.contributions.questions import Question
from bot.domain.people.direct_messages import DirectMessage
from bot.domain.people.participants import Participant
from bot.domain.plan import Plan
from bot.rehearsal.bot_process import BotProcess
from bot.rehearsal.cast import whereabouts
from bot.rehearsal.cast.acknowledged import Acknowledged
from bot.rehearsal.discord.lasting_faults import LastingTrouble
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.openapi import OpenApiChecker
from bot.rehearsal.judge.agreement import disagreements, misdelivered, mispacked
from bot.rehearsal.judge.history import History
from bot.rehearsal.judge.posts import Allowances, GroupRooms, PostFindings, Posts
from bot.rehearsal.judge.records import (
    Exported,
    stored_check_ins,
    stored_corrections,
    stored_notes,
    stored_records,
)
from bot.rehearsal.judge.verdict import FindingsSummary, Spread, Verdict
from bot.rehearsal.timekeeper import Timekeeper
from bot.store import Store
from bot.store.agenda import HeldSession, agenda_of
from bot.store.agenda_changes import AgendaChange
from bot.store.audit import AuditEntry
from bot.store.delivery.deliveries import Delivery
from bot.store.engine.backup import faults_in


@dataclass(frozen=True, slots=True)
class Evidence:
    """The parts of a rehearsal that has ended, and where its files are."""

    plan: Plan
    """As its file has it."""
    people: int
    begins: datetime
    ends: datetime
    discord: LoopbackDiscord
    guild_id: int
    keeper: Timekeeper
    bot: BotProcess
    acknowledged: Acknowledged
    checker: OpenApiChecker | None
    trouble: LastingTrouble | None
    patient: bool
    """Whether people retried after refusals, and the bot was restarted where it ended."""
    reliable: bool
    """Whether no fault was injected into requests and gateway."""
    database: Path
    calendar: Path
    pack: Path | None
    """The closing pack, if one was made."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database holds at the end."""

    ids: Mapping[str, int]
    groups: GroupRooms
    participants: Sequence[Participant]
    questions: Sequence[Question]
    answers: Sequence[FeedbackAnswer]
    pledges: Sequence[Pledge]
    audit: Sequence[AuditEntry]
    changes: Sequence[AgendaChange]
    speakers_here: Mapping[str, datetime]
    agenda: tuple[HeldSession, ...]
    direct_messages: Sequence[DirectMessage]
    given_up: Sequence[Delivery]
    """Deliveries that may be missing because of a lasting fault."""
    custom_texts: Mapping[str, str]
    """The texts of the custom announcements among them, by id."""


async def read_stored(opened: Store, trouble: LastingTrouble | None) -> Stored:
    """Read everything that the examination compares."""
    ids = await opened.venue.ids()
    given_up = trouble.excused(await opened.deliveries.given_up()) if trouble else []
    custom = [
        await opened.announcements.find(delivery.subject) for delivery in given_up if delivery.kind is Kind.CUSTOM
    ]
    return Stored(
        ids=ids,
        groups=GroupRooms(await opened.breakouts.opened(), ids),
        participants=opened.participants.all(),
        questions=await opened.questions.all(),
        answers=await opened.feedback.all(),
        pledges=await opened.pledges.all(),
        audit=await opened.audit.all(),
        changes=await opened.agenda_changes.applied(),
        speakers_here=await opened.restraints.here(),
        agenda=await opened.agenda.all(),
        direct_messages=await opened.direct_messages.all(),
        given_up=given_up,
        custom_texts={announcement.id: announcement.text for announcement in custom if announcement},
    )


async def judge(evidence: Evidence, exported: Exported, began: float) -> Verdict:
    """The verdict on a rehearsal that began at `began` of time.monotonic(); `exported` are the organisers' exports."""
    async with store.opened(evidence.database, to_read=True) as opened:
        stored = await read_stored(opened, evidence.trouble)
    return Examination(evidence, stored, exported).verdict(began)


class Examination:
    """Compares the evidence with what is stored and exported."""

    def __init__(self, evidence: Evidence, stored: Stored, exported: Exported) -> None:
        self._evidence = evidence
        self._stored = stored
        self._exported = exported
        self._history = History(evidence.plan, evidence.begins, stored.changes, stored.speakers_here)

    def verdict(self, began: float) -> Verdict:
        """The verdict; `began` in seconds of time.monotonic()."""
        evidence, stored, exported = self._evidence, self._stored, self._exported
        allowances = Allowances(evidence.patient, stored.given_up, stored.custom_texts)
        posts = Posts(
            self._history, evidence.acknowledged, stored.groups, evidence.discord, evidence.keeper, stored.questions,
            stored.audit, allowances,
        ).findings()  # fmt: skip
        unexpected = list(self._unexpected())
        pack = mispacked(evidence.pack, exported, stored.ids, evidence.discord) if evidence.pack else ()
        records = stored_records(
            evidence.acknowledged, stored.participants, stored.questions, stored.answers, stored.pledges
        )
        corrections = stored_corrections(evidence.acknowledged, exported["attendance"])
        checker = evidence.checker
        violations = [*checker.violations, *checker.answers.violations] if checker else []
        return Verdict(
            summary=self._summary(posts, len(unexpected), began),
            orphans=tuple(orphans(evidence.discord, evidence.guild_id, set(stored.ids.values()))),
            integrity=faults_in(evidence.database) or "ok",
            pack=tuple(pack),
            records={**records, "corrections": corrections},
            remarks=(*posts.remarks, *unexpected, *violations),
        )

    def _unexpected(self) -> Iterator[str]:
        """What neither the script of the cast nor the plan asks for."""
        evidence, stored, history = self._evidence, self._stored, self._history
        acknowledged, discord = evidence.acknowledged, evidence.discord
        yield from acknowledged.unexpected
        yield from discord.faults_of_ours
        applied, changes = len(stored.changes), acknowledged.changes
        if not changes <= applied <= changes + acknowledged.presses_repeated:
            yield f"{changes} changes of the agenda were acknowledged, and {applied} are stored"
        calendar = evidence.calendar.read_bytes()
        unposted = {delivery.id for delivery in stored.given_up}
        yield from disagreements(history, discord, evidence.guild_id, evidence.ends, calendar, unposted)
        if evidence.trouble:
            yield from evidence.trouble.unhealed(discord, stored.direct_messages)
        yield from misdelivered(stored.direct_messages, discord)
        if agenda_of(stored.agenda) != history.plan.agenda:
            yield "the agenda that is stored is another than the one that was confirmed"
        if acknowledged.unanswered and not evidence.bot.kills and not evidence.patient:
            yield f"{acknowledged.unanswered} times somebody had to try again"
        if evidence.reliable:  # while the gateway is frozen, fast time may run on for hours
            outages = bool(evidence.bot.kills) or evidence.patient
            attendance = self._exported["attendance"]
            yield from whereabouts.misjudged(history.plan, acknowledged.in_room, attendance, outages=outages)

    def _summary(self, posts: PostFindings, unexpected: int, began: float) -> FindingsSummary:
        evidence, history = self._evidence, self._history
        acknowledged, discord, checker = evidence.acknowledged, evidence.discord, evidence.checker
        return FindingsSummary(
            workshop=evidence.plan.id,
            wall_seconds=round(time.monotonic() - began, 1),
            virtual_seconds=(evidence.ends - evidence.begins).total_seconds(),
            kills=evidence.bot.kills,
            cast={"people": evidence.people, "actions": acknowledged.actions, "unexpected": unexpected},
            sessions={"planned": len(history.plan.agenda.sessions), "announced": len(posts.announced)},
            messages={
                "expected": posts.expected,
                "seen": posts.seen,
                "duplicate": len(posts.duplicate),
                "missing": len(posts.missing),
            },
            check_ins={
                "acknowledged": len(acknowledged.check_ins),
                "stored": stored_check_ins(acknowledged, self._exported["attendance"]),
            },
            notes={
                "acknowledged": len(acknowledged.notes),
                "stored": stored_notes(acknowledged, self._exported["notes"]),
            },
            requests={
                "total": discord.requests_total,
                "invalid": discord.requests_invalid,
                "invalid_in_ten_minutes": most_in_ten_minutes(discord.invalid_at),
                "openapi_checked": checker.checked if checker else 0,
                "openapi_violations": len(checker.violations) if checker else 0,
                "answers_checked": checker.answers.checked if checker else 0,
                "answer_violations": len(checker.answers.violations) if checker else 0,
            },
            lateness_ms=Spread.of(posts.lateness_ms),
            ack_ms=Spread.of(acknowledged.ack_ms),
            errors_logged=evidence.bot.errors_logged(),
        )


def orphans(discord: LoopbackDiscord, guild_id: int, known: set[int]) -> list[str]:
    """Channels of the server that the bot made and no longer knows; `general` was there before it."""
    channels = [channel for channel in discord.backend.channels.values() if channel.guild_id == guild_id]
    return [str(channel.name) for channel in channels if channel.id not in known and channel.name != "general"]


def most_in_ten_minutes(moments: Sequence[datetime]) -> int:
    """The largest number of moments within ten minutes; the moments are in order."""
    window = timedelta(minutes=10)
    return max((bisect_left(moments, start + window) - n for n, start in enumerate(moments)), default=0)
