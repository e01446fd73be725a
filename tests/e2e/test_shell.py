"""The shell, the database and the machine: whose plan counts, and what happens when file, disk or token fail."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import time
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.settings import ROOT
from tests.e2e.actions import NOTE_WITH_EMOJI, note_form, note_titles_in
from tests.e2e.shell import run_plenary
from tests.e2e.world import PLAN
from tests.warm import WarmBot

if TYPE_CHECKING:
    from pathlib import Path

    from bot.rehearsal.discord.calls import ReceivedAnswer
    from tests.e2e.shell import Ran
    from tests.e2e.world import World

EXAMPLE = ROOT / "config" / "workshops" / "wco-mena-2023.yaml"


@pytest.fixture
def written_plan() -> str:
    return PLAN + "chatham_house: true\nretention: {notes: 240}\n"


async def shell(world: World, *arguments: str, **environment: str) -> Ran:
    """A command of the shell that is told of the database, and of no plan unless given one."""
    kept = {name: value for name, value in world.environment.items() if name not in {"PLENARY_PLAN", "PLENARY_CLOCK"}}
    return await run_plenary(*arguments, environment={**kept, **environment})


def dump(database: Path) -> list[str]:
    """All that a database holds."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


# --- whose plan ------------------------------------------------------------------------------------------------


async def test_without_a_plan_the_shell_goes_by_that_of_the_database(workshop: World) -> None:
    await workshop.until("2023-03-25 09:31")
    assert (await workshop.amina.submit(await note_form(workshop), NOTE_WITH_EMOJI)).text.startswith("✅")
    await workshop.press(workshop.amina, "announcements", "checkin:cases")
    pack = workshop.folder / "pack.zip"
    notes, attendance, close = await asyncio.gather(
        shell(workshop, "export", "notes", "--format", "json"),
        shell(workshop, "export", "attendance", "--format", "json"),
        shell(workshop, "close", "--out", str(pack)),
    )
    for ran in (notes, attendance):
        told = ran.out.decode()
        assert ran.code == 0
        assert "Chatham House" in ran.err
        assert "Amina" not in told
        assert str(workshop.amina.id) not in told
    assert [row["title"] for row in json.loads(notes.out)["rows"]] == [NOTE_WITH_EMOJI["title"]]
    assert close.code == 0
    with zipfile.ZipFile(pack) as files:
        assert "chatham_house: true" in files.read("organisers/plan.yaml").decode()
        assert b"Amina" not in files.read("organisers/notes.csv")
    await workshop.stop_bot()
    purge = await shell(workshop, "purge")
    assert "Customs lab" in purge.out.decode()
    assert "GOES" not in purge.out.decode()


async def test_every_command_refuses_the_plan_of_another_workshop(workshop: World) -> None:
    await workshop.stop_bot()
    saved = workshop.folder / "saved.db"
    assert (await shell(workshop, "backup", "--to", str(saved))).code == 0
    commands = (
        ["run"], ["export", "notes"], ["report", "--out", str(workshop.folder / "out")],
        ["certificates", "--out", str(workshop.folder / "out")], ["verify", "7K2M-9QXC-04TB"], ["purge", "--yes"],
        ["close", "--out", str(workshop.folder / "pack.zip")], ["backup"], ["restore", str(saved)], ["rooms", "apply"],
    )  # fmt: skip
    before = dump(workshop.database), workshop.picture()
    for command in commands:
        ran = await workshop.plenary(*command, PLENARY_PLAN=str(EXAMPLE))
        *_, sentence = ran.err.strip().splitlines()
        assert (ran.code, ran.out) == (2, b""), command
        assert "customs-lab" in sentence, command
        assert "wco-mena-2023" in sentence, command
        assert "PLENARY_PLAN" in sentence, command
        assert "Traceback" not in ran.err, command
    assert (dump(workshop.database), workshop.picture()) == before
    assert not (workshop.folder / "out").exists()
    doctor = await workshop.plenary("doctor", PLENARY_PLAN=str(EXAMPLE))
    assert doctor.code == 1
    assert "bad" in next(line for line in doctor.out.decode().splitlines() if "wco-mena-2023" in line)


