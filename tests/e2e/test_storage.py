"""The file that holds everything: a disk that is full, a file that can't be written to, backups and the way back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.health import read
from tests.e2e.actions import NOTE_WITH_EMOJI, note_form, note_titles_in
from tests.e2e.shell import run_plenary

if TYPE_CHECKING:
    from tests.e2e.world import World


def log_size(database: Path) -> int:
    """The bytes of a database's write-ahead log; 0 if it has none."""
    log = database.with_name(f"{database.name}-wal")
    return log.stat().st_size if log.exists() else 0


def set_aside(database: Path) -> list[Path]:
    """What restores have kept."""
    return list(database.parent.glob("plenary.db.before-restore-*Z"))


# --- no room -------------------------------------------------------------------------------------------------------


class Disk:
    """A disk with little room, on which the database is."""

    def __init__(self, folder: Path) -> None:
        self._filling = folder / "filling"

    def fill(self, _: World) -> None:
        with self._filling.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def empty(self, _: World) -> None:
        self._filling.unlink()


class Limit:
    """A limit to the size of the bot's files: the system refuses what goes beyond it."""

    def fill(self, world: World) -> None:
        largest = max(file.stat().st_size for file in world.database.parent.iterdir())
        resource.prlimit(world.bot.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    def empty(self, world: World) -> None:
        resource.prlimit(world.bot.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@pytest.fixture(params=["a full disk", "a limit to files"])
def shortage(request: pytest.FixtureRequest, world: World) -> Iterator[Disk | Limit]:
    """What leaves the database no room, by the system's own refusal. The second way needs no right to mount disks."""
    if request.param == "a limit to files":
        yield Limit()
        return
    folder = world.database.parent
    folder.mkdir()
    mounted = subprocess.run(  # noqa: S603 - fixed words
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder],  # noqa: S607 - wherever it is
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("this user can't mount a small disk, to fill it; the bot without room is tested with a limit only")
    try:
        yield Disk(folder)
    finally:
        # Lazily: the bot that still has its files there is stopped after this.
        subprocess.run(["umount", "--lazy", folder], check=True)  # noqa: S603, S607 - likewise


async def test_without_room_nothing_is_said_to_be_kept_and_nothing_is_sent_until_there_is_room_again(
    world: World, shortage: Disk | Limit
) -> None:
    world.forgiven.add("error")
    health = Path(world.environment["PLENARY_HEALTH"])
    await world.start_bot()
    await world.setup()
    await world.until("2023-03-25 08:52")
    await world.eventually(lambda: health.exists() and read(health).ok, "the sign of health", seconds=30)
    form, told = await note_form(world), world.titles("announcements")
    assert told == ["⏰ **Welcome**"]

    shortage.fill(world)
    handed_back = await world.amina.submit(form, NOTE_WITH_EMOJI)
    assert handed_back.text.startswith("⚠️")
    (file,) = handed_back.attachments
    assert all(NOTE_WITH_EMOJI[part] in file.content.decode() for part in ("title", "did", "learned"))
    await world.keeper.sleep_until(world.at("2023-03-25 09:00"))
    refused = await world.amina.slash(world.general, "checkin")
    assert refused.text.startswith("⚠️")
    await world.eventually(lambda: not read(health).ok, "the sign of illness", seconds=30)
    ill = await world.plenary("health")
    assert ill.code == 1
    assert b"database: it can't be written to" in ill.out
    assert world.titles("announcements") == told
    assert note_titles_in(world.database) == []
    # What needs no room goes on.
    assert "Welcome" in (await world.amina.slash(world.general, "now")).text

    shortage.empty(world)
    assert (await world.amina.submit(form, NOTE_WITH_EMOJI)).text.startswith("✅")
    assert note_titles_in(world.database) == [NOTE_WITH_EMOJI["title"]]
    await world.eventually(lambda: len(world.messages("announcements")) > 1, "the announcement", seconds=40)
    assert world.titles("announcements") == [*told, "🔴 **Welcome**"]
    assert (await world.press(world.amina, "announcements", "checkin:welcome")).text.startswith("✅")
    await world.eventually(lambda: read(health).ok, "the sign of health", seconds=30)
    assert (await world.plenary("health")).code == 0
    assert await world.stop_bot() == 0
    assert world.rows("SELECT count(*) FROM presence") == [(1,)]


# --- a file that can't be written to -------------------------------------------------------------------------------


def as_anybody() -> tuple[str, ...]:
    """How to start a command that heeds permissions to write: root doesn't, unless it gives that right away."""
    return ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()


async def test_a_database_that_may_not_be_written_to_is_a_sentence_and_nothing_is_started(
    world: World,
) -> None:
    if as_anybody() and shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and there is no setpriv here to give that right away")
    await world.start_bot()
    assert await world.stop_bot() == 0
    requests = world.discord.requests_total
    world.database.chmod(0o444)
    try:
        ran = await run_plenary("run", environment=world.environment, under=as_anybody())
    finally:
        world.database.chmod(0o644)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert str(world.database) in ran.err
    assert "write" in ran.err
    assert world.discord.requests_total - requests <= 1


# --- backups, and the way back -------------------------------------------------------------------------------------


async def test_a_backup_taken_while_the_bot_writes_is_whole_and_can_be_gone_back_to(workshop: World) -> None:
    await workshop.until("2023-03-25 08:00")
    forms = [await note_form(workshop) for _ in range(12)]
    saved = workshop.folder / "saved.db"
    first = await workshop.amina.submit(forms[0], NOTE_WITH_EMOJI)
    assert first.text.startswith("✅")

    async def write() -> None:
        for number, form in enumerate(forms[1:], 1):
            note = NOTE_WITH_EMOJI | {"title": f"Note {number:02}"}
            assert (await workshop.amina.submit(form, note)).text.startswith("✅")

    copied, _ = await asyncio.gather(workshop.plenary("backup", "--to", str(saved)), write())
    assert (copied.code, copied.err) == (0, "")
    assert f"{workshop.database} was copied to {saved}, and the copy is sound." in copied.out.decode()
    then = note_titles_in(saved)
    assert NOTE_WITH_EMOJI["title"] in then
    assert set(then) <= set(note_titles_in(workshop.database))
    assert len(note_titles_in(workshop.database)) == 12

    # While the bot runs, nothing is put in the place of its database; a backup that is there is not overwritten.
    refused, twice = await asyncio.gather(
        workshop.plenary("restore", str(saved)), workshop.plenary("backup", "--to", str(saved))
    )
    assert (refused.code, twice.code) == (2, 2)
    assert f"process {workshop.bot.pid}" in refused.err
    assert "is already there" in twice.err
    assert "Traceback" not in refused.err + twice.err

    # Killed, it leaves a log beside the file, which must not be applied to the one that is restored.
    await workshop.kill_bot()
    assert log_size(workshop.database) > 0
    restored = await workshop.plenary("restore", str(saved))
    assert (restored.code, restored.err) == (0, "")
    (aside,) = set_aside(workshop.database)
    assert f"{workshop.database} is now what {saved} holds. What was there is kept in {aside}." in restored.out.decode()
    assert log_size(workshop.database) == 0
    assert note_titles_in(workshop.database) == then
    await workshop.start_bot()
    assert (await workshop.amina.submit(forms[0], NOTE_WITH_EMOJI)).text.startswith("✅")
    assert note_titles_in(workshop.database) == then
    assert len(note_titles_in(aside)) == 12


async def test_each_night_a_backup_is_made_and_as_many_are_kept_as_asked_for(world: World) -> None:
    backups = Path(world.environment["PLENARY_BACKUPS"])

    def nights() -> list[str]:
        made = backups.glob("plenary-nightly-*.db")
        return sorted(copy.name.removeprefix("plenary-nightly-")[:8] for copy in made if note_titles_in(copy) == [])

    world.settings["PLENARY_BACKUPS_KEPT"] = "3"
    await world.start_bot()
    await world.setup()
    await world.eventually(lambda: nights() == ["20230324"], "the first backup")
    for day in ("25", "26", "27"):
        await world.until(f"2023-03-{day} 03:30")
        await world.eventually(lambda day=day: nights()[-1] == f"202303{day}", "the night's backup")
    await world.eventually(lambda: nights() == ["20230325", "20230326", "20230327"], "the oldest's end")
