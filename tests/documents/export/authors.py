"""A workshop with one author for each visibility and attribution of a note, whose names and places are secret.

Each author's names, account and administration appear nowhere else, so a file that holds one reveals that author.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot import store as stores
from bot.documents.export.table import Source
from bot.domain import announcements
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.attendance.attendance import CheckIn
from bot.domain.attendance.corrections import Correction, Mark
from bot.domain.contributions.feedback import EVALUATION, PULSE, WORKSHOP, FeedbackAnswer
from bot.domain.contributions.notes import Attribution, Audience, Detail, Note, NoteKind, Visibility
from bot.domain.contributions.pledges import Pledge
from bot.domain.contributions.questions import Question
from bot.domain.contributions.transcripts import BOT, TranscriptChannel, TranscriptMessage
from bot.domain.people.access import Role
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.plan import Plan
from bot.domain.venue import ANNOUNCEMENTS, TEAM, topic_room
from bot.store import Store
from bot.store.presence import Whereabouts
from bot.store.programme import PlanInForce

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
CHOICES = list(itertools.product(Visibility, Attribution))


@dataclass(frozen=True)
class Author:
    """Somebody who shared one note, and what must not be told of them unless they allow it."""

    number: int
    visibility: Visibility
    attribution: Attribution

    @property
    def person(self) -> int:
        return 7_000_000_000_000_000_000 + self.number

    @property
    def place(self) -> Participant:
        return Participant(
            f"p{self.number}", f"Placename{self.number:03}", f"Administration{self.number:03}", "TN",
            OrganisationKind.CUSTOMS, None, Role.PARTICIPANT, self.person, NOON,
        )  # fmt: skip

    @property
    def secrets(self) -> dict[str, str]:
        return {
            "author": self.place.name,
            "author_id": str(self.person),
            "administration": self.place.administration,
            "display": f"Displayname{self.number:03}",
        }

    @property
    def note(self) -> Note:
        said = f"Said{self.number:03} https://leads-to-{self.number:03}.example/me"
        return Note(
            str(9_000_000_000 + self.number), self.person, self.secrets["display"], "ledgers", NoteKind.WORKED, said,
            said, said, self.visibility, NOON + timedelta(minutes=self.number), self.attribution,
            {Detail.LINKS: f"https://leads-to-{self.number:03}.example"},
        )  # fmt: skip


AUTHORS = [Author(number, *choice) for number, choice in enumerate(CHOICES, 100)]
#: What each attribution lets out, by column; None: what the author is.
TOLD = {
    Attribution.NAME: ("author", "author_id", "administration", "country", "organisation"),
    Attribution.ADMINISTRATION: ("administration", "country", "organisation"),
    Attribution.COUNTRY: ("country",),
    Attribution.REGION: ("organisation", "region"),
    Attribution.ANONYMOUS: (),
}
WHO = ("author", "author_id", "administration", "country", "organisation", "region")


async def fill(plan: Plan, store: Store, *, named: bool) -> None:
    """Everybody shares a note, and does all else that can be done; `named`: under their name, wherever they may."""
    talk, messages = plan.agenda.sessions[-1], defaultdict[str, list[TranscriptMessage]](list)
    await store.participants.put([author.place for author in AUTHORS])
    await store.presence.begin_watch(
        [Whereabouts(author.person, author.secrets["display"], "room:plenary") for author in AUTHORS], talk.starts_at
    )
    await store.presence.keep_alive(talk.ends_at)
    for author in AUTHORS:
        person, name, note = author.person, author.secrets["display"], author.note
        await store.notes.submit(note, announcements.card(plan, note, NOON))
        asked = Question(
            f"q{author.number}", person, name, anonymous=not named, session="talk", text="Why?", written_at=NOON
        )
        await store.questions.submit(asked, Announcement(plan.id, Kind.QUESTION, asked.id, "questions", NOON, NOON))
        await store.attendance.check_in(CheckIn("talk", person, name, talk.starts_at))
        pulse = {**{asked.name: "" for asked in (*PULSE, *EVALUATION)}, "useful": "5", "overall": "5"}
        link = f"https://leads-to-{author.number:03}.example"
        for about in ("talk", WORKSHOP):
            remark = link if about == "talk" else ""
            await store.feedback.put(FeedbackAnswer(about, person, pulse | {"remark": remark}, NOON))
        await store.pledges.put(Pledge(person, name, "Publish", date(2023, 6, 30), follow_up=named, written_at=NOON))
        typed = TranscriptMessage(2 * author.number, person, name, NOON, NOON, None)
        posted = f"<@{person}> {link}"
        shown = TranscriptMessage(2 * author.number + 1, BOT, "Plenary", NOON, None, posted)
        for room, said in ((topic_room("ledgers"), typed), (TEAM, shown), (ANNOUNCEMENTS, shown)):
            messages[room].append(replace(said, id=said.id + 1000 * len(room)))
        correction = Correction(f"c{author.number}", "talk", person, name, Mark.PRESENT, name, person, name, NOON)
        await store.corrections.add(correction)
    for number, (room, said) in enumerate(messages.items()):
        before = await store.transcripts.begin(TranscriptChannel(number, room, room))
        assert await store.transcripts.keep(number, before, said, plan.agenda.ends_at)


@asynccontextmanager
async def workshop(path: Path, plan: Plan, *, named: bool = False) -> AsyncGenerator[Source, None]:
    async with stores.opened(path / "plenary.db") as store:
        programme = PlanInForce(plan, store)
        await programme.follow(NOON)
        await fill(plan, store, named=named)
        yield Source(programme, store, plan.agenda.ends_at + timedelta(days=1))


def may_read(audience: Audience, visibility: Visibility) -> bool:
    return list(Visibility).index(visibility) > list(Audience).index(audience)


def known(words: str) -> list[str]:
    """Whatever of anybody stands in a file, and whatever leads to somebody."""
    secrets = [secret for author in AUTHORS for secret in (*author.secrets.values(), author.note.id)]
    return [secret for secret in (*secrets, "leads-to") if secret in words]
