"""`plenary close`: make the closing pack, one archive, from the database. The bot may run meanwhile."""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.cli.database import opened
from bot.cli.report import record, require_secret
from bot.documents import typesetting
from bot.documents.export.table import Source
from bot.documents.pack import archive
from bot.documents.pack.archive import Archive, Filed, UnsoundError
from bot.documents.pack.contents import PackEntry, entries
from bot.documents.report.material import gather
from bot.domain.contributions.notes import Audience
from bot.domain.contributions.transcripts import unsaved_rooms
from bot.settings import Settings, SettingsError

Told = Callable[[int, int, str], None]
"""A progress callback: the number of files made, their total, and the path of the next one."""


async def close(chosen: Settings, out: Path, now: datetime, who: int) -> None:
    """Make the pack as of `now`, and show the progress. `who`: the account that asked for it, 0 for the shell.

    Raises SettingsError with a sentence for what a person must fix first.
    """
    typesetting.require_letters()
    await asyncio.to_thread(_require_folder, out)
    await require_secret(chosen)
    async with opened(chosen) as (programme, store):
        try:
            source = Source(programme, store, now)
            material = await gather(programme, store, now, Audience.ORGANISERS)
            pack_entries = await entries(source, material, chosen.plan)
            with _progress() as progress, archive.begun(out) as pack:
                await _fill(pack, source, pack_entries, progress)
                await record(store, now, "closing pack", f"zip for organisers, {len(pack_entries)} files", who)
        except UnsoundError as fault:
            raise SettingsError(f"{out} was not made: {fault}. Try again, or on another disk.") from None
        except OSError as failure:
            raise SettingsError(
                f"{out} can't be written ({failure.strerror}). Make room, or name another place with --out."
            ) from None
        unsaved = unsaved_rooms(programme.plan, await store.venue.ids(), await store.transcripts.all())
    typer.echo(
        f"{out} holds {len(pack_entries)} files and {(await asyncio.to_thread(out.stat)).st_size:,} bytes, "
        "and is sound."
    )
    for entry in pack_entries:
        if entry.remark:
            typer.echo(entry.remark, err=True)
    if unsaved:
        typer.echo(
            f"The transcripts in it lack what these channels hold at the end: {', '.join(unsaved)}. The bot saves them "
            "once the workshop is over: let it run until then, or use /workshop close in the server.",
            err=True,
        )


def _require_folder(out: Path) -> None:
    if not out.parent.is_dir():
        raise SettingsError(f"There is no folder {out.parent}. Make it, or name another place with --out.")
    if out.is_dir():
        raise SettingsError(f"{out} is a folder. Name a file for the archive with --out.")


@contextmanager
def _progress() -> Generator[Told]:
    """Yield a progress callback: a live bar on a terminal, else one line for each file."""
    if not (console := Console()).is_terminal:
        yield lambda done, total, path: typer.echo(f"{done}/{total} {path}")
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda done, total, path: shown.update(task, completed=done, total=total, description=path)


async def _fill(pack: Archive, source: Source, pack_entries: Sequence[PackEntry], progress: Told) -> None:
    """Add each file to the archive, then the manifest that lists them."""
    plan = source.plan
    filed: list[Filed] = []
    for done, entry in enumerate(pack_entries):
        progress(done, len(pack_entries), entry.path)
        with tempfile.TemporaryFile() as content:
            rows = await entry.write(content)
            content.seek(0)
            size, digest = pack.add(entry.path, content)
        rule = entry.rule(plan.languages[0])
        filed.append(Filed(entry.path, entry.what, str(entry.reader), rule, rows, entry.dated, size, digest))
    about = {
        "workshop": plan.id,
        "title": dict(plan.title),
        "made_at": source.now.astimezone(plan.tz).isoformat(timespec="seconds"),
        "program": f"plenary {version('plenary')}",
    }
    pack.add(archive.MANIFEST, io.BytesIO(archive.manifest(about, filed)))
    progress(len(pack_entries), len(pack_entries), archive.CHECKSUMS)
