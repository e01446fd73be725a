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
    """What was asked for."""

    subjects: Sequence[ExportSubject]
    forms: Sequence[Format]
    out: Path | None
    audience: Audience
    language: str


async def export(chosen: Settings, asked: ExportRequest) -> None:
    """Write what was asked for, and tell the rule that it obeys. Raises SettingsError where that can't be done."""
    _check(asked)
    if asked.out and _is_folder(asked):
        asked.out.mkdir(parents=True, exist_ok=True)
    async with opened(chosen) as (programme, store):
        spoken = programme.plan.languages
        if asked.language and asked.language not in spoken:
            raise SettingsError(f"The workshop doesn't speak {asked.language}; --language may be {', '.join(spoken)}.")
        source = Source(programme, store, Clock().now(), asked.audience, asked.language)
        try:
            for subject, form in itertools.product(asked.subjects, asked.forms):
                await _write(subject, form, source, asked)
        except ValueError as fault:
            raise SettingsError(str(fault)) from None
        except OSError as failure:
            place = failure.filename or asked.out or "Standard output"
            raise SettingsError(
                f"{place} can't be written ({failure.strerror}). Choose another place, and see "
                "that this user may write beside the database, where exports are recorded."
            ) from None


def _check(asked: ExportRequest) -> None:
    if any(asked.audience not in subject.audiences for subject in asked.subjects):
        fitting = " and ".join(subject.name for subject in SUBJECTS.values() if asked.audience in subject.audiences)
        raise SettingsError(f"Only {fitting} can be made for {asked.audience}; leave --for out, or ask for {fitting}.")
    if _is_folder(asked) and asked.out is None:
        raise SettingsError("Several files need a folder: name it with --out.")


def _is_folder(asked: ExportRequest) -> bool:
    return len(asked.subjects) * len(asked.forms) > 1


async def _write(subject: ExportSubject, form: Format, source: Source, asked: ExportRequest) -> None:
    with tempfile.TemporaryFile() as made:
        exported = await files.write(subject, form, source, made)
        await source.store.audit.record_aside(files.audit_entry(secrets.token_hex(8), source, 0, exported, user()))
        made.seek(0)
        if asked.out is None:
            shutil.copyfileobj(made, sys.stdout.buffer)
        else:
            await asyncio.to_thread(put, made, asked.out / exported.name if _is_folder(asked) else asked.out)
    typer.echo(f"{exported.name}: {exported.rule}" if _is_folder(asked) else exported.rule, err=True)


def put(made: BinaryIO, path: Path) -> None:
    """Write what was made to where it was asked for. Raises OSError."""
    with path.open("wb") as file:
        shutil.copyfileobj(made, file)


def user() -> str:
    """Who is at the shell, as the system calls them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "the shell"  # a user without a name, as in a container
