"""The agenda's history in a rehearsal, and the announcements that follow from it.

Both follow from the changes that moderators confirmed, not from the bot's deliveries: the bot does not judge itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from bot.domain import planned_announcements
from bot.domain.agenda.sessions import Agenda, Session
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement, announce
from bot.domain.plan import Plan
from bot.store.agenda_changes import NOTICE_AFTER, AgendaChange, net

_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A period (UTC) with one plan in force."""

    plan: Plan
    since: datetime
    until: datetime


class History:
    """The plan of the file, and the changes that were applied to it, the earliest first.

    `here` maps a session to the instant at which the team knew that its speakers are there: it is then no longer asked.
    """

    def __init__(
        self, plan: Plan, begins: datetime, changes: Sequence[AgendaChange], here: Mapping[str, datetime]
    ) -> None:
        self._plan = plan
        self._begins = begins
        self._changes = changes
        self._here = here

    @property
    def plan(self) -> Plan:
        """The plan in force at the end."""
        *_, last = self._stretches()
        return last.plan

    @property
    def ever(self) -> dict[str, Session]:
        """Every session that was ever on the agenda, by id, in its latest form."""
        return {session.id: session for stretch in self._stretches() for session in stretch.plan.agenda}

    def _stretches(self) -> Iterator[_Stretch]:
        instants = [self._begins, *(change.applied_at or _EVER for change in self._changes), _EVER]
        plan = self._plan
        for number, (since, until) in enumerate(pairwise(instants)):
            if number:
                plan = plan.with_agenda(_after(plan.agenda, self._changes[number - 1]))
            yield _Stretch(plan, since, until)

    def announcements(self) -> dict[str, Announcement]:
        """Every announcement that the plan and its changes ask for, by id.

        An announcement is sent when it is due under the plan in force then; or at once, if a change makes it due in the
        past and it has not expired.
        """
        announcements: dict[str, Announcement] = {}
        for stretch in self._stretches():
            for announcement in planned_announcements.planned(stretch.plan):
                in_force = announcement.due < stretch.until and announcement.expires > stretch.since
                if in_force and not self._answered(announcement):
                    announcements.setdefault(announcement.id, announcement)
        return announcements | {notice.id: notice for notice in self._notices()}

    def _answered(self, announcement: Announcement) -> bool:
        """Whether the team already knew that the speakers are there, so that it was not asked."""
        return announcement.kind is Kind.LADDER and all(
            self._here.get(session, _EVER) <= announcement.due for session in announcement.subjects
        )

    def _notices(self) -> Iterator[Announcement]:
        """One notice for all changes within a minute, unless they cancel each other out."""
        waiting: list[AgendaChange] = []
        for change in self._changes:
            if waiting and _applied(change) > _applied(waiting[0]) + NOTICE_AFTER:
                yield from self._notice(waiting)
                waiting = []
            waiting.append(change)
        yield from self._notice(waiting)

    def _notice(self, together: Sequence[AgendaChange]) -> Iterator[Announcement]:
        if any(net(together)):
            due = _applied(together[0]) + NOTICE_AFTER
            yield announce(self._plan.id, Kind.CHANGE, together[0].id, due)


def _applied(change: AgendaChange) -> datetime:
    if change.applied_at is None:
        raise ValueError(f"the change {change.id} was never applied")
    return change.applied_at


def _after(agenda: Agenda, change: AgendaChange) -> Agenda:
    touched = {edit.session.id for edit in change.edits}
    kept = [session for session in agenda if session.id not in touched]
    return Agenda((*kept, *(edit.after for edit in change.edits if edit.after is not None)))
