"""The process: started, stopped, refused with a sentence; and the commands of the shell beside it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.health import read
from bot.rehearsal.discord.calls import ReceivedAnswer
from bot.rehearsal.discord.faults import Fault
from bot.settings import ROOT
from tests.warm import WarmBot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.rehearsal.discord.requests import DiscordRequest
    from tests.e2e.shell import Ran
    from tests.e2e.world import World

    Plenary = Callable[..., Awaitable[Ran]]

EXAMPLE = ROOT / "config" / "workshops" / "wco-mena-2023.yaml"
MANY = 40


def assert_sentence(ran: Ran, *words: str) -> None:
    """It ended with something that a person can read and act upon, and nothing else."""
    assert "Traceback" not in ran.err
    assert ran.out == b""
    assert len(ran.err.strip().splitlines()) == 1
    assert [word for word in words if word not in ran.err] == []


async def test_sigterm_while_messages_are_under_way_ends_well_in_time_and_none_is_lost_or_doubled(
    workshop: World,
) -> None:
    """Many announcements are due at one instant; paced as Discord wants it, they take most of a second.

    Meanwhile notes are sent in: whose author was told that one is kept finds it after the restart.
    """
    workshop.forgiven.add("invalid")  # the new process does not know yet how much the old one has sent
    lobby = workshop.channel("announcements")
    options = {"channel": lobby, "when": "13:00"}
    shown = await asyncio.gather(
        *(workshop.moderator.slash(lobby, "announce new", text=f"Notice {n}", **options) for n in range(MANY))
    )
    told = await asyncio.gather(
        *(workshop.press_in(workshop.moderator, answer, "announcements", "announce:") for answer in shown)
    )
    assert all(answer.text.startswith("✅") for answer in told)
    forms = [await workshop.moderator.slash(lobby, "note share", topic="ledgers") for _ in range(MANY)]
    await workshop.keeper.sleep_until(workshop.at("2023-03-24 13:00"))
    await workshop.eventually(lambda: len(workshop.messages("announcements")) > 2, "the first announcements")
    note = {"kind": "worked", "did": "We tried.", "learned": "It works."}
    sending = [
        asyncio.create_task(workshop.moderator.submit(form.modal or {}, note | {"title": f"Note {number:02}"}))
        for number, form in enumerate(forms)
    ]
    await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
    began = time.monotonic()
    assert await workshop.stop_bot() == 0
    assert time.monotonic() - began < 8
    answers = await asyncio.gather(*sending, return_exceptions=True)
    said = [answer.text for answer in answers if isinstance(answer, ReceivedAnswer) and answer.text.startswith("✅")]
    kept = {title for (title,) in workshop.rows("SELECT title FROM note")}
    assert said
    assert len(kept) >= len(said)
    assert [text for text in said if not any(f"**{title}**" in text for title in kept)] == []
    assert workshop.rows("SELECT count(*) FROM delivery WHERE kind = 'custom' AND state = 'failed'") == [(0,)]
    await workshop.start_bot()
    expected = sorted(f"📣 Notice {n}" for n in range(MANY))
    await workshop.eventually(lambda: len(workshop.messages("announcements")) >= MANY, "all announcements", 60)
    states = "SELECT DISTINCT state FROM delivery WHERE kind = 'custom'"
    await workshop.eventually(lambda: workshop.rows(states) == [("sent",)], "the record of all of them")
    assert sorted(workshop.titles("announcements")) == expected


async def test_sigterm_while_discord_does_not_answer_ends_in_time_and_nothing_is_doubled(
    workshop: World,
) -> None:
    """It may have taken it, and it may not: the next start looks."""
    stalled: list[str] = []

    def draw(request: DiscordRequest) -> Fault | None:
        if stalled or request.method != "POST" or not request.path.endswith("/messages"):
            return None
        stalled.append(request.path)
        return Fault.STALL

    await workshop.until("2023-03-25 08:49")
    workshop.discord._draw = draw  # noqa: SLF001 - it begins in the midst of the test
    await workshop.keeper.sleep_until(workshop.at("2023-03-25 08:50"))
    await workshop.eventually(lambda: stalled, "the message")
    began = time.monotonic()
    assert await workshop.stop_bot() == 0
    assert time.monotonic() - began < 8
    await workshop.start_bot()
    assert workshop.titles("announcements") == ["⏰ **Welcome**"]
    assert workshop.rows("SELECT state FROM delivery WHERE kind = 'soon' AND subject = 'welcome'") == [("sent",)]


async def test_a_bot_stopped_with_ctrl_c_ends_in_peace(world: World) -> None:
    await world.start_bot()
    process = world.bot._process  # noqa: SLF001 - a rehearsal only ever sends SIGTERM
    assert process is not None
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(8):
        assert await process.wait() == 0
    await world.kill_bot()
    assert " WARNING " not in world.log


async def test_stopped_before_it_is_connected_it_ends_just_as_well(world: World) -> None:
    world.bot = WarmBot(world.environment, world.folder / "bot.log")
    await world.bot.start()
    await world.eventually(lambda: world.witness.count("GET", "/users/@me"), "its first words to Discord")
    assert await world.bot.stop() == 0


async def test_stopped_just_when_it_is_connected_it_leaves_nothing_running(workshop: World) -> None:
    assert await workshop.stop_bot() == 0
    for milliseconds in range(0, 200, 20):
        workshop.bot = WarmBot(workshop.environment, workshop.folder / "bot.log")
        await workshop.bot.start()
        async with asyncio.timeout(30):
            await workshop.discord.wait_online()
        await asyncio.sleep(milliseconds / 1000)
        assert await workshop.stop_bot() == 0
    # The fixture looks for errors in the log.


async def test_a_second_bot_on_the_same_database_is_refused_and_the_first_goes_on(world: World) -> None:
    await world.start_bot()
    await world.setup()
    first = world.bot._process  # noqa: SLF001 - the sentence must name it
    assert first is not None
    ran = await world.plenary("run")
    assert ran.code == 2
    assert_sentence(ran, f"process {first.pid}", "plenary.db", "in use")
    assert "Welcome" in (await world.amina.slash(world.general, "now")).text
    # Killed, it leaves no lock behind.
    await world.kill_bot()
    await world.start_bot()


async def test_without_a_token_it_says_where_to_find_one(world: World, plenary: Plenary) -> None:
    environment = world.environment
    del environment["DISCORD_TOKEN"]
    empty = world.folder / "token"
    empty.write_text("\n")
    nowhere, nothing, missing = await asyncio.gather(
        plenary("run", environment=environment),
        plenary("run", environment={**environment, "DISCORD_TOKEN_FILE": str(empty)}),
        plenary("run", environment={**environment, "DISCORD_TOKEN_FILE": str(empty) + ".gone"}),
    )
    assert [ran.code for ran in (nowhere, nothing, missing)] == [2, 2, 2]
    assert_sentence(nowhere, "DISCORD_TOKEN_FILE", "DISCORD_TOKEN", "developer portal")
    assert_sentence(nothing, "DISCORD_TOKEN_FILE", "empty")
    assert_sentence(missing, "DISCORD_TOKEN_FILE", "can't be read")
    # Some put the token itself where its file's name belongs: what is there is not repeated.
    assert str(empty) not in nothing.err + missing.err


async def test_a_token_may_come_from_a_file_and_one_that_discord_refuses_is_never_printed(
    world: World, plenary: Plenary
) -> None:
    world.forgiven.add("invalid")
    file = world.folder / "token"
    file.write_text("MTE0.secret.of-ours\n")
    environment = {**world.environment, "DISCORD_TOKEN_FILE": str(file)}
    ran = await plenary("run", environment=environment)
    assert ran.code == 2
    assert "secret" not in ran.err
    assert world.discord.requests_invalid == 1
    *log, sentence = ran.err.strip().splitlines()
    assert sentence.startswith("Discord refused the bot's token.")
    assert all(" INFO " in line for line in log)


async def test_where_no_discord_answers_a_sentence_names_the_address(world: World, plenary: Plenary) -> None:
    """1, not 2: nothing is to be mended here, and whoever keeps the bot running may start it again."""
    nobody = "http://127.0.0.1:1/api/v10"
    ran = await plenary("run", environment={**world.environment, "PLENARY_API_BASE": nobody})
    assert ran.code == 1
    assert_sentence(ran, nobody, "api_base")
    assert not world.database.exists()


async def test_a_broken_plan_or_setting_is_sentences_with_lines_and_nothing_is_started(
    world: World, plenary: Plenary
) -> None:
    plan = world.folder / "plan.yaml"
    broken = plan.read_text("utf-8").replace("topic: sensors", "topic: scanners").replace('"10:45"', '"25:45"')
    plan.write_text(broken, "utf-8")
    run, check, setting, no_file = await asyncio.gather(
        plenary("run", environment=world.environment),
        plenary("check", str(plan), environment={}),
        plenary("run", environment={**world.environment, "PLENARY_LOG_LEVEL": "LOUD"}),
        plenary("check", str(plan) + ".gone", environment={}),
    )
    assert [ran.code for ran in (run, check, setting, no_file)] == [2, 2, 2, 2]
    assert run.err == check.err
    faults = check.err.strip().splitlines()
    assert len(faults) == 3  # the end of one session and the start of the next, and the topic
    assert all(f"{plan}:" in fault for fault in faults)
    assert any("scanners" in fault and "ledgers, sensors" in fault for fault in faults)
    assert sum("25:45" in fault or "time of day" in fault for fault in faults) == 2
    assert "PLENARY_LOG_LEVEL" in setting.err
    assert "Traceback" not in run.err + setting.err + no_file.err
    assert world.discord.requests_total == 0
    assert not world.database.exists()


async def test_the_example_plan_is_a_good_one(plenary: Plenary) -> None:
    ran = await plenary("check", str(EXAMPLE), environment={})
    assert (ran.code, ran.err) == (0, "")
    assert b"a good plan: 16 sessions on 3 days" in ran.out


async def test_health_is_good_while_the_bot_is_connected_and_bad_otherwise(world: World) -> None:
    file = Path(world.environment["PLENARY_HEALTH"])
    never = await world.plenary("health")
    assert never.code == 1
    assert b"has not been started" in never.out
    await world.start_bot()
    await world.eventually(lambda: file.exists() and read(file).ok, "the sign of health", seconds=30)
    well = await world.plenary("health")
    assert (well.code, well.out.splitlines()[-1]) == (0, b"The bot is well.")
    await world.kill_bot()
    long_ago = time.time() - 120
    os.utime(file, (long_ago, long_ago))
    stale = await world.plenary("health")
    assert stale.code == 1
    assert b"it has stopped, or hangs" in stale.out
