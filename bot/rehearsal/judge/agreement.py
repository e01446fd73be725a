"""Compares the agenda with all that shows it: posts, scheduled events, calendar, closing pack, direct messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from icalendar import Calendar

from bot.documents.pack.archive import faults, read_manifest
from bot.domain.agenda.scheduled_events import event_marker
from bot.domain.agenda.sessions import SessionKind
from bot.domain.announcement_kinds import Kind
from bot.domain.people.direct_messages import DirectMessage, DirectMessageState
from bot.domain.plan import Plan
from bot.domain.planned_announcements import planned
from bot.messages import agenda
from bot.messages.fitting import fitted
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.judge.history import History

#: The status of a cancelled scheduled event.
_CANCELLED = 4


def disagreements(  # noqa: PLR0913, PLR0917 - all that shows an agenda
    history: History, discord: LoopbackDiscord, guild_id: int, now: datetime, ics: bytes, unposted: Collection[str] = ()
) -> list[str]:
    """The differences between the confirmed agenda and all that shows it; `ics` is the exported calendar.

    `unposted` are the ids of the deliveries that may be missing.
    """
    return [
        *misshown(history.plan, discord, now, unposted),
        *misscheduled(history.plan, discord, guild_id),
        *misdated(history, ics),
    ]


def mispacked(
    pack: Path, exported: Mapping[str, Sequence[object]], ids: Mapping[str, int], discord: LoopbackDiscord
) -> Iterator[str]:
    """The faults of the closing pack, and where it differs from the exports. `ids`: the workshop's rooms."""
    if pack_faults := faults(pack):
        yield from pack_faults
        return
    messages = sum(len(discord.messages(number)) for number in ids.values() if number in discord.backend.messages)
    wanted = {**{subject: len(rows) for subject, rows in exported.items()}, "transcripts": messages}
    rows = {file["path"]: file["rows"] for file in read_manifest(pack)["files"]}
    for subject, count in wanted.items():
        if (packed := rows[f"organisers/{subject}.json"]) != count:
            yield f"the closing pack has {packed} rows of {subject}, expected {count}"


def misdelivered(direct_messages: Iterable[DirectMessage], discord: LoopbackDiscord) -> Iterator[str]:
    """Direct messages that Discord has more or less often than they are recorded as sent, by person and text."""
    sent: Counter[tuple[int, str]] = Counter()
    for message in direct_messages:
        sent[message.person, message.text] += message.state is DirectMessageState.SENT
    for (person, text), recorded in sent.items():
        channel = discord.backend.dm_channels.get(person)
        posted = sum(message.text == text for message in discord.messages(channel)) if channel else 0
        if posted != recorded:
            yield f"a direct message to {person} is recorded as sent {recorded} times, Discord has it {posted} times"


def misshown(plan: Plan, discord: LoopbackDiscord, now: datetime, unposted: Collection[str] = ()) -> Iterator[str]:
    """Agenda posts that do not show their day as it is held; each day of the agenda has one post."""
    shown = {
        custom_id.rpartition(":")[2]: message.text
        for message in discord.all_messages()
        for custom_id in message.custom_ids
    }
    for announcement in planned(plan):
        if announcement.kind is Kind.AGENDA and announcement.id not in unposted:
            day = datetime.fromisoformat(announcement.subject).date()
            expected = "\n".join(fitted(agenda.agenda(plan, day, now, announcement.id)).blocks)
            posted = shown.get(announcement.id)
            if posted != expected:
                yield f"the agenda of {announcement.subject} is posted as {posted!r}, but held as {expected!r}"


def misscheduled(plan: Plan, discord: LoopbackDiscord, guild_id: int) -> list[str]:
    """Where the scheduled events differ from the agenda: each session that is no break has one, at its times."""
    wanted = Counter(
        (event_marker(plan.id, session.id), session.starts_at, session.ends_at)
        for session in plan.agenda
        if session.kind is not SessionKind.BREAK
    )
    there = Counter(
        (
            str(event.description).rpartition("\n")[2],
            datetime.fromisoformat(event.scheduled_start_time),
            datetime.fromisoformat(event.scheduled_end_time or event.scheduled_start_time),
        )
        for event in discord.backend.get_guild(guild_id).scheduled_events.values()
        if event.status != _CANCELLED
    )
    missing = [f"no scheduled event {mark} at {starts}" for mark, starts, _ in (wanted - there).elements()]
    return missing + [
        f"unexpected: scheduled event {mark} at {starts}" for mark, starts, _ in (there - wanted).elements()
    ]


def misdated(history: History, ics: bytes) -> Iterator[str]:
    """Where the calendar differs from the agenda: each session has an entry at its times, also if it is cancelled."""
    held = {session.id for session in history.plan.agenda}
    wanted = Counter(
        (
            f"{session.id}@{history.plan.id}",
            session.starts_at,
            session.ends_at,
            "CONFIRMED" if session.id in held else "CANCELLED",
        )
        for session in history.ever.values()
    )
    entries = cast("list[Any]", Calendar.from_ical(ics).walk("VEVENT"))  # pyright: ignore[reportUnknownMemberType]
    there = Counter((str(e["UID"]), e["DTSTART"].dt, e["DTEND"].dt, str(e["STATUS"])) for e in entries)
    for uid, starts, _, status in (wanted - there).elements():
        yield f"no calendar entry {uid} at {starts}, {status}"
    for uid, starts, _, status in (there - wanted).elements():
        yield f"unexpected: calendar entry {uid} at {starts}, {status}"
