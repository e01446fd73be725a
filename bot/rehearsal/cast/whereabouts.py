"""Who truly was in which room, against what was exported of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.agenda.sessions import Session
from bot.domain.attendance.presence import ALIVE_MARK, Stay
from bot.domain.plan import Plan
from bot.domain.venue import is_room_of

# Seconds: what may be wrong in a session, and what rounding to tenths of a minute and to whole ones adds to it.
_ERROR, _IN_TENTHS, _IN_MINUTES = ALIVE_MARK.total_seconds(), 3, 30


@dataclass(frozen=True, slots=True)
class _Exported:
    """A person in a session, in seconds."""

    voice: float
    present: float
    unobserved: float
    corrected: bool
    """What a moderator said counts, wherever the person was."""

    @classmethod
    def of(cls, row: Mapping[str, Any] | None) -> _Exported:
        """A row of the export; who has none was never there."""
        if row is None:
            return cls(0, 0, 0, corrected=False)
        seconds = (60 * row[f"{kind}minutes"] for kind in ("voice_", "", "unobserved_"))
        return cls(*seconds, corrected=bool(row["corrected_by"]))

    def fits(self, truth: float, *, outages: bool) -> bool:
        """Nobody has more than they were there, and nobody less, unless it was not seen."""
        error = _ERROR + _IN_TENTHS
        if outages and self.corrected:
            return self.voice <= truth + error
        if outages:
            return truth - error - _IN_MINUTES <= self.present + self.unobserved and self.voice <= truth + error
        return abs(self.voice - truth) <= error and not self.unobserved


def misjudged(
    plan: Plan, stays: Sequence[Stay], exported: Iterable[Mapping[str, Any]], *, outages: bool
) -> Iterator[str]:
    """Each presence that the export has wrong by more than an alive mark a session."""
    rows = {(int(row["person_id"]), row["session"]): row for row in exported}
    people = {stay.person: stay.name for stay in stays}
    for session in filter(plan.counts_for_attendance, plan.agenda):
        for person, name in people.items():
            truth, told = _truth(stays, person, session), _Exported.of(rows.get((person, session.id)))
            if not told.fits(truth, outages=outages):
                yield f"{name} was in the room of {session.id} for {truth:.0f} s; exported: {told}"


def _truth(stays: Iterable[Stay], person: int, session: Session) -> float:
    """Seconds that somebody was in a session's rooms. Nobody is in two places, so their stays never overlap."""
    own = [stay.time for stay in stays if stay.person == person and is_room_of(session, stay.room)]
    shares = (min(each.until, session.ends_at) - max(each.since, session.starts_at) for each in own)
    return sum(max(0.0, share.total_seconds()) for share in shares)
