"""What is in a closing pack: each file with whom it is for, the rule that it obeys, and what writes it."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import BinaryIO

import yaml

from bot.documents import unmade_files
from bot.documents.certificates import certificate_data
from bot.documents.certificates.awards import Awards
from bot.documents.export import files
from bot.documents.export.subject import ChathamRule, ExportSubject, Format
from bot.documents.export.subjects import SUBJECTS
from bot.documents.export.table import Source
from bot.documents.report.material import ReportMaterial
from bot.documents.report.wording import day
from bot.documents.unmade_files import Sheet
from bot.domain.attendance.certificates import Award, Certificate
from bot.domain.contributions.notes import Audience
from bot.domain.text import spoken, writable
from bot.messages.i18n import text


class PackReader(StrEnum):
    """Whom a file is for; also the folder that it is in."""

    PUBLIC = "public"
    PARTICIPANTS = "participants"
    SERIES = "series"
    DONOR = "donor"
    HOLDERS = "certificates"
    ORGANISERS = "organisers"


#: Whom documents are for, and as whom they are written, which says what of the notes they hold.
_DOCUMENTS = (
    ("report", Audience.PUBLIC, PackReader.PUBLIC),
    ("press", Audience.PUBLIC, PackReader.PUBLIC),
    ("report", Audience.PARTICIPANTS, PackReader.PARTICIPANTS),
    ("donor", Audience.PARTICIPANTS, PackReader.DONOR),
)


@dataclass(frozen=True, slots=True)
class PackEntry:
    """One file."""

    path: str
    """In the archive."""
    reader: PackReader
    what: str
    """The subject of an export, or the kind of document."""
    rule: Callable[[str], str]
    """The rule that it obeys, told in a language."""
    write: Callable[[BinaryIO], Awaitable[int | None]]
    """Writes it into an opened file; how many rows it has, where it has any."""
    dated: bool = False
    """Whether it tells when it was made, so that it differs each time."""
    remark: str = ""
    """What whoever makes it should know."""


async def entries(source: Source, material: ReportMaterial, plan_file: Path | None) -> list[PackEntry]:
    """Everything, in the order in which it is written. `material`: as gathered for whichever audience.

    The plan is in it to the letter where its file is named, else as the database has it.
    """
    awards = Awards(source.programme, source.store)
    if plan_file:
        written = await asyncio.to_thread(plan_file.read_bytes)
    else:
        held = json.loads((await source.store.plans.held()).as_json())
        written = yaml.safe_dump(held, allow_unicode=True, sort_keys=False, width=120, encoding="utf-8")
    every = [
        *_tables(source),
        *_documents(material),
        *_certificates(awards, await awards.earned(source.now), source.now),
        _plain(_path(PackReader.ORGANISERS, "plan.yaml"), "plan", written),
    ]
    return [*every, *_readmes(material, every)]


def _path(reader: PackReader, name: str) -> str:
    return f"{reader}/{name}"


def _tables(source: Source) -> Iterator[PackEntry]:
    for subject in SUBJECTS.values():
        for form, audience in itertools.product(subject.formats, subject.audiences):
            reader = _reader(subject, audience)
            yield PackEntry(
                _path(reader, f"{subject}.{form}"),
                reader,
                subject.name,
                partial(subject.rule, audience, source.plan),
                partial(_write, subject, form, replace(source, audience=audience)),
                dated=form in subject.dated,
            )


def _reader(subject: ExportSubject, audience: Audience) -> PackReader:
    """Whom an export for an audience is for: what names nobody may be published."""
    return PackReader.PUBLIC if subject.chatham is ChathamRule.NOTHING else PackReader(audience)


async def _write(subject: ExportSubject, form: Format, source: Source, out: BinaryIO) -> int:
    return (await files.write(subject, form, source, out)).rows


def _documents(material: ReportMaterial) -> Iterator[PackEntry]:
    for audience in dict.fromkeys(audience for _, audience, _ in _DOCUMENTS):
        for sheet in unmade_files.of_reports(replace(material, audience=audience), material.plan.languages):
            for kind, written_for, reader in _DOCUMENTS:
                if (kind, written_for) == (sheet.kind, audience):
                    yield _sheet(reader, sheet, _of_document(kind, audience))


def _certificates(awards: Awards, earned: Iterable[Certificate], now: datetime) -> Iterator[PackEntry]:
    for one in certificate_data.named([one for one in earned if one.award is Award.COMPLETION]):
        yield PackEntry(
            _path(PackReader.HOLDERS, one.file),
            PackReader.HOLDERS,
            "certificate",
            _told("certificate"),
            partial(_certificate, awards, one.certificate, now),
            dated=True,
        )


async def _certificate(awards: Awards, certificate: Certificate, now: datetime, out: BinaryIO) -> None:
    out.write(await awards.pdf(certificate, now))


def _sheet(reader: PackReader, sheet: Sheet, rule: Callable[[str], str]) -> PackEntry:
    async def write(out: BinaryIO) -> None:
        out.write(await asyncio.to_thread(sheet.make))

    return PackEntry(_path(reader, sheet.name), reader, sheet.kind, rule, write, dated=True, remark=sheet.remark)


def _of_document(kind: str, audience: Audience) -> Callable[[str], str]:
    if kind == "donor":  # figures only
        return _told(kind)
    return lambda language: f"{_told(kind)(language)} {text(language, f'export.rule.notes.{audience}')}"


def _told(kind: str) -> Callable[[str], str]:
    return lambda language: text(language, f"closing.rule.{kind}")


def _plain(path: str, what: str, content: bytes, *, dated: bool = False) -> PackEntry:
    async def write(out: BinaryIO) -> None:
        out.write(content)

    return PackEntry(path, PackReader.ORGANISERS, what, _told(what), write, dated)


def _readmes(material: ReportMaterial, every: list[PackEntry]) -> Iterator[PackEntry]:
    """Which file is for whom, in each language."""
    for language in material.plan.languages:
        content = writable(_readme(material, every, language)).encode()
        yield _plain(f"README-{language}.md", "readme", content, dated=True)


def _readme(material: ReportMaterial, every: list[PackEntry], language: str) -> str:
    plan = material.plan
    made_on = day(language, material.now.astimezone(plan.tz).date())
    lines = [f"# {spoken(plan.title, language)}", text(language, "closing.intro", day=made_on)]
    for reader in PackReader:
        mine = [entry for entry in every if entry.reader is reader]
        if mine:
            lines += [f"## {reader}/", text(language, f"closing.folder.{reader}"), _list(mine, language)]
    return "\n\n".join([*lines, text(language, "closing.check")]) + "\n"


def _list(mine: list[PackEntry], language: str) -> str:
    """What is in a folder, by rule; of certificates, not whose they are."""
    names: dict[str, list[str]] = {}
    for entry in mine:
        name = "*.pdf" if entry.reader is PackReader.HOLDERS else entry.path.partition("/")[2]
        names.setdefault(entry.rule(language), []).append(f"`{name}`")
    return "\n".join(f"- {', '.join(dict.fromkeys(named))}: {rule}" for rule, named in names.items())
