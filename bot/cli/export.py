"""`plenary export`: from the shell, also while the bot runs; one file to standard output, several into a folder."""

from __future__ import annotations

import asyncio
import getpass
import itertools
import secrets
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import typer

from bot.cli.database import opened
from bot.clock import Clock
from bot.documents.export import files
from bot.documents.export.subject import ExportSubject, Format
from bot.documents.export.subjects import SUBJECTS
from bot.documents.export.table import Source
from bot.domain.contributions.notes import Audience
from bot.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The arguments of `plenary export`."""

    subjects: Sequence[ExportSubject]
    forms: Sequence[Format]
    out: Path | None
    audience: Audience
    language: str


async def export(chosen: Settings, request: ExportRequest) -> None:
    """Write the requested files, and show the rule that they follow. Raises SettingsError if that can't be done."""
    _check(request)
    if request.out and _is_folder(request):
        request.out.mkdir(parents=True, exist_ok=True)
    async with opened(chosen) as (programme, store):
        spoken = programme.plan.languages
        if request.language and request.language not in spoken:
            raise SettingsError(
                f"The workshop doesn't speak {request.language}; --language may be {', '.join(spoken)}."
            )
        source = Source(programme, store, Clock().now(), request.audience, request.language)
        try:
            for subject, form in itertools.product(request.subjects, request.forms):
                await _write(subject, form, source, request)
        except ValueError as fault:
            raise SettingsError(str(fault)) from None
        except OSError as failure:
            place = failure.filename or request.out or "Standard output"
            raise SettingsError(
                f"{place} can't be written ({failure.strerror}). Choose another place, and see "
                "that this user may write next to the database, where exports are recorded."
            ) from None


def _check(request: ExportRequest) -> None:
    if any(request.audience not in subject.audiences for subject in request.subjects):
        fitting = " and ".join(subject.name for subject in SUBJECTS.values() if request.audience in subject.audiences)
        raise SettingsError(
            f"Only {fitting} can be made for {request.audience}; leave --for out, or ask for {fitting}."
        )
    if _is_folder(request) and request.out is None:
        raise SettingsError("Several files need a folder: name it with --out.")


def _is_folder(request: ExportRequest) -> bool:
    return len(request.subjects) * len(request.forms) > 1


async def _write(subject: ExportSubject, form: Format, source: Source, request: ExportRequest) -> None:
    with tempfile.TemporaryFile() as made:
        exported = await files.write(subject, form, source, made)
        await source.store.audit.record_aside(files.audit_entry(secrets.token_hex(8), source, 0, exported, user()))
        made.seek(0)
        if request.out is None:
            shutil.copyfileobj(made, sys.stdout.buffer)
        else:
            await asyncio.to_thread(put, made, request.out / exported.name if _is_folder(request) else request.out)
    typer.echo(f"{exported.name}: {exported.rule}" if _is_folder(request) else exported.rule, err=True)


def put(made: BinaryIO, path: Path) -> None:
    """Copy a finished temporary file to its destination. Raises OSError."""
    with path.open("wb") as file:
        shutil.copyfileobj(made, file)


def user() -> str:
    """Return the system's name of the user at the shell."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "the shell"  # a user without a name, as in a container
