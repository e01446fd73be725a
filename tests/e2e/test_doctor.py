"""`plenary doctor`, as whoever runs the bot reads it: what is wrong, by name, and what to click."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.domain.venue_permissions import PERMISSIONS, permission_bits, permission_words

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from tests.e2e.shell import Ran
    from tests.e2e.world import World

ADMINISTRATOR = 1 << 3


class Told:
    """What the doctor told, line by line."""

    def __init__(self, ran: Ran) -> None:
        assert ran.err == ""
        *self.lines, self.sum = ran.out.decode().splitlines()
        self.code = ran.code
        bad = self.of("bad")
        assert self.code == (1 if bad else 0)
        assert self.sum == f"{len(bad)} bad, {len(self.of('look'))} look, {len(self.of('ok'))} ok"
        # Whatever is not as it must be comes with what to do about it.
        assert all(" → " in line for line in (*bad, *self.of("look")))

    def of(self, level: str) -> list[str]:
        return [line[6:] for line in self.lines if line.startswith(f"{level:<6}")]

    def about(self, *words: str) -> str:
        """The one line with these words."""
        found = [line for line in self.lines if all(word in line for word in words)]
        assert len(found) == 1, (words, found)
        return found[0]


async def doctor(world: World, **environment: str) -> Told:
    """What it tells, with the settings of the bot but for those given."""
    return Told(await world.plenary("doctor", **environment))


def own_role(world: World) -> int:
    backend = world.discord.backend
    return backend.guilds[world.guild_id].members[backend.bot_user.id].role_ids[0]


def deny(world: World, channel: str, *, allowed: int, denied: int) -> None:
    """What somebody who administers the server did to the bot in a channel."""
    backend = world.discord.backend
    overwrite = Overwrite(backend.bot_user.id, OverwriteType.MEMBER, allowed, denied)
    backend.set_overwrite(world.channel(channel), overwrite)


async def test_before_the_bot_was_ever_started_it_says_what_comes_next(world: World) -> None:
    told = await doctor(world)
    assert told.of("bad") == []
    assert told.about("There is no database at").endswith("yet. → The bot makes it when it is started.")
    assert told.about("knows no command").startswith("look")
    assert told.about("No server is the workshop's yet.").endswith("→ Type /workshop setup in the right one.")
    assert not world.database.exists()


async def test_where_all_is_well_it_says_so_of_each_thing_while_the_bot_runs(workshop: World) -> None:
    assert (await workshop.plenary("backup")).code == 0
    told = await doctor(workshop)
    # This machine may lack data about time zones, or disk: whatever else there is to look at would be wrong.
    assert [line for line in told.of("look") if "tzdata" not in line and "disk" not in line] == []
    assert told.of("bad") == []
    for words in (
        "ok    The settings are good, and so is the plan",
        "ok    The database",
        "ok    The newest backup in",
        "ok    This machine's clock agrees with Discord's.",
        "ok    Discord allows 999 more starts of the bot today.",
        "ok    The token is accepted: it is that of Plenary.",
        "ok    No privileged intent is needed.",
        "ok    Only the application's owner can invite the bot.",
        "ok    The bot is in: Customs.",
        "ok    Customs: the role Participant is below the bot's.",
    ):
        assert told.about(words).startswith(words)
    assert "/checkin" in told.about("Discord knows its commands")
    assert len([line for line in told.of("ok") if "the bot may do all that it needs there." in line]) == 10
    assert len([line for line in told.of("ok") if "Customs: the bot has " in line]) == len(PERMISSIONS)
    # It looked, and touched nothing: the bot goes on.
    assert "Welcome" in (await workshop.amina.slash(workshop.general, "now")).text


async def test_a_bot_that_anybody_may_invite_is_something_to_look_at(workshop: World) -> None:
    everywhere = {"scopes": ["applications.commands"], "permissions": "0"}
    workshop.discord.application = {
        "bot_public": True,
        "integration_types_config": {"0": {}, "1": {"oauth2_install_params": everywhere}},
    }
    told = await doctor(workshop)
    assert told.about("Anybody can invite the bot").startswith("look")
    assert "Install Link: None; then Bot, Public Bot: off." in told.about("Anybody can invite the bot")
    assert told.about("Anybody can install the bot for their own account.").startswith("look")


async def test_a_token_that_discord_refuses_is_told_with_where_to_get_another(workshop: World) -> None:
    workshop.forgiven.add("invalid")
    told = await doctor(workshop, DISCORD_TOKEN="MTE0.secret.of-ours")  # noqa: S106 - of nobody's
    assert told.of("bad") == [
        (
            "Discord refuses the bot's token. → Developer portal: your application, Bot, Reset Token; put the new one "
            "where DISCORD_TOKEN_FILE says, or into DISCORD_TOKEN."
        )
    ]
    assert "secret" not in "".join(told.lines)
    assert workshop.discord.requests_invalid == 1


async def test_a_permission_that_is_missing_is_named_with_its_channel_and_what_to_click(workshop: World) -> None:
    everything = permission_bits()
    sees, sends = 1 << 10, 1 << 11
    deny(workshop, "team", allowed=sees, denied=sends)
    deny(workshop, "agenda", allowed=0, denied=sees)
    told = await doctor(workshop)
    assert told.of("bad") == [
        (
            "#team: the bot lacks Send Messages there. → "
            "Right-click #team, Edit Channel, Permissions, Advanced, Plenary: allow Send Messages."
        ),
        (
            "#agenda: the bot lacks View Channel there. → "
            "Right-click #agenda, Edit Channel, Permissions, Advanced, Plenary: allow View Channel."
        ),
    ]
    # What it lacks in the whole server is told once, and not again for each channel.
    workshop.discord.backend.edit_role(workshop.guild_id, own_role(workshop), {"permissions": everything & ~(1 << 28)})
    told = await doctor(workshop)
    assert told.of("bad") == [
        (
            "Customs: the bot lacks Manage Roles, which it needs to make the three roles, give them to who joins, and "
            "open and close rooms for them. → Server Settings, Roles, Plenary, Permissions: switch on Manage Roles."
        ),
        (
            "#team: the bot lacks Send Messages there. → "
            "Right-click #team, Edit Channel, Permissions, Advanced, Plenary: allow Send Messages."
        ),
        (
            "#agenda: the bot lacks View Channel there. → "
            "Right-click #agenda, Edit Channel, Permissions, Advanced, Plenary: allow View Channel."
        ),
    ]
    workshop.discord.backend.edit_role(workshop.guild_id, own_role(workshop), {"permissions": ADMINISTRATOR})
    told = await doctor(workshop)
    assert told.of("bad") == []
    assert told.about("administrator").endswith("Permissions: take Administrator away, for safety.")


async def test_every_right_that_the_bot_lacks_in_the_server_is_a_line_with_its_reason(world: World) -> None:
    for role in (own_role(world), world.guild_id):  # its own, and that of everyone
        world.discord.backend.edit_role(world.guild_id, role, {"permissions": 0})
    told = await doctor(world)
    lines = [line for level in ("bad", "look") for line in told.of(level) if "the bot lacks" in line]
    assert len(lines) == len(PERMISSIONS)
    for name, (_, reason) in PERMISSIONS.items():
        words = permission_words(name)
        assert (
            f"Customs: the bot lacks {words}, which it needs to {reason}. → "
            f"Server Settings, Roles, Plenary, Permissions: switch on {words}."
        ) in lines


async def test_what_has_gone_from_the_server_is_named_and_so_is_a_bot_that_has(workshop: World) -> None:
    await workshop.stop_bot()
    backend = workshop.discord.backend
    backend.delete_channel(workshop.channel("sensors"))
    backend.delete_role(workshop.guild_id, workshop.role("Moderator"))
    roles = backend.guilds[workshop.guild_id].roles
    roles[workshop.role("Participant")].position = roles[own_role(workshop)].position + 1
    told = await doctor(workshop)
    assert told.of("bad") == [
        "Customs: the role Moderator isn't there. → Type /workshop setup: it makes the role again.",
        "The room sensors isn't there. → Type /workshop setup: it makes what is missing.",
    ]
    assert told.about("the role Participant is above the bot's").endswith("drag Plenary above Participant.")
    workshop.discord.add_guild("Elsewhere", bot_permissions=permission_bits())
    del backend.guilds[workshop.guild_id]
    (gone,) = (await doctor(workshop)).of("bad")
    assert gone.startswith(
        "The bot is no longer in the workshop's server. → Invite it again: https://discord.com/oauth2/"
    )
    assert f"permissions={permission_bits()}" in gone
    assert gone.endswith("Or move the workshop: plenary rooms move --server ID")
    backend.guilds.clear()
    (nowhere,) = (await doctor(workshop)).of("bad")
    assert nowhere.startswith("The bot is in no server. → Invite it: https://discord.com/oauth2/authorize?client_id=")


async def test_what_is_wrong_on_the_machine_is_a_line_each_and_the_rest_is_looked_at(world: World) -> None:
    (world.folder / "plan.yaml").write_text("id: [", "utf-8")
    world.database.parent.mkdir(exist_ok=True)
    world.database.write_bytes(b"Dear diary, today we met at the customs office of the old port.")
    told = await doctor(world, PLENARY_API_BASE="http://127.0.0.1:1/api/v10")
    plan, database, network = told.of("bad")
    assert plan.startswith("The plan can't be used: ")
    assert "YAML" in plan
    assert plan.endswith(f"→ plenary check {world.folder / 'plan.yaml'}")
    assert str(world.database) in database
    assert database.endswith("→ To go back to a backup: plenary restore FILE")
    assert network.startswith("Discord can't be asked: Cannot connect to host 127.0.0.1:1 ")
    assert "discordstatus.com" in network
    assert told.about("There is no backup in").endswith("unless backups_kept is 0.")


@asynccontextmanager
async def another_discord(
    status: int, body: Mapping[str, object], behind: timedelta = timedelta(0)
) -> AsyncGenerator[str, None]:
    """The address of a Discord that answers everything so, and whose clock is behind."""

    async def answer(_: web.Request) -> web.Response:
        date = format_datetime(datetime.now(UTC) - behind, usegmt=True)
        return web.json_response(body, status=status, headers={"Date": date})

    app = web.Application()
    app.router.add_get("/api/v10/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield "http://{}:{}/api/v10".format(*runner.addresses[0])
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("ahead", "level"), [(timedelta(hours=1), "bad"), (timedelta(seconds=-12), "look"), (timedelta(0), "ok")]
)
async def test_a_clock_that_is_off_is_told_by_how_much(world: World, ahead: timedelta, level: str) -> None:
    """Beside a Discord that is out of order, too: its answers have a date all the same."""
    async with another_discord(503, {"message": "Out of order"}, ahead) as address:
        told = await doctor(world, PLENARY_API_BASE=address)
    line = told.about("This machine's clock")
    assert line.startswith(level)
    if ahead:
        seconds = int(line.split(" at least ")[1].split(" s apart")[0])
        assert abs(seconds - abs(ahead.total_seconds())) <= 9
        assert line.endswith("(timedatectl set-ntp true): announcements go by it.")
    assert "503" in told.of("bad")[-1]


@pytest.mark.parametrize(("left", "level"), [(3, "look"), (0, "bad")])
async def test_where_discord_soon_allows_no_more_starts_it_says_so(world: World, left: int, level: str) -> None:
    """A thousand a day are allowed; something may be starting the bot again and again."""
    async with another_discord(200, {"session_start_limit": {"remaining": left}}) as address:
        told = await doctor(world, PLENARY_API_BASE=address)
    assert told.about(f"Discord allows {left} more starts").startswith(level)
