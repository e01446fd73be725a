"""A workshop's database with some of everything in it: people, check-ins, notes, questions, feedback, pledges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from bot.documents.export.table import Source
from bot.documents.report.material import ReportMaterial, gather
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.attendance.attendance import CheckIn
from bot.domain.contributions import questions
from bot.domain.contributions.feedback import WORKSHOP, FeedbackAnswer
from bot.domain.contributions.notes import Attribution, Audience, Note, NoteKind, Visibility
from bot.domain.contributions.pledges import Pledge
from bot.domain.contributions.questions import Question
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.settings import ROOT, Settings
from bot.store import Store
from bot.store.plan_in_force import PlanInForce

#: After the example's last session.
NOW = datetime(2023, 2, 23, 9, tzinfo=UTC)
EXAMPLE = ROOT / "config" / "workshops" / "wco-mena-2023.yaml"
#: Typed by people: nothing of it may be taken for markup of typst's or of anything else's.
AWKWARD = '#panic("x") *bold* _a_ $1$ <b> [l](https://a.example) `c` \\ @ref = =1+1 & 👏'


def person(number: int, organisation: OrganisationKind, country: str, language: str = "en") -> Participant:
    """Somebody whose name and administration are found again wherever they stand."""
    administration = f"Administration {country}{number % 2}" if country else f"Organisation {number}"
    name = f"Surname{number}"
    return Participant(
        f"p{number}", name, administration, country, organisation, language, Role.PARTICIPANT, number, NOW
    )


PEOPLE = (
    *(person(n, OrganisationKind.CUSTOMS, ("TN", "MA", "OM")[n % 3]) for n in range(1, 9)),
    person(9, OrganisationKind.COMPANY, "AE", "fr"),
    person(10, OrganisationKind.INTERNATIONAL, "", "ar"),
    replace(person(11, OrganisationKind.INTERNATIONAL, ""), role=Role.MODERATOR),
)
NOTES = tuple(
    Note(
        f"{n}",
        1 + n % 8,
        f"Surname{1 + n % 8}",
        ("blockchain", "internet-of-things")[n % 2],
        tuple(NoteKind)[n % 4],
        f"Title {visibility} {attribution}",
        f"{AWKWARD} {n}",
        f"Lesson {n}",
        visibility,
        NOW - timedelta(days=2) + timedelta(minutes=n),
        attribution,
    )
    for n, (visibility, attribution) in enumerate((v, a) for v in Visibility for a in Attribution)
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What tests are about."""

    programme: PlanInForce
    store: Store
    settings: Settings

    def source(self, audience: Audience) -> Source:
        return Source(self.programme, self.store, NOW, audience)

    async def material(self, audience: Audience = Audience.PARTICIPANTS) -> ReportMaterial:
        return await gather(self.programme, self.store, NOW, audience)


async def fill(store: Store, plan: Plan) -> None:
    await store.participants.put(PEOPLE)
    await store.presence.begin_watch((), plan.agenda.sessions[0].starts_at)
    await store.presence.keep_alive(NOW)
    for place in PEOPLE:
        # The third day is missed by half of them, so that some don't reach the plan's share.
        for session in plan.agenda:
            if (
                plan.counts_for_attendance(session)
                and (place.person or 0) % 2 + plan.agenda.days.index(session.day) < 3
            ):
                await store.attendance.check_in(CheckIn(session.id, place.person or 0, place.name, session.starts_at))
    for note in NOTES:
        await store.notes.submit(note, Announcement(plan.id, Kind.CARD, note.id, "topic:blockchain", NOW, NOW))
    for n in range(4):
        asked = Question(f"q{n}", n + 1, f"Surname{n + 1}", bool(n % 2), "keynote", f"Question {n}?", NOW)
        await store.questions.submit(asked, questions.card_announcement(plan, asked.id, NOW))
    for n in range(1, 6):
        said = {"overall": "4", "objectives": "fully", "helps": f"Help{n}", "changes": "", "recommend": "yes"}
        await store.feedback.put(FeedbackAnswer(WORKSHOP, n, said, NOW))
    for n in (1, 2):
        await store.feedback.put(FeedbackAnswer("keynote", n, {"useful": "1", "pace": "fast", "remark": "R"}, NOW))
    for n in (1, 2, 3):
        day = date(2023, 6, n)
        await store.pledges.put(Pledge(n, f"Surname{n}", f"Promise {n}", day, follow_up=n == 1, written_at=NOW))
