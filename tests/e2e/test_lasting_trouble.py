"""Trouble that lasts for hours or days: everything else goes on, the team hears of it once, and it ends by itself."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from simcord.backend.errors import BackendError
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.domain.venue_permissions import permission_bits
from bot.rehearsal.discord.loopback import LoopbackDiscord
from tests.e2e.world import buttons

if TYPE_CHECKING:
    import pytest
    from aiohttp import web

    from bot.rehearsal.discord.operations import CheckedRequest
    from tests.e2e.world import World

MANAGE_CHANNELS = 1 << 4
SEES, SENDS = 1 << 10, 1 << 11
START = "🔴 **Ledgers at work**"


def set_own_permissions(world: World, permissions: int) -> None:
    backend = world.discord.backend
    role = backend.guilds[world.guild_id].members[backend.bot_user.id].role_ids[0]
    backend.edit_role(world.guild_id, role, {"permissions": permissions})


def let_write(world: World, room: str, *, allowed: bool) -> None:
    """Allow or forbid the bot to write in one room."""
    backend = world.discord.backend
    allow, deny = (SEES | SENDS, 0) if allowed else (SEES, SENDS)
    backend.set_overwrite(world.channel(room), Overwrite(backend.bot_user.id, OverwriteType.MEMBER, allow, deny))


def team_lines(world: World) -> list[str]:
    return [message.text for message in world.messages("team") if message.text.startswith("🛠️")]


def most_invalid_in_ten_minutes(world: World) -> int:
    instants = world.discord.invalid_at
    return max(sum(instant - timedelta(minutes=10) < at <= instant for at in instants) for instant in instants)


async def test_a_room_that_cannot_be_made_for_two_days_stops_no_announcement(workshop: World) -> None:
    """The health check names the job after an hour; the room comes when it may be made."""
    workshop.forgiven.add("invalid")
    await workshop.until("2023-03-25 08:00")
    set_own_permissions(workshop, permission_bits() & ~MANAGE_CHANNELS)
    workshop.discord.backend.delete_channel(workshop.channel("sensors"))
    await workshop.until("2023-03-25 09:05")
    # The health file is written in real time; a bot that is ill looks again each second.
    await workshop.eventually(lambda: '"ok": false' in health_file(workshop), "an unhealthy bot")
    assert "rooms since 2023-03-25" in (await workshop.plenary("health")).out.decode()
    await workshop.until("2023-03-27 09:01")
    titles = workshop.titles("announcements")
    assert [title for title in titles if title.startswith("🔴")] == [
        "🔴 **Welcome**", START, "🔴 **Coffee**", "🔴 **Questions**", "🔴 **Sensor panel**",
    ]  # fmt: skip
    assert len(workshop.messages("agenda")) == 2
    assert len(team_lines(workshop)) == 1
    assert most_invalid_in_ten_minutes(workshop) <= 12
    set_own_permissions(workshop, permission_bits())
    await workshop.until("2023-03-27 09:15")
    assert workshop.channels().count("sensors") == 1
    assert team_lines(workshop)[1:] == ["🛠️ This works again: keeping roles and rooms in order."]


def health_file(world: World) -> str:
    return (world.folder / "plenary.health").read_text("utf-8")


async def test_a_room_that_refuses_all_day_is_asked_every_ten_minutes_at_most(workshop: World) -> None:
    workshop.forgiven.add("invalid")
    await workshop.until("2023-03-25 08:45")
    let_write(workshop, "announcements", allowed=False)
    await workshop.until("2023-03-26 20:00")
    assert most_invalid_in_ten_minutes(workshop) <= 12
    assert len(team_lines(workshop)) == 1
    assert workshop.messages("announcements") == []


async def test_the_same_trouble_on_another_day_is_told_again_and_so_is_its_end(workshop: World) -> None:
    """A restart in the midst of it tells nothing twice."""
    workshop.forgiven.add("invalid")
    room = f"<#{workshop.channel('announcements')}>"
    for day, heard in (("25", 0), ("27", 2)):
        await workshop.until(f"2023-03-{day} 08:45")
        let_write(workshop, "announcements", allowed=False)
        await workshop.until(f"2023-03-{day} 09:10")
        await workshop.stop_bot()
        await workshop.start_bot()
        await workshop.until(f"2023-03-{day} 09:45")
        let_write(workshop, "announcements", allowed=True)
        await workshop.until(f"2023-03-{day} 10:35")
        began, ended = team_lines(workshop)[heard:]
        assert room in began
        assert "Missing Permissions" in began
        assert ended == f"🛠️ {room} takes messages again."


async def test_one_message_that_discord_does_not_accept_is_named_and_holds_up_no_other(workshop: World) -> None:
    carry_out = workshop.discord._carry_out  # noqa: SLF001 - what Discord's own limits would refuse must not be made at all

    def strict(asked: CheckedRequest) -> Any:  # noqa: ANN401 - JSON
        if asked.request.method == "POST" and START in json.dumps(asked.request.body, ensure_ascii=False):
            raise BackendError(400, 50035, "Invalid Form Body")
        return carry_out(asked)

    workshop.discord._carry_out = strict  # type: ignore[method-assign]  # noqa: SLF001
    await workshop.until("2023-03-25 11:00")
    titles = workshop.titles("announcements")
    assert START not in titles
    assert "🔴 **Coffee**" in titles
    (line,) = team_lines(workshop)
    assert "Discord does not accept a message (start)" in line
    assert "Invalid Form Body" in line
    states = dict(workshop.rows("SELECT subject, state FROM delivery WHERE kind = 'start' AND state <> 'planned'"))
    assert states["cases"] == "failed"


async def test_a_room_deleted_by_hand_comes_back_with_what_stood_in_it(workshop: World) -> None:
    await workshop.until("2023-03-25 09:05")
    form = (await workshop.amina.slash(workshop.channel("ledgers"), "note share")).modal
    assert form is not None
    kept = await workshop.amina.submit(
        form, {"title": "Seals", "kind": "mixed", "did": "We sealed", "learned": "Seal early"}
    )
    await workshop.press_in(workshop.amina, kept, "ledgers", "show:")
    await workshop.settle()
    rooms = ("welcome", "agenda", "ledgers", "questions")
    before = {room: [message.text for message in workshop.messages(room)] for room in rooms}
    assert len(before["ledgers"]) == 2
    for room in rooms:
        workshop.discord.backend.delete_channel(workshop.channel(room))
    await workshop.until("2023-03-25 09:10")
    assert {room: [message.text for message in workshop.messages(room)] for room in rooms} == before
    assert any(custom_id.startswith("join:") for custom_id in workshop.messages("welcome")[0].custom_ids)
    assert team_lines(workshop) == []


async def test_a_late_announcement_still_notifies_the_role_that_it_was_written_to(workshop: World) -> None:
    team, lobby = workshop.channel("team"), workshop.channel("announcements")
    await workshop.until("2023-03-25 08:30")
    given = {"text": "The room has changed", "channel": lobby, "when": "08:45", "notify": "participant"}
    shown = await workshop.moderator.slash(team, "announce new", **given)
    assert shown.message_id is not None
    (confirm,) = (button for button in buttons(shown) if button.startswith("announce:"))
    assert (await workshop.moderator.press(shown.message_id, team, confirm)).text.startswith("✅")
    await workshop.stop_bot()
    await workshop.jump("2023-03-25 08:48")
    carry_out, notified = workshop.discord._carry_out, list[Any]()  # noqa: SLF001 - what is asked of Discord

    def heard(asked: CheckedRequest) -> Any:  # noqa: ANN401 - JSON
        body = asked.request.body
        if asked.request.method == "POST" and "The room has changed" in json.dumps(body):
            notified.append(body["allowed_mentions"].get("roles"))
        return carry_out(asked)

    workshop.discord._carry_out = heard  # type: ignore[method-assign]  # noqa: SLF001
    await workshop.start_bot()
    assert "Sent late" in workshop.messages("announcements")[-1].text
    assert [[int(role) for role in roles] for roles in notified] == [[workshop.role("Participant")]]


async def test_housekeeping_that_hangs_holds_up_no_announcement(
    workshop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A room is being made again, and Discord doesn't answer that."""
    answer, served = asyncio.Event(), LoopbackDiscord._served  # noqa: SLF001 - the answer itself is held back

    async def slowly(discord: LoopbackDiscord, incoming: web.Request) -> web.Response:
        if incoming.method == "POST" and incoming.path.endswith("/channels"):
            await answer.wait()
        return await served(discord, incoming)

    await workshop.keeper.sleep_until(workshop.at("2023-03-25 08:49") + timedelta(seconds=58))
    monkeypatch.setattr(LoopbackDiscord, "_served", slowly)
    workshop.discord.backend.delete_channel(workshop.channel("sensors"))
    await workshop.eventually(lambda: workshop.titles("announcements") == ["⏰ **Welcome**"], "the announcement")
    assert "sensors" not in workshop.channels()
    answer.set()
    await workshop.until("2023-03-25 08:55")
    assert workshop.channels().count("sensors") == 1


