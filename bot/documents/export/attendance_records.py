"""Attendance records: the source of the attendance, people and statistics exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.documents.export.table import Source
from bot.domain.attendance import attendance
from bot.domain.attendance.attendance import AttendanceRecord, CheckIn
from bot.domain.attendance.corrections import Correction
from bot.domain.attendance.presence import Interval, Stay
from bot.domain.plan import Plan


@dataclass(frozen=True, slots=True)
class AttendanceRecords:
    """All stored data on who attended what."""

    check_ins: Sequence[CheckIn]
    stays: Sequence[Stay] = ()
    blind: Sequence[Interval] = ()
    """When the bot was not watching the rooms. See `attendance.AttendanceRecord` for the consequences."""
    corrections: Sequence[Correction] = ()

    def records(self, plan: Plan) -> tuple[AttendanceRecord, ...]:
        """One record for each person who was in a session of this plan."""
        sessions = {session.id for session in plan.agenda}
        check_ins = [check_in for check_in in self.check_ins if check_in.session in sessions]
        corrections = [correction for correction in self.corrections if correction.session in sessions]
        return attendance.attendance_records(plan, check_ins, self.stays, self.blind, corrections)


async def load_attendance(source: Source) -> AttendanceRecords:
    """Load all attendance data from the store, as of `source.now`."""
    store = source.store
    blind = attendance.unwatched_times(source.plan, await store.presence.watches(), source.now)
    corrections = await store.corrections.standing()
    return AttendanceRecords(await store.attendance.all(), await store.presence.all(), blind, tuple(corrections))
