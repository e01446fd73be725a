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
    """Whether a moderator corrected it, which counts wherever the person was."""

    @classmethod
    def of(cls, row: Mapping[str, Any] | None) -> _Exported:
        """The presence in a row of the export; a person without a row was never there."""
        if row is None:
            return cls(0, 0, 0, corrected=False)
        seconds = (60 * row[f"{kind}minutes"] for kind in ("voice_", "", "unobserved_"))
        return cls(*seconds, corrected=bool(row["corrected_by"]))

    def fits(self, truth: float, *, outages: bool) -> bool:
        """Whether the export has the true seconds; fewer only where the bot could not observe them."""
        error = _ERROR + _IN_TENTHS
        if outages and self.corrected:
            return self.voice <= truth + error
        if outages:
            return truth - error - _IN_MINUTES <= self.present + self.unobserved and self.voice <= truth + error
        return abs(self.voice - truth) <= error and not self.unobserved


def misjudged(
    plan: Plan, stays: Sequence[Stay], exported: Iterable[Mapping[str, Any]], *, outages: bool
) -> Iterator[str]:
    """Presences in the export that are wrong by more than one alive mark per session."""
    rows = {(int(row["person_id"]), row["session"]): row for row in exported}
    people = {stay.person: stay.name for stay in stays}
    for session in filter(plan.counts_for_attendance, plan.agenda):
        for person, name in people.items():
            truth, recorded = _truth(stays, person, session), _Exported.of(rows.get((person, session.id)))
            if not recorded.fits(truth, outages=outages):
                yield f"{name} was in the room of {session.id} for {truth:.0f} s; exported: {recorded}"


def _truth(stays: Iterable[Stay], person: int, session: Session) -> float:
    """Seconds that a person was in a session's rooms. Stays of one person never overlap."""
    own = [stay.time for stay in stays if stay.person == person and is_room_of(session, stay.room)]
    shares = (min(stay.until, session.ends_at) - max(stay.since, session.starts_at) for stay in own)
    return sum(max(0.0, share.total_seconds()) for share in shares)
