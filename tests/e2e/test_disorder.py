"""What people and machines do in the midst of a workshop: delete things, forbid them, leave, come back, set clocks."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.clock import TimeRate
from bot.domain.venue_permissions import permission_bits
from bot.rehearsal.discord.calls import NoAnswer
from bot.rehearsal.discord.faults import Fault
from tests.e2e.actions import CHANGED_PLAN, missed_announcements
from tests.e2e.world import PLAN
from tests.warm import WarmBot

if TYPE_CHECKING:
    from bot.rehearsal.discord.requests import DiscordRequest
from tests.e2e.world import World

START = "🔴 **Ledgers at work**"
MANAGE_CHANNELS = 1 << 4
SEES, SENDS = 1 << 10, 1 << 11


def assert_nothing_twice(world: World) -> None:
    nonces = [message.nonce for message in world.discord.all_messages() if message.is_bot]
    assert len(nonces) == len(set(nonces))


def own_permissions(world: World, permissions: int) -> None:
    """What the bot may do in the whole server."""
    backend = world.discord.backend
    role = backend.guilds[world.guild_id].members[backend.bot_user.id].role_ids[0]
    backend.edit_role(world.guild_id, role, {"permissions": permissions})


def team(world: World) -> list[str]:
    return [message.text for message in world.messages("team") if message.text.startswith("🛠️")]


# --- Discord, and who administers the server -----------------------------------------------------------------------


def announced(world: World) -> list[str]:
    """What is announced of the sessions, less the invitations to rate them."""
    return [title for title in world.titles("announcements") if not title.startswith("📝")]


async def test_a_room_that_refuses_is_told_to_the_team_once_and_served_once_it_lets_the_bot_write(
    workshop: World,
) -> None:
    """The others are served meanwhile; what has lost its use by then is given up."""
    workshop.forgiven.add("invalid")
    backend = workshop.discord.backend

    def may(allowed: int, denied: int) -> None:
        overwrite = Overwrite(backend.bot_user.id, OverwriteType.MEMBER, allowed, denied)
        backend.set_overwrite(workshop.channel("announcements"), overwrite)

    await workshop.until("2023-03-25 08:45")
    may(SEES, SENDS)
    await workshop.until("2023-03-25 09:31")
    assert announced(workshop) == []
    refused = [line for line in team(workshop) if "Discord refused an announcement" in line]
    assert refused
    assert len(refused) == len(set(refused)) <= 3
    assert all(f"<#{workshop.channel('announcements')}>" in line for line in refused)
    assert all("Missing Permissions" in line for line in refused)
    may(SEES | SENDS, 0)
    await workshop.until("2023-03-25 09:45")
    assert announced(workshop) == [START]
    assert "Sent late" in workshop.messages("announcements")[0].text
    states = dict(workshop.rows("SELECT subject, state FROM delivery WHERE kind = 'start' AND state <> 'planned'"))
    assert states == {"welcome": "failed", "cases": "sent"}
    await workshop.until("2023-03-25 10:30")
    assert announced(workshop) == [START, "🏁 **Ledgers at work**", "🔴 **Coffee**"]
    assert_nothing_twice(workshop)
    # So few are tried that Discord would not ban the address for it.
    assert workshop.discord.requests_invalid <= 12


async def test_a_discord_that_is_out_of_order_gets_everything_once_when_it_is_back(workshop: World) -> None:
    """Two things are due in one room meanwhile, and an agenda is to be edited."""
    failing = True

    def draw(request: DiscordRequest) -> Fault | None:
        writes = request.method in {"POST", "PATCH"} and request.path.startswith("/channels/")
        return Fault.UNAVAILABLE if failing and writes else None

    last = ["🏁 **Ledgers at work**", "🔴 **Coffee**"]
    await workshop.until("2023-03-25 10:25")
    before = announced(workshop)
    workshop.discord._draw = draw  # noqa: SLF001 - faults begin in the midst of the day
    await workshop.until("2023-03-25 10:31")
    assert announced(workshop) == before
    failing = False
    await workshop.until("2023-03-25 10:34")
    assert announced(workshop) == [*before, *last]
    assert "Coffee" in next(line for line in workshop.messages("agenda")[0].text.splitlines() if "🔴" in line)
    assert team(workshop) == []
    assert_nothing_twice(workshop)


async def test_a_channel_that_may_not_be_made_anew_is_told_to_the_team_and_made_once_it_may(workshop: World) -> None:
    """Announcements for other rooms go on meanwhile."""
    workshop.forgiven.add("invalid")
    await workshop.until("2023-03-25 08:00")
    own_permissions(workshop, permission_bits() & ~MANAGE_CHANNELS)
    workshop.discord.backend.delete_channel(workshop.channel("sensors"))
    await workshop.until("2023-03-25 08:50")
    assert "sensors" not in workshop.channels()
    assert announced(workshop) == ["⏰ **Welcome**"]
    (line,) = team(workshop)
    assert "does not work at the moment: keeping roles and rooms in order" in line
    assert "Missing Permissions" in line
    assert "/workshop setup" in line
    # Discord bans an address that asks ten thousand times for what it may not have.
    assert workshop.discord.requests_invalid <= 12
    own_permissions(workshop, permission_bits())
    await workshop.until("2023-03-25 09:10")
    assert workshop.channels().count("sensors") == 1
    assert team(workshop)[1:] == ["🛠️ This works again: keeping roles and rooms in order."]


async def test_what_is_due_in_a_room_that_never_comes_back_is_given_up_once_it_is_of_no_more_use(
    workshop: World,
) -> None:
    workshop.forgiven.add("invalid")
    await workshop.until("2023-03-25 08:00")
    own_permissions(workshop, permission_bits() & ~MANAGE_CHANNELS)
    workshop.discord.backend.delete_channel(workshop.channel("announcements"))
    await workshop.until("2023-03-25 08:50")
    asked = "SELECT state, problem FROM delivery WHERE kind = 'soon' AND subject = 'welcome'"
    assert workshop.rows(asked) == [("sending", None)]
    await workshop.until("2023-03-25 09:45")
    assert workshop.rows(asked) == [("failed", "its room is not there")]


async def test_a_room_deleted_while_discord_is_out_of_order_is_made_anew_without_a_word_once_it_is_back(
    workshop: World,
) -> None:
    tries = 0

    def draw(request: DiscordRequest) -> Fault | None:
        nonlocal tries
        if request.method != "POST" or not request.path.startswith("/guilds/"):
            return None
        tries += 1
        return Fault.UNAVAILABLE if tries <= 2 else None

    await workshop.until("2023-03-25 08:00")
    workshop.discord._draw = draw  # noqa: SLF001 - faults begin in the midst of the day
    workshop.discord.backend.delete_channel(workshop.channel("sensors"))
    await workshop.until("2023-03-25 08:55")
    assert (tries, workshop.channels().count("sensors")) == (3, 1)
    assert announced(workshop) == ["⏰ **Welcome**"]
    assert team(workshop) == []


async def test_a_team_that_cannot_be_told_is_told_once_it_can_and_not_about_that(workshop: World) -> None:
    workshop.forgiven.add("invalid")
    backend = workshop.discord.backend
    rooms = [workshop.channel(name) for name in ("announcements", "team")]

    def may(allowed: int, denied: int) -> None:
        for room in rooms:
            backend.set_overwrite(room, Overwrite(backend.bot_user.id, OverwriteType.MEMBER, allowed, denied))

    await workshop.until("2023-03-25 08:45")
    may(SEES, SENDS)
    await workshop.until("2023-03-25 08:58")
    assert team(workshop) == announced(workshop) == []
    may(SEES | SENDS, 0)
    await workshop.until("2023-03-25 09:45")
    began, ended = team(workshop)
    assert f"<#{rooms[0]}>" in began
    assert ended == f"🛠️ <#{rooms[0]}> takes messages again."
    assert announced(workshop)[-1] == START
    assert_nothing_twice(workshop)


async def test_what_is_due_in_a_room_that_is_still_to_be_made_waits_for_it_without_a_word(world: World) -> None:
    failing = 3

    def draw(request: DiscordRequest) -> Fault | None:
        nonlocal failing
        if not failing or (request.method, request.path) != ("POST", f"/guilds/{world.guild_id}/channels"):
            return None
        failing -= 1
        return Fault.UNAVAILABLE

    def kill(method: str, path: str) -> None:
        if (method, path) == ("POST", f"/guilds/{world.guild_id}/channels"):
            world.kill_in_the_act()

    await world.start_bot()
    world.witness.on_request = kill
    with pytest.raises(NoAnswer, match="went away"):
        await world.organiser.slash(world.general, "workshop setup")
    world.witness.on_request = None
    await world.kill_bot()
    world.discord._draw = draw  # noqa: SLF001 - it begins in the midst of the test
    await world.start_bot()
    await world.until("2023-03-24 12:05")
    assert failing == 0
    assert len(world.messages("welcome")) == 1
    assert world.titles("team") == []


async def test_messages_deleted_by_hand_stay_deleted_and_the_team_hears_of_an_agenda(workshop: World) -> None:
    await workshop.until("2023-03-25 09:05")
    for room in ("agenda", "announcements"):
        assert workshop.messages(room)
        for message in workshop.messages(room):
            workshop.discord.backend.delete_message(message.channel_id, message.id)
    await workshop.until("2023-03-25 09:31")
    assert announced(workshop) == ["⏰ **Ledgers at work**", START]
    assert workshop.messages("agenda") == []
    (line,) = team(workshop)
    assert line.startswith("🛠️ A message (agenda) in ")
    await workshop.until("2023-03-25 12:00")
    assert len(team(workshop)) == 1
    # The next day's is posted as if nothing had happened.
    await workshop.until("2023-03-27 09:01")
    assert len(workshop.messages("agenda")) == 1
    assert_nothing_twice(workshop)


async def test_an_edit_cut_off_by_a_kill_is_undone_where_what_it_showed_before_is_so_again(workshop: World) -> None:
    await workshop.until("2023-03-25 08:10")
    before, agenda, edits = workshop.messages("agenda")[0], workshop.channel("agenda"), 0

    def kill(method: str, path: str) -> None:
        nonlocal edits
        if (method, path) == ("PATCH", f"/channels/{agenda}/messages/{before.id}"):
            edits += 1
            workshop.kill_in_the_act()

    await workshop.stop_bot()
    (workshop.folder / "plan.yaml").write_text(CHANGED_PLAN, "utf-8")
    workshop.witness.on_request = kill
    await workshop.start_bot()
    await workshop.eventually(lambda: edits, "the edit")
    workshop.witness.on_request = None
    await workshop.kill_bot()
    assert workshop.messages("agenda")[0].text != before.text
    (workshop.folder / "plan.yaml").write_text(PLAN, "utf-8")
    await workshop.start_bot()
    await workshop.settle()
    assert workshop.messages("agenda")[0].text == before.text


async def test_a_bot_that_is_removed_from_its_server_rests_and_goes_on_when_it_is_invited_again(
    workshop: World,
) -> None:
    workshop.forgiven |= {"invalid"}
    backend = workshop.discord.backend
    await workshop.until("2023-03-25 09:15")
    await workshop.settle()
    guild = backend.guilds.pop(workshop.guild_id)
    workshop.discord.gateway.emit("GUILD_DELETE", {"id": str(guild.id)})
    await workshop.discord.gateway.caught_up()
    requests = workshop.discord.requests_total
    await workshop.until("2023-03-25 09:35")
    assert workshop.discord.requests_total == requests
    backend.guilds[workshop.guild_id] = guild
    workshop.discord.gateway.forget()
    await workshop.eventually(lambda: workshop.discord.online, "the connection's return")
    await workshop.eventually(lambda: announced(workshop)[-1] == START, "the announcement")
    assert_nothing_twice(workshop)


async def test_who_leaves_the_server_and_comes_back_has_kept_everything_but_the_role(workshop: World) -> None:
    backend, amina = workshop.discord.backend, workshop.amina
    await workshop.until("2023-03-25 09:05")
    assert (await workshop.press(amina, "announcements", "checkin:welcome")).text.startswith("✅")
    backend.remove_member(workshop.guild_id, amina.id)
    await workshop.settle()
    backend.add_member(workshop.guild_id, amina.id, roles=(), nick="Amina · BH", announce=True)
    message = workshop.messages("announcements")[-1]
    refused = await amina.slash(workshop.general, "checkin")
    assert refused.text.startswith("⚠️")
    workshop.discord.give_role(amina, workshop.role("Participant"))
    (button,) = (each for each in message.custom_ids if each.startswith("checkin:"))
    again = await amina.press(message.id, message.channel_id, button)
    assert again.text.startswith("✅")
    assert workshop.rows("SELECT count(*) FROM presence") == [(1,)]


async def test_a_row_that_cannot_be_read_is_in_the_log_and_the_bot_goes_on_once_it_is_mended(workshop: World) -> None:
    workshop.forgiven.add("error")
    await workshop.until("2023-03-25 08:45")
    await workshop.stop_bot()
    columns = "id, kind, subject, room, due, expires, state"
    row = ("broken", "custom", "nothing", "announcements", "noon", "later", "sending")
    assert workshop.rewrite(f"INSERT INTO delivery ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", *row) == 1  # noqa: S608 - names only
    workshop.bot = WarmBot(workshop.environment, workshop.folder / "bot.log")
    await workshop.bot.start()
    await workshop.eventually(lambda: "could not be looked through" in workshop.log, "a line in the log")
    assert "Welcome" in (await workshop.amina.slash(workshop.general, "now")).text
    assert await workshop.bot.stop() == 0
    assert workshop.rewrite("DELETE FROM delivery WHERE id = ?", "broken") == 1
    await workshop.start_bot()
    await workshop.until("2023-03-25 08:51")
    assert announced(workshop) == ["⏰ **Welcome**"]


# --- clocks --------------------------------------------------------------------------------------------------------


async def set_clock(world: World, by: timedelta) -> None:
    """As a machine's clock that was off is set: at once, and backwards too."""
    world.keeper._paces.append(TimeRate(world.keeper.now() + by, time.monotonic(), 1.0))  # noqa: SLF001 - time itself never does this
    await world.keeper._tell()  # noqa: SLF001 - likewise