async def test_a_bot_without_a_plan_goes_on_with_that_of_its_database_and_takes_over_a_changed_file(
    workshop: World,
) -> None:
    await workshop.until("2023-03-25 08:51")
    await workshop.stop_bot()
    rooms, told = workshop.channels(), workshop.titles("announcements")
    environment = {name: value for name, value in workshop.environment.items() if name != "PLENARY_PLAN"}
    workshop.bot = WarmBot(environment, workshop.folder / "bot.log")
    await workshop.bot.start()
    workshop.running = True
    await workshop.discord.wait_online()
    await workshop.until("2023-03-25 09:01")
    assert workshop.channels() == rooms
    assert workshop.titles("announcements") == [*told, "🔴 **Welcome**"]
    await workshop.stop_bot()
    plan = workshop.folder / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("en: Questions", "en: Answers"), "utf-8")
    changed = await workshop.plenary("doctor")
    assert "has changed since the bot was last started" in changed.out.decode()
    await workshop.start_bot()
    ran = await shell(workshop, "export", "agenda", "--format", "json")
    assert "Answers" in ran.out.decode()


async def test_a_database_from_before_it_knew_its_plan_is_taken_up_by_its_own_and_no_other(workshop: World) -> None:
    await workshop.until("2023-03-25 08:51")
    await workshop.stop_bot()
    workshop.rewrite("DELETE FROM fact WHERE name = 'plan'")
    before = workshop.rows("SELECT * FROM session")
    planless, wrong = await asyncio.gather(
        shell(workshop, "export", "notes"), shell(workshop, "export", "notes", PLENARY_PLAN=str(EXAMPLE))
    )
    assert (planless.code, wrong.code) == (2, 2)
    assert "PLENARY_PLAN" in planless.err
    assert "another workshop" in wrong.err
    run = await workshop.plenary("run", PLENARY_PLAN=str(EXAMPLE))
    assert run.code == 2
    assert workshop.rows("SELECT * FROM session") == before
    assert (await workshop.plenary("export", "notes")).code == 0
    await workshop.start_bot()
    assert (await shell(workshop, "export", "notes")).code == 0


async def test_no_plan_and_no_database_is_a_sentence_and_nothing_is_made(world: World) -> None:
    ran = await shell(world, "run")
    assert ran.code == 2
    assert "PLENARY_PLAN" in ran.err
    assert not world.database.exists()


async def test_a_backup_of_another_workshop_is_not_restored(workshop: World, tmp_path: Path) -> None:
    await workshop.stop_bot()
    other = tmp_path / "other.db"
    assert (await shell(workshop, "backup", "--to", str(other))).code == 0
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("UPDATE fact SET value = replace(value, 'customs-lab', 'ports-lab') WHERE name = 'plan'")
    ran = await shell(workshop, "restore", str(other))
    assert ran.code == 2
    assert "customs-lab" in ran.err
    assert "ports-lab" in ran.err


@pytest.mark.parametrize("command", ["check", "health", "series", "rehearse", "invite", "export", "run"])
async def test_a_misspelled_setting_is_an_error_for_every_command(world: World, command: str) -> None:
    ran = await world.plenary(command, PLENARY_DATABSE="elsewhere.db")
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err == "PLENARY_DATABSE: there is no such setting. Did you mean PLENARY_DATABASE?\n"


# --- files -----------------------------------------------------------------------------------------------------


async def test_every_file_is_its_users_alone(workshop: World) -> None:
    """Those that the program makes, and those that an earlier version left readable."""
    await workshop.until("2023-03-25 08:30")
    await workshop.amina.submit(await note_form(workshop), NOTE_WITH_EMOJI)
    given = {workshop.folder, workshop.folder / "bot.log", workshop.folder / "plan.yaml"}

    def open_to_others() -> list[str]:
        walked = [path for path in workshop.folder.rglob("*") if path not in given and path.stat().st_mode & 0o077]
        return [f"{path.relative_to(workshop.folder)} {path.stat().st_mode:o}" for path in walked]

    commands = (
        ["close", "--out", str(workshop.folder / "pack.zip")],
        ["export", "people", "--out", str(workshop.folder / "people.csv")],
        ["export", "people", "notes", "--out", str(workshop.folder / "several")],
        ["certificates", "--participation", "--out", str(workshop.folder / "certificates")],
        ["report", "--language", "en", "--out", str(workshop.folder / "report")],
        ["backup"],
        ["import", "--template", str(workshop.folder / "agenda.xlsx")],
    )
    codes = [(await workshop.plenary(*command)).code for command in commands]
    assert codes == [0] * len(commands)
    assert {"plenary.db", "plenary.db-wal", "plenary.db-shm", "plenary.db.lock", "plenary.db.exports"} <= {
        path.name for path in workshop.database.parent.iterdir()
    }
    assert open_to_others() == []
    await workshop.stop_bot()
    for path in (workshop.database, workshop.database.with_name("plenary.db.exports")):
        path.chmod(0o644)
    doctor = await workshop.plenary("doctor")
    assert "chmod 600" in doctor.out.decode()
    await workshop.start_bot()
    assert open_to_others() == []


