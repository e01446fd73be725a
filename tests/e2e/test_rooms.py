"""The rooms looked after: told before they are made, more than a category takes, archived, and from the shell."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.cli import rooms
from bot.domain.venue_permissions import DISPENSABLE, PERMISSIONS, permission_bits, permission_words
from bot.settings import Settings, SettingsError
from tests.e2e.world import PLAN, ROOMS, TOKEN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.rehearsal.discord.calls import ReceivedAnswer
    from tests.e2e.world import World

    Shell = Callable[..., Awaitable[tuple[bool, list[str], list[str]]]]

ARCHIVE = "Archive · Customs lab"
OVER = "2023-03-27 10:40"


async def workshop_command(world: World, command: str) -> ReceivedAnswer:
    return await world.organiser.slash(world.general, f"workshop {command}")


def listed(told: str) -> list[str]:
    return [line[2:] for line in told.splitlines() if line.startswith("- ")]


def may_read_only(world: World, channel: str) -> bool:
    """Whether a participant reads a room and leaves nothing in it; a voice room's text takes Connect to be read."""
    reads = {"view_channel", "read_message_history"} | ({"connect"} if channel == "plenary" else set())
    writes = {"send_messages", "add_reactions"}
    writes |= {"speak", "stream"} if channel == "plenary" else {
        "create_public_threads", "create_private_threads", "send_messages_in_threads",
    }  # fmt: skip
    may = {name for name in reads | writes if world.may(world.amina, channel, name)}
    return may == reads


async def test_the_plan_tells_what_setup_then_does_and_nothing_else_is_left(world: World) -> None:
    await world.start_bot()
    before, changes = world.picture(), world.witness.changes()
    told = await workshop_command(world, "plan")
    assert told.ephemeral
    steps = listed(told.text)
    assert steps[:5] == [
        "Make the role Organiser",
        "Make the role Moderator",
        "Make the role Participant",
        "Make the category Customs lab",
        "Make the room welcome",
    ]
    assert "Setup would take 13 steps" in told.text
    assert (world.picture(), world.witness.changes()) == (before, changes)
    assert "13 things were made" in (await world.setup()).text
    assert len(world.witness.changes()) - len(changes) == len(steps) + 8  # and what is posted in the rooms
    assert "Nothing to do" in (await workshop_command(world, "plan")).text
    status = (await workshop_command(world, "status")).text
    assert status.startswith("13 of 13 roles and rooms are there. They are in use.")
    assert "Nothing is missing" in status

    # Undone by hand: what is missing is named, then made; what the bot may not do, too, with where to click.
    backend, own = world.discord.backend, world.discord.backend.bot_user.id
    role = backend.guilds[world.guild_id].members[own].role_ids[0]
    backend.edit_role(world.guild_id, role, {"permissions": permission_bits() & ~(1 << 27)})
    world.allow(world.channel("team"), world.role("Participant"), "view_channel")
    backend.set_overwrite(world.channel("agenda"), Overwrite(own, OverwriteType.MEMBER, 1 << 10, 1 << 11))
    status = (await workshop_command(world, "status")).text
    assert "Set in team what Participant may do" in status
    assert "Set in agenda what the bot may do" in status
    assert "I lack Manage Nicknames, which I need to show those who join under their name and country." in status
    assert "In agenda I lack Send Messages" in status
    assert "Plenary: allow it" in status
    assert "one thing" not in (await world.setup()).text
    assert not world.may(world.amina, "team", "view_channel")


