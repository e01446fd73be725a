"""Everything that people can write, each with a word of its own; then what purging and erasing leave of these words."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot import store as stores
from bot.domain.people.retention import RetentionKind
from bot.rehearsal.discord.calls import Attachment
from bot.store.audit import AuditEntry
from bot.store.privacy import register
from bot.store.privacy.register import PURGED, TABLES
from tests.e2e.actions import (
    fill_in,
    join_workshop,
    open_review,
    press_direct_message,
    report_progress,
    settle_edits,
    share_note,
)
from tests.e2e.world import PLAN

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from bot.rehearsal.discord.people import Person
    from tests.e2e.world import World

#: Whose words they are: what moderators write about somebody's own goes with that person, what they decide stays.
AMINA, KARIM, MODERATOR, TEAM = "amina", "karim", "moderator", "team"
#: Words that belong to several kinds of data, such as names: all of them together remove them.
SEVERAL = "several"
#: Kinds without words of their own: they quote those of other kinds, so a purge of them alone removes none.
QUOTING = {RetentionKind.LETTERS, RetentionKind.AUDIT}
#: Words that no purge removes: the workshop's own.
PROGRAMME = "programme"
_WORD = re.compile(rf"(?:{'|'.join([*RetentionKind, SEVERAL, PROGRAMME])})0[a-z]+0[a-z]+0".encode())


def canary(category: str, whose: str, what: str) -> str:
    """A word that stands nowhere else, such as `notes0amina0title0`."""
    return f"{category}0{whose}0{what}0"


def parts(whose: str, *names: str) -> dict[str, str]:
    """A note's parts with a word each."""
    return {name.partition("_")[0]: canary("notes", whose, name.replace("_", "")) for name in names}


@pytest.fixture
def written_plan() -> str:
    retention = "".join(f"  {kind}: 4\n" for kind in RetentionKind)
    return f"{PLAN}pledges:\n  follow_up: [3]\nretention:\n{retention}"


async def lived_through(world: World) -> None:
    """A workshop in which everybody writes all that they can, until its follow-up; then the bot is stopped."""
    await world.until("2023-03-24 14:00")
    for person in (world.amina, world.karim, world.moderator):
        await join_workshop(world, person, canary(SEVERAL, person.name, "name"), canary(SEVERAL, person.name, "of"))
    row = canary("participants", "list", "row")
    roster = f"name,administration,country,role\n{row},WCO,BE,participant\n"
    await world.organiser.slash(world.channel("team"), "participants import", file=Attachment("r.csv", roster.encode()))
    await world.press(world.amina, "welcome", "language:fr:")
    await world.until("2023-03-25 09:31")
    await write_notes(world)
    await ask_questions(world)
    await attend(world)
    await world.until("2023-03-27 10:31")
    await give_feedback(world)
    await world.stop_bot()
    # These are only written after a failure, in words of Discord's that may quote ours.
    problem = canary("notes", AMINA, "problem")
    world.rewrite("UPDATE delivery SET problem = ? WHERE kind = 'request'", problem)
    problem = canary(SEVERAL, AMINA, "problem")
    world.rewrite("UPDATE letter SET problem = ? WHERE kind = 'follow_up' AND person = ?", problem, world.amina.id)
    world.rewrite("INSERT INTO word_try VALUES ('cases', ?, 'digest')", world.amina.id)


async def write_notes(world: World) -> None:
    """Shared, changed, added to, reviewed, taken up by others; and a message that somebody wants to be one."""
    ledgers = world.channel("ledgers")
    for person in (world.amina, world.karim):
        whose = person.name
        paper = Attachment(canary("notes", whose, "file") + ".pdf", b"%PDF-1.7")
        answer = await share_note(world, person, paper, **parts(whose, "title", "did", "learned"))
        await world.press_in(person, answer, "ledgers", "show:")
        ((note,),) = world.rows("SELECT id FROM note WHERE author = ?", person.id)
        await fill_in(world, person, answer, "details:outcome", **parts(whose, "results"))
        edit = (await person.slash(ledgers, "note edit", note=note)).modal
        assert edit
        await person.submit(edit, parts(whose, "title_again", "did_again", "learned_again"))
        # What a moderator writes of Amina's note is erased with it; of Karim's, with the moderator.
        by = AMINA if person is world.amina else MODERATOR
        for action, typed in {
            "tag": parts(by, "tags_reviewed"),
            "edit": parts(by, "title_reviewed", "did_reviewed", "learned_reviewed"),
            "changes": parts(by, "asked_reviewed"),
        }.items():
            reviewed = await fill_in(
                world, world.moderator, await open_review(world, note=note), f"review:{action}:", **typed
            )
            assert reviewed.text.startswith("✅"), reviewed.text
    await settle_edits(world)
    await world.press(world.amina, "ledgers", "touch:")
    await world.press(world.amina, "ledgers", "echo:")
    typed = world.discord.backend.create_message(ledgers, world.amina.id, canary("notes", AMINA, "typed"))
    asked = await world.karim.menu(typed.id, ledgers, "Save as note")
    assert asked.text.startswith("✅")


