"""A workshop in which everybody did everything, so that every export subject has rows for every audience.

Each author's names, account and administration occur nowhere else: wherever one of them is found, the author is named.
A new subject needs rows here, in `fill`.
"""

from __future__ import annotations

import io
import itertools
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import store as stores
from bot.documents.export import files
from bot.documents.export.subject import ExportSubject, Format
from bot.documents.export.table import Source
from bot.domain import announcements
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.attendance.attendance import CheckIn
from bot.domain.attendance.corrections import Correction, Mark
from bot.domain.contributions.feedback import EVALUATION, PULSE, WORKSHOP, FeedbackAnswer
from bot.domain.contributions.note_files import FileType, NoteFile
from bot.domain.contributions.notes import Attribution, Audience, Detail, Note, NoteKind, Visibility
from bot.domain.contributions.pledges import Pledge
from bot.domain.contributions.questions import Question
from bot.domain.contributions.transcripts import BOT, TranscriptChannel, TranscriptMessage
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.domain.venue import ANNOUNCEMENTS, TEAM, topic_room
from bot.store import Store
from bot.store.engine.content_folder import digest_of
from bot.store.plan_in_force import PlanInForce
from bot.store.presence import Whereabouts
from tests.documents.export.readers import every_word

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)

#: What each attribution shows of an author, by column.
SHOWN = {
    Attribution.NAME: ("author", "author_id", "administration", "country", "organisation"),
    Attribution.ADMINISTRATION: ("administration", "country", "organisation"),
    Attribution.COUNTRY: ("country",),
    Attribution.REGION: ("organisation", "region"),
    Attribution.ANONYMOUS: (),
}
AUTHOR_COLUMNS = ("author", "author_id", "administration", "country", "organisation", "region")

#: What a link to an author's own page contains.
LINK = "leads-to"


@dataclass(frozen=True)
class Author:
    """Somebody who did everything once, and what must not be shown of them unless they allow it."""

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
    def link(self) -> str:
        return f"https://{LINK}-{self.number:03}.example"

    @property
    def note(self) -> Note:
        words = f"Said{self.number:03} {self.link}/me"
        return Note(
            str(9_000_000_000 + self.number), self.person, self.secrets["display"], "ledgers", NoteKind.WORKED, words,
            words, words, self.visibility, NOON + timedelta(minutes=self.number), self.attribution,
            {Detail.LINKS: self.link},
        )  # fmt: skip

    @property
    def files(self) -> dict[bytes, FileType]:
        """A picture, which tells nothing of them, and a PDF, which does."""
        return {
            f"\xff\xd8 picture {self.number}".encode("latin1"): FileType.JPEG,
            f"%PDF-1.7 /Author ({self.secrets['display']})".encode(): FileType.PDF,
        }


AUTHORS = [Author(number, *choice) for number, choice in enumerate(itertools.product(Visibility, Attribution), 100)]


def may_read(audience: Audience, visibility: Visibility) -> bool:
    return list(Visibility).index(visibility) > list(Audience).index(audience)


def readable(audience: Audience) -> list[Author]:
    """The authors whose notes an audience may read."""
    return [author for author in AUTHORS if may_read(audience, author.visibility)]


def named_in(words: str) -> list[str]:
    """What a file's words show of any author, and what in them leads to one."""
    secrets = [secret for author in AUTHORS for secret in (*author.secrets.values(), author.note.id)]
    return [secret for secret in (*secrets, LINK) if secret in words]


async def fill(plan: Plan, store: Store, *, named: bool) -> None:
    """Everybody does everything that is exported; `named`: under their name, wherever they may choose."""
    await _attend(plan, store)
    for author in AUTHORS:
        await _contribute(author, plan, store, named=named)
    await _record_transcripts(plan, store)


async def _attend(plan: Plan, store: Store) -> None:
    talk = plan.agenda.sessions[-1]
    await store.participants.put([author.place for author in AUTHORS])
    await store.presence.begin_watch(
        [Whereabouts(author.person, author.secrets["display"], "room:plenary") for author in AUTHORS], talk.starts_at
    )
    await store.presence.keep_alive(talk.ends_at)
    for author in AUTHORS:
        person, name = author.person, author.secrets["display"]
        await store.attendance.check_in(CheckIn("talk", person, name, talk.starts_at))
        correction = Correction(f"c{author.number}", "talk", person, name, Mark.PRESENT, name, person, name, NOON)
        await store.corrections.add(correction)


async def _contribute(author: Author, plan: Plan, store: Store, *, named: bool) -> None:
    person, name, note = author.person, author.secrets["display"], author.note
    await store.notes.submit(note, announcements.card(plan, note, NOON))
    for content, kind in author.files.items():
        # Named as people name their files: after themselves.
        file = NoteFile(note.id, digest_of(content), kind, f"{name}.{kind}", len(content), NOON)
        assert await store.note_files.add(file, content, person, announcements.card(plan, note, NOON))
    question = Question(
        f"q{author.number}", person, name, anonymous=not named, session="talk", text="Why?", written_at=NOON
    )
    await store.questions.submit(question, Announcement(plan.id, Kind.QUESTION, question.id, "questions", NOON, NOON))
    answers = {**{asked.name: "" for asked in (*PULSE, *EVALUATION)}, "useful": "5", "overall": "5"}
    for about in ("talk", WORKSHOP):
        remark = author.link if about == "talk" else ""
        await store.feedback.put(FeedbackAnswer(about, person, answers | {"remark": remark}, NOON))
    await store.pledges.put(Pledge(person, name, "Publish", date(2023, 6, 30), follow_up=named, written_at=NOON))


async def _record_transcripts(plan: Plan, store: Store) -> None:
    messages = defaultdict[str, list[TranscriptMessage]](list)
    for author in AUTHORS:
        typed = TranscriptMessage(2 * author.number, author.person, author.secrets["display"], NOON, NOON, None)
        posted = TranscriptMessage(
            2 * author.number + 1, BOT, "Plenary", NOON, None, f"<@{author.person}> {author.link}"
        )
        for room, message in ((topic_room("ledgers"), typed), (TEAM, posted), (ANNOUNCEMENTS, posted)):
            messages[room].append(replace(message, id=message.id + 1000 * len(room)))
    for number, (room, in_room) in enumerate(messages.items()):
        before = await store.transcripts.begin(TranscriptChannel(number, room, room))
        assert await store.transcripts.keep(number, before, in_room, plan.agenda.ends_at)


@asynccontextmanager
async def full_workshop(path: Path, plan: Plan, *, named: bool = False) -> AsyncGenerator[Source, None]:
    async with stores.opened(path / "plenary.db") as store:
        programme = PlanInForce(plan, store)
        await programme.follow(NOON)
        await fill(plan, store, named=named)
        yield Source(programme, store, plan.agenda.ends_at + timedelta(days=1))


async def file_of(source: Source, subject: ExportSubject, form: Format) -> bytes:
    content = io.BytesIO()
    await files.write(subject, form, source, content)
    return content.getvalue()


async def words_of(source: Source, subject: ExportSubject, form: Format) -> str:
    """All that can be read in a subject's file."""
    return every_word(form, await file_of(source, subject, form))


async def rows_of(source: Source, subject: ExportSubject) -> list[dict[str, Any]]:
    """A subject's rows by column."""
    table = await subject.table(source)
    return [dict(zip(table.columns, row, strict=True)) async for page in table.pages for row in page]
