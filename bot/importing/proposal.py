"""Proposes a plan from a schedule file: the new plan, the differences, and hints for the organisers."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.agenda.agenda_changes import Changes, RoomNames, diff
from bot.domain.agenda.sessions import Agenda
from bot.domain.local_time import zones
from bot.domain.plan import Plan
from bot.importing import merging, plan_edit, plan_file
from bot.importing.plan_file import PlanError
from bot.importing.readers import detect
from bot.importing.schedule import ScheduleError
from bot.settings import SettingsError


@dataclass(frozen=True, slots=True)
class Proposal:
    """The result of an import that is not yet written."""

    before: Plan | None
    after: Plan
    text: bytes
    """The plan's file as it would be."""
    changes: Changes
    remarks: tuple[str, ...]
    """Hints about the schedule, a line each."""
    of_plan: tuple[str, ...] = ()
    """Hints about the new plan, a line each."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """All hints: about the schedule, then about the new plan."""
        return (*self.remarks, *self.of_plan)

    @property
    def agenda(self) -> Agenda:
        """The agenda as it would be."""
        return self.after.agenda


def propose(schedule: bytes, plan: bytes | None, path: Path, zone: str = "") -> Proposal:
    """Return a plan's text with the schedule merged in; without a plan, a new one for `path`, with times in `zone`.

    Nothing is written and nothing is fetched. It takes up to some seconds of computing: call it in a thread. Raises
    ScheduleError with every fault of the schedule, each with its place, or PlanError with those of the plan.
    """
    if plan is None:
        return _new(schedule, _zone(zone), path)
    current = plan_file.read_plan(plan, str(path))
    before, keys = current.plan, current.keys
    if zone and zone != before.zone:
        raise ScheduleError(
            f"The plan's zone is {before.zone}, not {zone}; leave --zone out, or change the plan first."
        )
    merged = merging.merge_schedule(keys, detect.read_schedule(schedule, before.tz))
    return _proposal(before, plan_edit.edit_plan_text(plan, merged.keys, keys), merged, path)


def _zone(zone: str) -> ZoneInfo:
    if zone not in zones():
        problem = (
            f"There is no time zone '{zone}'" if zone else "There is no plan yet, so the zone of its times must be told"
        )
        raise ScheduleError(f"{problem}; give an IANA name: --zone Europe/Brussels")
    return ZoneInfo(zone)


def _new(source: bytes, zone: ZoneInfo, path: Path) -> Proposal:
    schedule = detect.read_schedule(source, zone)
    merged = merging.merge_schedule(merging.new_plan_keys(schedule, path.stem), schedule)
    text = plan_edit.to_yaml(merged.keys).encode()
    remark = (
        "The new plan says of itself only what the file says; write its title, description, organiser and languages."
    )
    return _proposal(None, text, merging.MergedPlan(merged.keys, (*merged.remarks, remark)), path)


def _proposal(before: Plan | None, text: bytes, merged: merging.MergedPlan, path: Path) -> Proposal:
    loaded = plan_file.read_plan(text, f"{path} as it would be")
    if loaded.keys != merged.keys:
        raise PlanError("The plan's days can't be told from the rest of its text; write each key on a line of its own.")
    after = loaded.plan
    names: RoomNames = before.room_names if before else {}
    return Proposal(
        before,
        after,
        text,
        diff(before.agenda if before else Agenda(()), after.agenda, names, after.room_names),
        merged.remarks,
        tuple(str(warning) for warning in loaded.warnings),
    )


def write_proposal(path: Path, proposal: Proposal, read: bytes | None, now: datetime) -> Path | None:
    """Replace the plan by the proposed one. Return the backup of the former one (`read`), if there was any.

    Raises SettingsError if the file can't be written, or has changed since it was read for the proposal.
    """
    try:
        current = path.read_bytes() if path.exists() else None
        if current != read:
            raise SettingsError(f"{path} was changed in the meantime; nothing was written. Import again.")
        kept = path.with_name(f"{path.name}.bak-{now:%Y%m%dT%H%M%SZ}") if current is not None else None
        if kept and current is not None:
            with kept.open("xb") as backup:
                backup.write(current)
        replacement = path.with_name(f"{path.name}.new")
        with replacement.open("wb") as file:
            file.write(proposal.text)
            file.flush()
            os.fsync(file.fileno())
        if current is not None:
            shutil.copymode(path, replacement)  # the bot, which reads it, may run as another user
        replacement.replace(path)
    except OSError as failure:
        raise SettingsError(f"{path} can't be written ({failure.strerror}); nothing was changed in it.") from None
    return kept
