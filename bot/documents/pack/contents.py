"""The files of a closing pack: each with its readers, the rule that it obeys, and the function that writes it."""

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
from bot.domain.contributions import chatham
from bot.domain.contributions.note_files import neutral_name, shown_to_others
from bot.domain.contributions.notes import Audience, Visibility, signature
from bot.domain.text import spoken, writable
from bot.messages.i18n import text


class PackReader(StrEnum):
    """The readers of a file; also the name of its folder."""

    PUBLIC = "public"
    PARTICIPANTS = "participants"
    SERIES = "series"
    DONOR = "donor"
    HOLDERS = "certificates"
    ORGANISERS = "organisers"


#: Each document's kind, the audience whose view of the notes it holds, and its readers.
_DOCUMENTS = (
    ("report", Audience.PUBLIC, PackReader.PUBLIC),
    ("press", Audience.PUBLIC, PackReader.PUBLIC),
    ("report", Audience.PARTICIPANTS, PackReader.PARTICIPANTS),
    ("donor", Audience.PARTICIPANTS, PackReader.DONOR),
)


@dataclass(frozen=True, slots=True)
class PackEntry:
    """One file of the pack."""

    path: str
    """The path in the archive."""
    reader: PackReader
    what: str
    """The subject of an export, or the kind of document."""
    rule: Callable[[str], str]
    """Returns the rule that the file obeys, in a language."""
    write: Callable[[BinaryIO], Awaitable[int | None]]
    """Writes the content into an opened file; returns the number of rows, or None if it is not a table."""
    dated: bool = False
    """Whether the content states when it was made, so that it differs each time."""
    remark: str = ""
    """A warning for the person who makes the pack; empty if there is none."""


async def entries(source: Source, material: ReportMaterial, plan_file: Path | None) -> list[PackEntry]:
    """All files, in the order in which they are written. `material`: gathered for any audience.

    With `plan_file`, the plan is copied byte for byte; without it, the plan comes from the database.
    """
    awards = Awards(source.programme, source.store)
    if plan_file:
        written = await asyncio.to_thread(plan_file.read_bytes)
    else:
        held = json.loads((await source.store.plans.held()).as_json())
        written = yaml.safe_dump(held, allow_unicode=True, sort_keys=False, width=120, encoding="utf-8")
    pack_entries = [
        *_tables(source),
        *_documents(material),
        *_certificates(awards, await awards.earned(source.now), source.now),
        *await _files_of_notes(source),
        _plain(_path(PackReader.ORGANISERS, "plan.yaml"), "plan", written),
    ]
    return [*pack_entries, *_readmes(material, pack_entries)]


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
    """The readers of an export for an audience: an export that names nobody may be published."""
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
    for named in certificate_data.named(
        [certificate for certificate in earned if certificate.award is Award.COMPLETION]
    ):
        yield PackEntry(
            _path(PackReader.HOLDERS, named.file),
            PackReader.HOLDERS,
            "certificate",
            _rule_sentence("certificate"),
            partial(_certificate, awards, named.certificate, now),
            dated=True,
        )


async def _certificate(awards: Awards, certificate: Certificate, now: datetime, out: BinaryIO) -> None:
    out.write(await awards.pdf(certificate, now))


#: The folder in which each file of a note lies: that of the most people who may read the note.
_FILE_READERS = {
    Visibility.ORGANISERS: PackReader.ORGANISERS,
    Visibility.PARTICIPANTS: PackReader.PARTICIPANTS,
    Visibility.SERIES: PackReader.SERIES,
    Visibility.PUBLIC: PackReader.PUBLIC,
}


async def _files_of_notes(source: Source) -> list[PackEntry]:
    """The files that others may see, under the names that the column `files` of the notes has."""
    store, files, found = source.store, await source.store.note_files.all(), list[PackEntry]()
    veil = await store.facts.veil()
    for note in await store.notes.all():
        reader = _FILE_READERS.get(note.visibility)
        if reader is None:
            continue
        protected = replace(note, confidential=chatham.is_confidential(source.plan, note))
        signed = signature(protected, store.participants.of(note.author))
        for file in files.get(note.id, ()):
            if shown_to_others(file, signed):
                path = _path(reader, f"files/{neutral_name(file, veil)}")
                write = partial(_copy, store.note_files.path(file.digest))
                found.append(PackEntry(path, reader, "file", _rule_sentence("file"), write))
    return sorted(found, key=lambda entry: entry.path)  # by no order that tells when a note was written


async def _copy(stored: Path, out: BinaryIO) -> None:
    out.write(await asyncio.to_thread(stored.read_bytes))


def _sheet(reader: PackReader, sheet: Sheet, rule: Callable[[str], str]) -> PackEntry:
    async def write(out: BinaryIO) -> None:
        out.write(await asyncio.to_thread(sheet.make))

    return PackEntry(_path(reader, sheet.name), reader, sheet.kind, rule, write, dated=True, remark=sheet.remark)


def _of_document(kind: str, audience: Audience) -> Callable[[str], str]:
    if kind == "donor":  # figures only
        return _rule_sentence(kind)
    return lambda language: f"{_rule_sentence(kind)(language)} {text(language, f'export.rule.notes.{audience}')}"


def _rule_sentence(kind: str) -> Callable[[str], str]:
    return lambda language: text(language, f"closing.rule.{kind}")


def _plain(path: str, what: str, content: bytes, *, dated: bool = False) -> PackEntry:
    async def write(out: BinaryIO) -> None:
        out.write(content)

    return PackEntry(path, PackReader.ORGANISERS, what, _rule_sentence(what), write, dated)


def _readmes(material: ReportMaterial, pack_entries: list[PackEntry]) -> Iterator[PackEntry]:
    """The README in each language, which lists the files by reader."""
    for language in material.plan.languages:
        content = writable(_readme(material, pack_entries, language)).encode()
        yield _plain(f"README-{language}.md", "readme", content, dated=True)


def _readme(material: ReportMaterial, pack_entries: list[PackEntry], language: str) -> str:
    plan = material.plan
    made_on = day(language, material.now.astimezone(plan.tz).date())
    lines = [f"# {spoken(plan.title, language)}", text(language, "closing.intro", day=made_on)]
    for reader in PackReader:
        folder_entries = [entry for entry in pack_entries if entry.reader is reader]
        if folder_entries:
            lines += [f"## {reader}/", text(language, f"closing.folder.{reader}"), _list(folder_entries, language)]
    return "\n\n".join([*lines, text(language, "closing.check")]) + "\n"


def _list(folder_entries: list[PackEntry], language: str) -> str:
    """A folder's files grouped by rule; certificates are listed as `*.pdf`, without their holders' names.

    The files of notes are listed as `files/*`.
    """
    names: dict[str, list[str]] = {}
    for entry in folder_entries:
        name = "*.pdf" if entry.reader is PackReader.HOLDERS else entry.path.partition("/")[2]
        name = "files/*" if entry.what == "file" else name
        names.setdefault(entry.rule(language), []).append(f"`{name}`")
    return "\n".join(f"- {', '.join(dict.fromkeys(file_names))}: {rule}" for rule, file_names in names.items())