async def ask_questions(world: World) -> None:
    """Asked, voted for, answered, handed on and hidden."""
    team, ledgers = world.channel("team"), world.channel("ledgers")
    for person, what in ((world.amina, "text"), (world.karim, "text"), (world.amina, "hidden")):
        form = (await person.slash(ledgers, "ask", session="cases")).modal
        assert form
        await person.submit(form, {"text": canary("questions", person.name, what), "session": "cases"})
        await settle_edits(world)
    first, second, third = (key for (key,) in world.rows("SELECT id FROM question ORDER BY written_at, id"))
    form = (await world.moderator.slash(team, "question answer", question=second)).modal
    assert form
    await world.moderator.submit(form, {"answer": canary("questions", TEAM, "answer")})
    reason, owner = canary("questions", AMINA, "reasonreviewed"), canary("questions", AMINA, "ownerreviewed")
    await world.moderator.slash(team, "question hide", question=third, reason=reason)
    await world.moderator.slash(team, "question write", question=first, owner=owner, when="2023-03-30 12:00")
    await settle_edits(world)
    await world.press(world.karim, "questions", f"too:{first}")


async def attend(world: World) -> None:
    """Check-ins, stays, corrections and groups; a change of the agenda, an announcement and the draft of one."""
    announcements, moderator = world.channel("announcements"), world.moderator
    for person in (world.amina, world.karim):
        await world.press(person, "announcements", "checkin:cases:")
        await person.join_voice(world.channel("plenary"))
        reason = canary("attendance", AMINA if person is world.amina else MODERATOR, "reasonreviewed")
        marked = {"session": "cases", "status": "excused", "reason": reason, "member": person}
        await moderator.slash(announcements, "attendance mark", **marked)
    await world.until("2023-03-25 10:46")
    shown = await moderator.slash(announcements, "breakout open", groups=2, minutes=10)
    await world.press_in(moderator, shown, "announcements", "break_out:")
    await settle_edits(world)
    for person in (world.amina, world.karim):
        ((number,),) = world.rows("SELECT number FROM breakout_member WHERE person = ?", person.id)
        await world.press(person, f"Group {number} · Questions", "rapporteur:")
    title = canary(PROGRAMME, TEAM, "session")
    shown = await moderator.slash(announcements, "session add", title=title, when="2023-03-27 09:30", minutes=20)
    await world.press_in(moderator, shown, "announcements", "agree:")
    words = canary(PROGRAMME, TEAM, "announced")
    shown = await moderator.slash(announcements, "announce new", text=words, channel=announcements, when="11:00")
    await world.press_in(moderator, shown, "announcements", "announce:")
    words = canary(PROGRAMME, MODERATOR, "draft")
    await moderator.slash(announcements, "announce new", text=words, channel=announcements, when="11:10")


async def give_feedback(world: World) -> None:
    """An answer, a pledge, and what became of it; meanwhile the bot saves its transcripts."""
    for person in (world.amina, world.karim):
        whose = person.name
        rated = (await world.press(person, "announcements", "rate:cases:")).modal
        assert rated
        await person.submit(rated, {"useful": "4", "pace": "fast", "remark": canary("feedback", whose, "remark")})
        form = (await person.slash(world.channel("ledgers"), "pledge")).modal
        assert form
        pledge = {"text": canary("feedback", whose, "pledge"), "by": "2023-06-30", "contact": True}
        await person.submit(form, pledge)
    await world.until("2023-03-28 12:00")
    await world.stop_bot()
    await world.jump("2023-06-29 08:00")
    await world.start_bot()
    await settle_edits(world)
    for person in (world.amina, world.karim):
        shown = await press_direct_message(world, person, "progress:3")
        await report_progress(person, shown, "under_way", canary("feedback", person.name, "progress"))
    await settle_edits(world)


