"""`plenary purge`: count, show and, after a yes, erase what the plan keeps no longer. The bot must be stopped."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from bot.cli.database import opened
from bot.cli.export import user
from bot.domain.people import retention
from bot.domain.people.retention import RetentionKind
from bot.domain.plan import Plan
from bot.settings import Settings, SettingsError
from bot.store.audit import AuditEntry
from bot.store.engine.backup import copies_of
from bot.store.engine.content_folder import folder_of
from bot.store.privacy.purges import Counts, may_hold
from bot.store.privacy.register import PURGED

#: For each kind: what becomes impossible, or stays elsewhere, once it is erased.
_LOST = {
    RetentionKind.ATTENDANCE: "Certificates can't be made or verified any more; figures of attendance are gone.",
    RetentionKind.NOTES: "Their cards leave Discord, and digests that quote them are edited, when the bot is started.",
    RetentionKind.QUESTIONS: "Their cards leave Discord, and digests that quote them are edited, "
    "when the bot is started.",
    RetentionKind.FEEDBACK: "The pledges leave the posts that followed them up when the bot is started.",
    RetentionKind.PARTICIPANTS: "Certificates can't be made or verified any more; names stay on what else is kept. "
    "The team's "
    "lines about people leave Discord when the bot is started.",
    RetentionKind.LETTERS: "Those that were sent stay on Discord with whom they were sent to.",
    RetentionKind.AUDIT: "That something was purged stays in it.",
}


async def purge(chosen: Settings, now: datetime, echo: Callable[[str], None], agreed: Callable[[str], bool]) -> None:
    """Show what goes and what stays; after a yes, erase it and list the copies that still hold it.

    Raises SettingsError, and DatabaseInUseError while the bot runs.
    """
    async with opened(chosen, to_read=False) as (programme, store):
        try:
            counts = await store.purges.counts()
            kinds = [kind for kind in retention.overdue_kinds(programme.plan, now) if counts[kind]]
            for line in _summary(programme.plan, counts, kinds):
                echo(line)
            if not kinds:
                echo("Nothing is to be purged.")
                return
            if not agreed("Erase this for good?"):
                echo("Nothing was purged. To purge it, answer yes or say --yes.")
                return
            await store.purges.purge(kinds, _deed(kinds, counts, now))
        except OSError as failure:
            raise SettingsError(
                f"{failure.filename} can't be read or erased ({failure.strerror}). Let this user do it, and try again."
            ) from None
    echo("It is erased, and recorded in the audit.")
    for line in await asyncio.to_thread(lambda: list(_copies(chosen, kinds))):
        echo(line)


def _deed(kinds: Collection[RetentionKind], counts: Mapping[RetentionKind, Counts], now: datetime) -> AuditEntry:
    latter = f"{sum(sum(counts[kind].values()) for kind in kinds)} rows, by {user()}"
    return AuditEntry(f"purge/{secrets.token_hex(8)}", now, 0, PURGED, ", ".join(kinds), latter=latter)


def _summary(plan: Plan, counts: Mapping[RetentionKind, Counts], kinds: Collection[RetentionKind]) -> Iterator[str]:
    yield f"{plan.title[plan.languages[0]]}, which ended on {plan.days[-1].date}. By the plan's `retention`:"
    for kind in RetentionKind:
        content = ", ".join(f"{name}: {count:,}" for name, count in counts[kind].items()) or "nothing"
        what = f"GOES: {content}. {_LOST[kind]}" if kind in kinds else f"stays: {content}."
        yield f"  {kind:<13} {_term(retention.last_day_kept(plan, kind)):<17} {what}"
    yield "The agenda, announcements and the rooms stay, and so does what was exported or posted before."


def _term(last: date | None) -> str:
    return f"until {last}" if last else "no term"


def _copies(chosen: Settings, kinds: Collection[RetentionKind]) -> Iterator[str]:
    nightly, others = copies_of(chosen.database, chosen.backups)
    holding = [path for path in nightly if may_hold(path, kinds)]
    if holding:
        yield (
            "These nightly backups still hold it, and go as newer ones come, within "
            f"{chosen.backups_kept} nights of the bot running. To be rid of it now, delete them:"
        )
        yield from _listed(holding)
    holding = [path for path in others if may_hold(path, kinds)]
    if holding:
        yield "These copies still hold it, and stay until you delete them:"
        yield from _listed(holding)


def _listed(paths: Collection[Path]) -> Iterator[str]:
    yield from (f"  {path}" + (f" and {folder_of(path)}" if folder_of(path).is_dir() else "") for path in paths)
