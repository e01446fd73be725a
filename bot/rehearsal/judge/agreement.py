"""Whether every post, event and calendar entry shows the agenda that was confirmed in the end."""

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

#: The status of a scheduled event that doesn't take place.
_CANCELLED = 4


def disagreements(  # noqa: PLR0913, PLR0917 - all that shows an agenda
    history: History, discord: LoopbackDiscord, guild_id: int, now: datetime, ics: bytes, unposted: Collection[str] = ()
) -> list[str]:
    """Everything that shows another agenda than the one that was confirmed; `ics` is the exported calendar.

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
    """What is wrong with the closing pack, or other in it than it is elsewhere. `ids`: the workshop's rooms."""
    if wrong := faults(pack):
        yield from wrong
        return
    messages = sum(len(discord.messages(number)) for number in ids.values() if number in discord.backend.messages)
    wanted = {**{subject: len(rows) for subject, rows in exported.items()}, "transcripts": messages}
    rows = {one["path"]: one["rows"] for one in read_manifest(pack)["files"]}
    for subject, count in wanted.items():
        if (packed := rows[f"organisers/{subject}.json"]) != count:
            yield f"the closing pack has {packed} rows of {subject}, and there are {count}"


def misdelivered(letters: Iterable[DirectMessage], discord: LoopbackDiscord) -> Iterator[str]:
    """The direct messages that are there more or less often than they are recorded as sent, by person and text."""
    sent: Counter[tuple[int, str]] = Counter()
    for letter in letters:
        sent[letter.person, letter.text] += letter.state is DirectMessageState.SENT
    for (person, text), recorded in sent.items():
        channel = discord.backend.dm_channels.get(person)
        there = sum(message.text == text for message in discord.messages(channel)) if channel else 0
        if there != recorded:
            yield f"a direct message to {person} is recorded as sent {recorded} times, and is there {there} times"


def misshown(plan: Plan, discord: LoopbackDiscord, now: datetime, unposted: Collection[str] = ()) -> Iterator[str]:
    """The agenda posts that don't show their day as it is held; each day of the agenda has one."""
    shown = {custom_id.rpartition(":")[2]: one.text for one in discord.all_messages() for custom_id in one.custom_ids}
    for each in planned(plan):
        if each.kind is Kind.AGENDA and each.id not in unposted:
            day = datetime.fromisoformat(each.subject).date()
            wanted = "\n".join(fitted(agenda.agenda(plan, day, now, each.id)).blocks)
            if shown.get(each.id) != wanted:
                yield f"the agenda of {each.subject} is posted as {shown.get(each.id)!r}, and held as {wanted!r}"


def misscheduled(plan: Plan, discord: LoopbackDiscord, guild_id: int) -> list[str]:
    """How the server's scheduled events differ from the agenda: one a session that is no break, at its instants."""
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
        f"unasked for: scheduled event {mark} at {starts}" for mark, starts, _ in (there - wanted).elements()
    ]


def misdated(history: History, ics: bytes) -> Iterator[str]:
    """How the calendar differs: an entry a session at its instants, also of the cancelled ones, which say so."""
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
        yield f"unasked for: calendar entry {uid} at {starts}, {status}"
