"""`plenary import`: a preview, a yes, and then the plan."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import typer

from bot.importing import agenda_template, preview
from bot.importing.proposal import propose, write_proposal
from bot.importing.schedule import MAX_BYTES, ScheduleError
from bot.settings import SettingsError


def bring(file: Path, into: Path, zone: str, now: datetime, *, yes: bool) -> None:
    """Show what a schedule changes in a plan, and write it after a yes. Raises SettingsError with every fault."""
    current = _content(into) if into.exists() else None
    try:
        proposal = propose(_content(file, MAX_BYTES + 1), current, into, zone)
    except ScheduleError as faults:
        raise ScheduleError("\n".join(f"{file}: {fault}" for fault in str(faults).splitlines())) from None
    for line in preview.preview_lines(proposal):
        typer.echo(line)
    for warning in proposal.warnings:
        typer.echo(f"Look at this: {warning}")
    if not proposal.changes:
        return
    if not (yes or _agreed(into)):
        typer.echo(f"Nothing was written. To write {into}, answer yes or say --yes.")
        return
    kept = write_proposal(into, proposal, current, now)
    typer.echo(f"{into} was written." + (f" What was there is kept in {kept}." if kept else ""))


def _agreed(into: Path) -> bool:
    return sys.stdin.isatty() and typer.confirm(f"Write {into}?")


def _content(path: Path, at_most: int = -1) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(at_most)
    except OSError as failure:
        raise SettingsError(f"{path}: can't be read ({failure.strerror}). Check the path.") from None


def write_template(path: Path) -> None:
    """Write the table to fill in. Raises SettingsError if the file exists already, or can't be written."""
    forms = {".csv": agenda_template.template_csv, ".xlsx": agenda_template.template_xlsx}
    form = forms.get(path.suffix.lower())
    if form is None:
        raise SettingsError(f"{path}: a template is a table; let its name end with .csv or .xlsx.")
    try:
        with path.open("xb") as file:
            file.write(form())
    except FileExistsError:
        raise SettingsError(f"{path} is there already; name a file that isn't.") from None
    except OSError as failure:
        if path.is_file():
            path.unlink()
        raise SettingsError(f"{path} can't be written ({failure.strerror}). Choose another place.") from None
    typer.echo(f"{path} was written. Fill it in, then: plenary import {path} --into PLAN.yaml")