async def test_the_rooms_are_archived_once_it_is_over_and_setup_opens_them_again(workshop: World) -> None:
    assert "The workshop goes on until" in (await workshop_command(workshop, "archive")).text
    await workshop.until("2023-03-27 09:05")
    ids = {name: workshop.channel(name) for name in ROOMS}
    posted = {name: workshop.messages(name) for name in ROOMS[1:]}
    assert posted["ledgers"]
    await workshop.until(OVER)
    rights = {name: workshop.discord.backend.get_channel(number).overwrites for name, number in ids.items()}
    done = await workshop_command(workshop, "archive")
    assert done.text.startswith("✅ The rooms are in the archive"), done.text
    await workshop.settle()
    assert workshop.channel(ARCHIVE) == ids["Customs lab"]
    assert all(
        may_read_only(workshop, name) for name in ("ledgers", "sensors", "announcements", "plenary", "questions")
    )
    assert not workshop.may(workshop.amina, "team", "view_channel")
    assert workshop.may(workshop.moderator, "ledgers", "send_messages")
    for name, before in posted.items():
        assert [each.id for each in workshop.messages(name)][: len(before)] == [each.id for each in before]
    assert workshop.rows("SELECT what, who FROM audit") == [("rooms archived", workshop.organiser.id)]

    # Twice, it changes nothing; nor does a restart; and what is deleted by hand comes back as a room of the archive.
    picture = workshop.picture()
    assert "already" in (await workshop_command(workshop, "archive")).text
    await workshop.stop_bot()
    await workshop.start_bot()
    assert workshop.picture() == picture
    assert "They are in the archive" in (await workshop_command(workshop, "status")).text
    workshop.discord.backend.delete_channel(workshop.channel("plenary"))
    await workshop.settle()
    assert may_read_only(workshop, "plenary")

    told = listed((await workshop_command(workshop, "plan")).text)
    assert told[0] == f"Rename {ARCHIVE} to Customs lab"
    assert "Set in plenary what Participant may do" in told
    assert (await workshop.setup()).text.startswith("✅ Everything is there; ")
    assert workshop.channel("Customs lab") == ids["Customs lab"]
    assert workshop.may(workshop.amina, "plenary", "connect")
    for name, before in rights.items():
        if name != "plenary":
            assert workshop.discord.backend.get_channel(ids[name]).overwrites == before, name


async def test_killed_while_it_archives_it_goes_on_at_the_next_start(workshop: World) -> None:
    await workshop.until(OVER)

    def kill(method: str, path: str) -> None:
        if method == "PUT" and "/permissions/" in path:
            workshop.kill_in_the_act()

    workshop.witness.on_request = kill
    with pytest.raises(Exception, match="went away"):
        await workshop_command(workshop, "archive")
    workshop.witness.on_request = None
    await workshop.kill_bot()
    assert workshop.channel(ARCHIVE)
    assert workshop.may(workshop.amina, "plenary", "connect")
    await workshop.start_bot()
    assert may_read_only(workshop, "plenary")


class TestManyRooms:
    """More topics than a category takes."""

    @pytest.fixture
    def written_plan(self) -> str:
        many = "".join(f"  - {{id: t{n}, title: T{n}, description: D}}\n" for n in range(50))
        return PLAN.replace("days:\n", f"{many}days:\n", 1)

    async def test_they_go_to_a_second_category_and_who_waits_is_told_how_far_it_is(self, world: World) -> None:
        backend = world.discord.backend

        def slowly(method: str, path: str) -> None:
            if (method, path) == ("POST", f"/guilds/{world.guild_id}/channels"):
                time.sleep(0.06)

        await world.start_bot()
        world.witness.on_request = slowly
        answer = await world.setup()
        world.witness.on_request = None
        assert answer.text.startswith("✅ 64 things were made")
        assert world.witness.count("PATCH", "/messages/@original") > 1
        first, second = world.channel("Customs lab"), world.channel("Customs lab · 2")
        inside = [each.parent_id for each in backend.channels.values() if each.guild_id == world.guild_id]
        assert (inside.count(first), inside.count(second)) == (50, 9)
        assert world.may(world.moderator, "t49", "view_channel")
        assert not world.may(world.visitor, "t49", "view_channel")
        assert "Nothing to do" in (await workshop_command(world, "plan")).text


# --- from the shell --------------------------------------------------------------------------------------------


