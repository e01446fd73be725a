"""Who has earned a certificate, and each certificate as PDF: the same in Discord and in the shell."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.documents.export.table import Source
from bot.domain.attendance import attendance
from bot.domain.attendance import certificates as rule
from bot.domain.attendance.attendance import AttendanceRecord
from bot.domain.attendance.certificates import Award, Certificate
from bot.store import Store
from bot.store.plan_in_force import CERTIFICATE_SECRET, PlanInForce


class Awards:
    """Certificates by the plan's rule, from what the store has now."""

    def __init__(self, programme: PlanInForce, store: Store) -> None:
        self._programme = programme
        self._store = store

    async def record(self, person: int, name: str, now: datetime) -> AttendanceRecord:
        """One person's attendance record as of `now`."""
        plan, store = self._programme.plan, self._store
        checked, stays = await store.attendance.of(person), await store.presence.of(person)
        blind = attendance.unwatched_times(plan, await store.presence.watches(), now)
        return attendance.attendance_record(
            plan, person, name, checked, stays, blind, await store.corrections.of(person)
        )

    async def earned(self, now: datetime) -> list[Certificate]:
        """Each person's highest certificate, sorted by name."""
        # Imported here: a bot that starts doesn't need to list certificates yet.
        from bot.documents.export.attendance_records import load_attendance  # noqa: PLC0415

        attendance_records = await load_attendance(Source(self._programme, self._store, now))
        return await self._of(await asyncio.to_thread(attendance_records.records, self._programme.plan))

    async def certificate(self, person: int, now: datetime) -> Certificate | None:
        """One person's certificate of completion, if they have earned it."""
        place = self._store.participants.of(person)
        if place is None:
            return None
        certificates = await self._of([await self.record(person, place.name, now)])
        return next((certificate for certificate in certificates if certificate.award is Award.COMPLETION), None)

    async def _of(self, records: Iterable[AttendanceRecord]) -> list[Certificate]:
        secret = await self._store.facts.get(CERTIFICATE_SECRET)
        if secret is None:
            return []  # no certificate exists: this database has not yet been opened by a bot version that issues them
        return list(rule.issue_certificates(self._programme.plan.id, secret, records, self._store.participants.all()))

    async def pdf(self, certificate: Certificate, now: datetime) -> bytes:
        """A certificate in its holder's language."""
        from bot.documents.certificates import certificate_data as certificates  # noqa: PLC0415 - a bot that starts doesn't need it yet

        language = self._programme.language_of(certificate.place.person or 0)
        data = certificates.data(self._programme.plan, certificate, language, now)
        return await asyncio.to_thread(_typeset, data, now)

    async def file(self, person: int, now: datetime) -> tuple[str, bytes]:
        """One person's certificate of completion, as a file's name and content. Raises LookupError if not earned."""
        certificate = await self.certificate(person, now)
        if certificate is None:
            raise LookupError("this certificate isn't earned (any more)")
        from bot.documents.certificates import certificate_data as certificates  # noqa: PLC0415 - a bot that starts doesn't need it yet

        [named] = certificates.named([certificate])
        return named.file, await self.pdf(certificate, now)


def _typeset(data: dict[str, Any], now: datetime) -> bytes:
    # Imported here: the bot starts without the typesetter, and most of the time runs without it.
    from bot.documents import typesetting  # noqa: PLC0415

    return typesetting.pdf("certificate", data, now)