async def test_a_clock_that_is_put_back_says_nothing_twice(workshop: World) -> None:
    await workshop.until("2023-03-25 09:31")
    told = announced(workshop)
    assert told[-1] == START
    assert (await workshop.press(workshop.amina, "announcements", "checkin:cases")).text.startswith("✅")
    await set_clock(workshop, -timedelta(hours=1))
    await workshop.until("2023-03-25 08:40")
    # The bot lives, and answers by the clock that it has.
    assert "Welcome" in (await workshop.amina.slash(workshop.general, "now")).text
    await workshop.until("2023-03-25 09:32")
    assert announced(workshop) == told
    await workshop.until("2023-03-25 10:31")
    assert announced(workshop) == [*told, "🏁 **Ledgers at work**", "🔴 **Coffee**"]
    assert_nothing_twice(workshop)
    assert workshop.rows("SELECT session FROM presence") == [("cases",)]


async def test_a_clock_that_is_put_forward_leaves_out_what_is_past_and_tells_the_team(workshop: World) -> None:
    await workshop.until("2023-03-25 08:55")
    await set_clock(workshop, timedelta(hours=2))
    await workshop.settle()
    assert announced(workshop) == ["⏰ **Welcome**", "🏁 **Ledgers at work**", "🔴 **Questions**"]
    (line,) = team(workshop)
    late, left_out = missed_announcements(workshop, "2023-03-25 08:55", "2023-03-25 10:55")
    assert f"sent late: {late}; left out because they were no longer of use: {left_out}." in line
    assert_nothing_twice(workshop)


async def test_what_cannot_be_late_is_not_counted_as_late(world: World) -> None:
    """Set up between its days, the bot opens the topic of the first, and was not away for that."""
    await world.jump("2023-03-26 12:00")
    await world.start_bot()
    await world.setup()
    assert world.titles("ledgers") == ["## **Shared ledgers**"]
    assert team(world) == []