@pytest.fixture
def shell(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """`plenary rooms …` within this process: a process of its own takes a second each time."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)

    async def run(
        work: Callable[..., Awaitable[bool]], server: int | None = None, token: str = TOKEN, **changed: object
    ) -> tuple[bool, list[str], list[str]]:
        given = {"plan": world.folder / "plan.yaml", "database": world.database, "api_base": world.discord.api_base}
        capsys.readouterr()
        done = await work(Settings.model_validate({**given, **changed}), token, server, world.keeper.now())
        told = capsys.readouterr()
        return done, told.out.splitlines(), told.err.splitlines()

    return run


async def test_the_shell_does_all_of_it_without_a_bot_and_the_bot_adopts_what_it_made(
    world: World, shell: Shell
) -> None:
    ran = await world.plenary("rooms", "plan")
    steps = listed(ran.out.decode())
    assert (ran.code, ran.err, steps[3]) == (0, "", "Make the category Customs lab")
    assert world.channels() == []
    whole, told, _ = await shell(rooms.status)
    assert (whole, told[0]) == (False, "0 of 13 roles and rooms are there. They are in use.")
    _, told, _ = await shell(rooms.apply)
    assert told == [f"{number}/13 {step}" for number, step in enumerate(steps, 1)]
    assert world.channels() == list(ROOMS)
    picture, changes = world.picture(), world.witness.changes()
    _, told, _ = await shell(rooms.apply)
    assert told == ["Everything is there already; nothing was changed."]
    assert (await shell(rooms.status))[0]
    assert (world.picture(), world.witness.changes()) == (picture, changes)
    assert not world.database.exists()

    await world.start_bot()
    assert "Everything is there already" in (await world.setup()).text
    assert world.channels() == list(ROOMS)
    assert dict(world.rows("SELECT key, discord_id FROM venue"))["topic:sensors"] == world.channel("sensors")


async def test_beside_a_running_bot_the_shell_archives_and_the_bot_follows(workshop: World, shell: Shell) -> None:
    with pytest.raises(SettingsError, match="goes on until 2023-03-27 10:30"):
        await shell(rooms.archive)
    await workshop.until(OVER)
    before = workshop.rows("SELECT key, discord_id FROM venue ORDER BY key")
    done, told, failed = await shell(rooms.archive)
    assert (done, failed) == (True, [])
    assert told[0].endswith(f"Rename Customs lab to {ARCHIVE}")
    await workshop.settle()
    assert may_read_only(workshop, "plenary")
    # The bot knows: what it makes anew is made for the archive.
    workshop.discord.backend.delete_channel(workshop.channel("ledgers"))
    workshop.discord.backend.delete_channel(workshop.channel("plenary"))
    await workshop.settle()
    assert may_read_only(workshop, "plenary")
    _, told, _ = await shell(rooms.archive)
    assert told == ["Everything is there already; nothing was changed."]
    assert (await shell(rooms.apply))[0]
    await workshop.settle()
    assert workshop.channel("Customs lab")
    assert workshop.may(workshop.amina, "plenary", "connect")
    after = workshop.rows("SELECT key, discord_id FROM venue ORDER BY key")
    assert [key for key, _ in after] == [key for key, _ in before]


async def test_what_the_shell_cannot_do_it_says_with_what_to_do(workshop: World, shell: Shell) -> None:
    workshop.forgiven.add("invalid")
    refused = await workshop.plenary("rooms", "status", DISCORD_TOKEN="MTE0.secret.of-ours")  # noqa: S106 - of nobody's
    assert refused.code == 2
    assert refused.err.startswith("Discord refused the bot's token. Copy it again")
    assert "secret" not in refused.err
    other, unset = workshop.discord.add_guild("Elsewhere", bot_permissions=permission_bits()), {"database": "none.db"}
    here = workshop.guild_id
    for sentence, server, changed in (
        ("Start it, or correct api_base.", None, {"api_base": "http://127.0.0.1:1/api/v10"}),
        (rf"lives in Customs \({here}\), and in no other server. Leave --server out.", other, {}),
        (rf"in several servers: Customs \({here}\), Elsewhere", None, unset),
        (r"not in the server 5, but in: Customs", 5, unset),
    ):
        with pytest.raises(SettingsError, match=sentence):
            await shell(rooms.plan, server, **changed)
    await workshop.until(OVER)
    with pytest.raises(SettingsError, match="no rooms of this workshop to archive"):
        await shell(rooms.archive, other, **unset)
    _, told, _ = await shell(rooms.plan, other, **unset)
    assert "- Make the role Organiser" in told
    # What it may not do is told step by step, and the rest is done.
    await workshop.stop_bot()
    backend = workshop.discord.backend
    workshop.allow(workshop.channel("team"), workshop.role("Participant"), "view_channel")
    backend.delete_channel(workshop.channel("sensors"))
    role = backend.guilds[workshop.guild_id].members[backend.bot_user.id].role_ids[0]
    backend.edit_role(workshop.guild_id, role, {"permissions": permission_bits() & ~(1 << 4)})
    done, told, failed = await shell(rooms.apply)
    assert not done
    assert told == ["1/2 Set in team what Participant may do"]
    assert failed[0].startswith("2/2 Make the room sensors: this could not be done (403 Forbidden")
    assert failed[1].startswith("plenary rooms status says what is missing")


async def test_the_invitation_asks_for_exactly_what_is_needed_and_says_why(world: World) -> None:
    told = (await world.plenary("invite")).out.decode()
    link, *reasons = told.splitlines()
    assert link.startswith("https://discord.com/oauth2/authorize?client_id=")
    assert f"permissions={permission_bits()}" in link
    for line, (name, (_, why)) in zip(reasons, PERMISSIONS.items(), strict=True):
        assert line.startswith(f"- {permission_words(name)}: {why}")
        assert line.endswith("without it, all the rest works") == (name in DISPENSABLE)