@pytest.mark.parametrize("link", [os.symlink, os.link])
async def test_one_file_under_two_names_is_still_one_database(world: World, link: object) -> None:
    await world.start_bot()
    other = world.database.with_name("other.db")
    assert callable(link)
    link(world.database, other)
    ran = await world.plenary("run", PLENARY_DATABASE=str(other), PLENARY_HEALTH=str(world.folder / "other.health"))
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert ("in use by another Plenary" if other.is_symlink() else "2 names") in ran.err
    other.unlink()


def ruin(database: Path, name: str) -> None:
    """As a failing disk does: the first page of a table or an index holds nothing that makes sense."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


async def ended(world: World) -> int:
    """The exit code of a bot that ends by itself."""
    process = world.bot._process  # noqa: SLF001 - whatever stops it would hide how it ended
    assert process is not None
    async with asyncio.timeout(30):
        code = await process.wait()
    world.running = False
    return code


async def test_a_damaged_page_gives_the_text_back_and_ends_the_bot_with_the_way_out(workshop: World) -> None:
    workshop.forgiven |= {"error"}
    await workshop.until("2023-03-25 09:01")
    assert (await workshop.plenary("backup")).code == 0
    asked = await workshop.amina.slash(workshop.general, "ask")
    await workshop.stop_bot()
    ruin(workshop.database, "sqlite_autoindex_question_1")  # its index: nothing reads that at the start
    await workshop.start_bot()
    question = {"text": "Who may read the ledger?", "session": "cases"}
    answer = await workshop.amina.submit(asked.modal or {}, question)
    assert answer.text.startswith("⚠️")
    assert [file.content.decode() for file in answer.attachments] == [question["text"]]
    assert await ended(workshop) == 4
    assert "is damaged" in workshop.log.splitlines()[-1]
    assert "plenary restore FILE" in workshop.log.splitlines()[-1]
    (saved,) = (workshop.folder / "backups").glob("plenary-2*.db")
    assert (await workshop.plenary("restore", str(saved))).code == 0
    await workshop.start_bot()
    assert (await workshop.amina.submit(asked.modal or {}, question)).text.startswith("✅")


async def test_a_page_found_damaged_at_the_start_is_a_sentence_and_nothing_is_started(workshop: World) -> None:
    await workshop.until("2023-03-25 08:30")
    await workshop.amina.submit(await note_form(workshop), NOTE_WITH_EMOJI)
    await workshop.stop_bot()
    ruin(workshop.database, "note")
    for command in ("run", "purge"):
        ran = await workshop.plenary(command)
        assert ran.code == 4
        assert "plenary restore FILE" in ran.err
        assert "Traceback" not in ran.err


def assert_handed_back(answer: ReceivedAnswer) -> None:
    assert answer.text.startswith("⚠️")
    (file,) = answer.attachments
    assert all(NOTE_WITH_EMOJI[part] in file.content.decode() for part in ("title", "did", "learned"))


async def test_while_another_program_holds_the_lock_people_are_answered_in_time_and_nothing_is_doubled(
    workshop: World,
) -> None:
    """Discord waits for 3 s; the simulated one refuses what comes later."""
    workshop.forgiven |= {"error"}
    await workshop.until("2023-03-25 08:30")
    form = await note_form(workshop)
    with closing(sqlite3.connect(workshop.database, isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answers = await asyncio.gather(*(workshop.amina.submit(form, NOTE_WITH_EMOJI) for _ in range(3)))
        took = time.monotonic() - began
        browser.execute("ROLLBACK")
    for answer in answers:
        assert_handed_back(answer)
    assert took < 3
    assert (await workshop.amina.submit(form, NOTE_WITH_EMOJI)).text.startswith("✅")
    assert note_titles_in(workshop.database) == [NOTE_WITH_EMOJI["title"]]


# --- the token -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("noticed_by", ["the gateway", "a request"])
async def test_a_token_that_is_revoked_ends_the_bot_with_a_sentence_and_its_own_code(
    workshop: World, noticed_by: str
) -> None:
    workshop.forgiven |= {"error", "invalid"}
    await workshop.until("2023-03-25 08:45")
    workshop.discord._token = workshop.discord.gateway._token = "another"  # noqa: S105, SLF001 - as Reset Token does
    if noticed_by == "the gateway":
        workshop.discord.gateway.forget()
        code = await ended(workshop)
    else:
        await workshop.keeper.sleep_until(workshop.at("2023-03-25 08:50"))
        code = await ended(workshop)
    assert code == 3
    sentence = workshop.log.splitlines()[-1]
    assert "no longer accepts the bot's token" in sentence
    assert "Reset Token" in sentence
    assert workshop.discord.requests_invalid <= 5
