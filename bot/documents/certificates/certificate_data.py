"""Certificates as PDF, each in its participant's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.documents.report.wording import day, days, number
from bot.domain.attendance.certificates import Award, Certificate
from bot.domain.plan import Plan
from bot.domain.text import fold, isolate, one_line, spoken
from bot.messages.i18n import text

#: Characters of a person's name in a file name: file systems allow 255 bytes, and a character takes up to four.
_NAME = 50


def data(plan: Plan, certificate: Certificate, language: str, now: datetime) -> dict[str, Any]:
    """The data of the certificate template, including how anybody can have the code verified."""
    place = certificate.place
    donor = text(language, "report.press_donor", donor=spoken(plan.donor, language)) if plan.donor else ""
    hours = number(language, round(certificate.minutes / 60, 1))
    sentence = {
        Award.COMPLETION: text(language, "certificate.completion", percent=plan.attendance.percent, hours=hours),
        Award.PARTICIPATION: text(language, "certificate.participation", hours=hours),
    }
    heading = {
        Award.COMPLETION: text(language, "certificate.heading_completion"),
        Award.PARTICIPATION: text(language, "certificate.heading_participation"),
    }
    return {
        "language": language,
        "organiser": spoken(plan.organiser, language),
        "heading": heading[certificate.award],
        "awarded": text(language, "certificate.awarded"),
        "name": one_line(place.name),
        "administration": one_line(place.administration),
        "sentence": sentence[certificate.award],
        "title": spoken(plan.title, language),
        "dates": days(language, plan.agenda.days[0], plan.agenda.days[-1]),
        "donor": donor,
        "issued": text(language, "certificate.issued", day=day(language, now.astimezone(plan.tz).date())),
        "check": text(language, "certificate.code"),
        # Isolated: between Arabic words, groups that begin with a digit would be reordered.
        "code": isolate(certificate.code),
    }


@dataclass(frozen=True, slots=True)
class NamedCertificate:
    """A certificate, and the name of its file."""

    file: str
    certificate: Certificate


def named(given: Iterable[Certificate]) -> tuple[NamedCertificate, ...]:
    """Each certificate with a unique, portable file name: the person's name and the code's first four characters."""
    return tuple(
        NamedCertificate(
            f"{fold(certificate.place.name)[:_NAME].replace(' ', '-') or 'participant'}"
            f"-{certificate.code[:4].lower()}.pdf",
            certificate,
        )
        for certificate in given
    )