# --- where the words are -----------------------------------------------------------------------------------------


def words(folder: Path) -> set[str]:
    """The words in any byte of any file of a folder."""
    return {word.decode() for path in folder.rglob("*") if path.is_file() for word in _WORD.findall(path.read_bytes())}


def uncovered(world: World) -> list[str]:
    """The columns for somebody's account, name or words that hold none of these."""
    accounts = {person.id for person in world.people.values()}
    known = re.compile("|".join([_WORD.pattern.decode(), *map(str, accounts)]))
    return [
        f"{name}.{column}"
        for name, table in TABLES.items()
        for column in sorted(table.personal)
        if not any(known.search(str(value)) for (value,) in world.rows(f"SELECT {column} FROM {name}"))  # noqa: S608 - names only
    ]


def posted(world: World) -> set[str]:
    """The words in what the bot shows in the server's channels."""
    channels = {channel.id for channel in world.discord.backend.channels.values() if channel.guild_id}
    shown = (one.text for one in world.discord.all_messages() if one.is_bot and one.channel_id in channels)
    return {word.decode() for word in _WORD.findall("\n".join(shown).encode())}


async def purge(database: Path, kinds: Collection[RetentionKind]) -> None:
    async with stores.opened(database) as store:
        await store.purges.purge(
            kinds, AuditEntry("purge/1", datetime(2024, 1, 1, tzinfo=UTC), 0, PURGED, ", ".join(kinds))
        )


async def test_a_purge_finds_every_word_of_its_kind_and_no_other(workshop: World, tmp_path: Path) -> None:
    await lived_through(workshop)
    folder = workshop.database.parent
    assert uncovered(workshop) == [], f"have somebody write into these here, or mend {register.__file__}"
    before = words(folder)
    assert {word.partition("0")[0] for word in before} == {*RetentionKind, SEVERAL, PROGRAMME} - QUOTING
    for kind in RetentionKind:
        copy = shutil.copytree(folder, tmp_path / kind)
        await purge(copy / workshop.database.name, [kind])
        gone = {word for word in before - words(copy) if not word.startswith(SEVERAL)}
        assert gone == {word for word in before if word.startswith(f"{kind}0")}
    await workshop.jump("2023-08-01 08:00")
    for person in (workshop.amina, workshop.karim):
        await person.leave_voice()
    await purge(workshop.database, list(RetentionKind))
    assert {word.partition("0")[0] for word in words(folder)} == {PROGRAMME}
    await workshop.start_bot()
    await settle_edits(workshop)
    await settle_edits(workshop)
    assert {word.partition("0")[0] for word in posted(workshop)} == {PROGRAMME}
    assert {word.partition("0")[0] for word in words(folder)} == {PROGRAMME}


async def erase(world: World, person: Person) -> None:
    asked = await person.slash(world.channel("announcements"), "me delete")
    done = await world.press_in(person, asked, "announcements", "erase:")
    assert done.text.startswith("✅"), done.text
    await settle_edits(world)
    await settle_edits(world)


async def test_erasing_finds_every_word_of_somebody_and_nobody_elses(workshop: World) -> None:
    await lived_through(workshop)
    await workshop.start_bot()
    await settle_edits(workshop)
    folder = workshop.database.parent
    before = words(folder)
    own = {word for word in before if f"0{AMINA}0" in word}
    assert own & posted(workshop)
    exported = await workshop.amina.slash(workshop.channel("announcements"), "me export")
    (told,) = [file.content for file in exported.attachments if file.filename == "me.json"]
    assert {word for word in own if "reviewed" not in word and "problem" not in word} <= {
        word.decode() for word in _WORD.findall(told)
    }
    await erase(workshop, workshop.amina)
    left = before - own - {canary("participants", "list", "row")}
    assert words(folder) == left
    assert not any(f"0{AMINA}0" in word for word in posted(workshop))
    await erase(workshop, workshop.moderator)
    left = {word for word in left if f"0{MODERATOR}0" not in word}
    assert words(folder) == left
    assert {word.split("0")[1] for word in left} == {KARIM, TEAM}