async def test_the_end_of_group_work_is_announced_before_people_are_moved(workshop: World) -> None:
    people = [workshop.discord.add_person(f"p{number}", guild_id=workshop.guild_id) for number in range(12)]
    await workshop.until("2023-03-25 10:46")
    for person in people:
        workshop.discord.give_role(person, workshop.role("Participant"))
        await person.join_voice(workshop.channel("plenary"))
    shown = await workshop.moderator.slash(workshop.channel("announcements"), "breakout open", groups=2, minutes=10)
    await workshop.press_in(workshop.moderator, shown, "announcements", "break_out:")
    await workshop.settle()
    groups = [name for name in workshop.channels() if name.startswith("Group")]
    for person in people:
        (own,) = (name for name in groups if workshop.may(person, name, "view_channel"))
        await person.join_voice(workshop.channel(own))
    rooms = {f"/channels/{workshop.channel(name)}/messages" for name in groups}
    begin = len(workshop.witness.requests)
    await workshop.until("2023-03-25 10:58")
    requests = workshop.witness.requests[begin:]
    told = max(number for number, (method, path) in enumerate(requests) if method == "POST" and path in rooms)
    moved = [number for number, (method, path) in enumerate(requests) if method == "PATCH" and "/members/" in path]
    # Both begin at once; the messages don't wait for the moves.
    assert told < moved[len(people) // 2]


async def test_a_backup_that_cannot_be_made_is_told_to_the_team_and_made_later(world: World) -> None:
    """A file stands where the folder should be."""
    in_the_way = world.folder / "backups"
    in_the_way.write_text("not a folder")
    await world.start_bot()
    await world.setup()
    await world.until("2023-03-24 14:00")
    (line,) = team_lines(world)
    assert "does not work at the moment: backing up the database" in line
    assert str(in_the_way) in line
    in_the_way.unlink()
    await world.until("2023-03-24 14:15")
    assert team_lines(world)[1:] == ["🛠️ This works again: backing up the database."]
    assert len(list(in_the_way.glob("plenary-nightly-*.db"))) == 1
