"""`plenary report`, `plenary certificates` and `plenary verify`: from the database to files in a folder."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from bot.cli.database import opened
from bot.cli.export import user
from bot.documents import typesetting, unmade_files
from bot.documents.certificates import certificate_data as certificates
from bot.documents.certificates.awards import Awards
from bot.documents.report.material import gather
from bot.domain.attendance import certificates as rule
from bot.domain.attendance.certificates import Award
from bot.domain.contributions.notes import Audience
from bot.messages.i18n import text
from bot.settings import Settings, SettingsError
from bot.store import Store
from bot.store.audit import AuditEntry
from bot.store.plan_in_force import CERTIFICATE_SECRET

Told = Callable[[str], None]
"""Shows a line, such as the name of a file once it is written."""


async def report(  # noqa: PLR0913, PLR0917 - each is an option of the command
    chosen: Settings, languages: Sequence[str], audience: Audience, out: Path, now: datetime, echo: Told
) -> None:
    """Write report, press summary and the donor's page, as PDF and for Word, in each language."""
    typesetting.require_letters()
    async with opened(chosen) as (programme, store):
        spoken = programme.plan.languages
        if strange := [language for language in languages if language not in spoken]:
            raise SettingsError(f"The workshop doesn't speak {', '.join(strange)}; its plan has {', '.join(spoken)}.")
        await asyncio.to_thread(_make, out)
        material = await gather(programme, store, now, audience)
        await record(store, now, "report", f"for {audience}")
    for sheet in unmade_files.of_reports(material, languages or spoken):
        if sheet.remark:
            echo(sheet.remark)
        await _put(out / sheet.name, await asyncio.to_thread(sheet.make))
        echo(str(out / sheet.name))
    echo(text("en", f"export.rule.notes.{audience}"))


async def record(store: Store, now: datetime, what: str, latter: str, who: int = 0) -> None:
    """Record in the audit that somebody took this away, as for an export. `who`: the account, 0 for the shell."""
    detail = latter if who else f"{latter}, by {user()}"
    deed = AuditEntry(f"export/{secrets.token_hex(8)}", now, who, "exported", what, latter=detail)
    try:
        await store.audit.record_aside(deed)
    except OSError as failure:
        raise SettingsError(
            f"What is exported is recorded next to the database, where this user can't write ({failure.strerror}). Let "
            "this user write there."
        ) from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise SettingsError(f"{folder} can't be made: {failure.strerror}. Name another folder with --out.") from None


async def _put(path: Path, content: bytes) -> None:
    try:
        await asyncio.to_thread(path.write_bytes, content)
    except OSError as failure:
        raise SettingsError(
            f"{path} can't be written ({failure.strerror}). Make room, or name another folder with --out."
        ) from None


async def award(chosen: Settings, out: Path, now: datetime, echo: Told, *, participation: bool) -> None:
    """Write a certificate for each person who earned one; `participation`: also for those who attended less."""
    typesetting.require_letters()
    await require_secret(chosen)
    async with opened(chosen) as (programme, store):
        await record(store, now, "certificates", "for their holders")
        await asyncio.to_thread(_make, out)
        awards = Awards(programme, store)
        given = [earned for earned in await awards.earned(now) if participation or earned.award is Award.COMPLETION]
        for sheet in certificates.named(given):
            await _put(out / sheet.file, await awards.pdf(sheet.certificate, now))
            echo(str(out / sheet.file))


async def require_secret(chosen: Settings) -> None:
    """Make the secret for the codes of certificates, if the database has none."""
    async with opened(chosen) as (_, store):
        secret = await store.facts.get(CERTIFICATE_SECRET)
    if secret is None:
        # Only if the bot has not started since certificates were added to it; so nothing else has the database open.
        async with opened(chosen, to_read=False) as (_, store):
            await store.facts.once(CERTIFICATE_SECRET, secrets.token_hex(32))


async def verify(chosen: Settings, typed: str, now: datetime) -> str | None:
    """Return a sentence on whose certificate has this code; None if none has. Raises SettingsError if it is no code."""
    if rule.parse_code(typed) is None:
        raise SettingsError(
            f"{typed!r} is no code: it has twelve signs, such as 7K2M-9QXC-04TB. Type it as the certificate has it."
        )
    async with opened(chosen) as (programme, store):
        earned = rule.find_certificate(typed, await Awards(programme, store).earned(now))
    if earned is None:
        return None
    plan, place = programme.plan, earned.place
    whose = ", ".join(part for part in (place.name, place.administration) if part)
    return f"{earned.code} is genuine: {earned.award} of {plan.title[plan.languages[0]]}, awarded to {whose}."
