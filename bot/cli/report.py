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
"""Hears each file as it is written."""


async def report(  # noqa: PLR0913, PLR0917 - what for whom, where to, and who hears of it
    chosen: Settings, languages: Sequence[str], audience: Audience, out: Path, now: datetime, told: Told
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
            told(sheet.remark)
        await _put(out / sheet.name, await asyncio.to_thread(sheet.make))
        told(str(out / sheet.name))
    told(text("en", f"export.rule.notes.{audience}"))


async def record(store: Store, now: datetime, what: str, latter: str, who: int = 0) -> None:
    """Keep in the audit that somebody takes this away, as of an export; `who`: 0 for whoever is at the shell."""
    told = latter if who else f"{latter}, by {user()}"
    deed = AuditEntry(f"export/{secrets.token_hex(8)}", now, who, "exported", what, latter=told)
    try:
        await store.audit.record_aside(deed)
    except OSError as failure:
        raise SettingsError(
            f"What is exported is recorded beside the database, where this user can't write ({failure.strerror}). Let "
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


async def award(chosen: Settings, out: Path, now: datetime, told: Told, *, participation: bool) -> None:
    """Write a certificate for whoever earned one; `participation`: also for those who were there for less."""
    typesetting.require_letters()
    await require_secret(chosen)
    async with opened(chosen) as (programme, store):
        await record(store, now, "certificates", "for their holders")
        await asyncio.to_thread(_make, out)
        awards = Awards(programme, store)
        given = [one for one in await awards.earned(now) if participation or one.award is Award.COMPLETION]
        for one in certificates.named(given):
            await _put(out / one.file, await awards.pdf(one.certificate, now))
            told(str(out / one.file))


async def require_secret(chosen: Settings) -> None:
    """See that there is what makes the codes of certificates."""
    async with opened(chosen) as (_, store):
        secret = await store.facts.get(CERTIFICATE_SECRET)
    if secret is None:
        # Only where the bot has not started since it learnt to award: nobody else has the database then.
        async with opened(chosen, to_read=False) as (_, store):
            await store.facts.once(CERTIFICATE_SECRET, secrets.token_hex(32))


async def verify(chosen: Settings, typed: str, now: datetime) -> str | None:
    """Whose certificate a code is of, in a sentence; None if of none. Raises SettingsError if it can't be a code."""
    if rule.parse_code(typed) is None:
        raise SettingsError(
            f"{typed!r} is no code: it has twelve signs, such as 7K2M-9QXC-04TB. Type it as the certificate has it."
        )
    async with opened(chosen) as (programme, store):
        one = rule.find_certificate(typed, await Awards(programme, store).earned(now))
    if one is None:
        return None
    plan, place = programme.plan, one.place
    whose = ", ".join(part for part in (place.name, place.administration) if part)
    return f"{one.code} is genuine: {one.award} of {plan.title[plan.languages[0]]}, awarded to {whose}."
