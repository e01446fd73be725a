"""Presence by voice, through the real bot: who comes, goes and changes rooms, with and without an outage."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from simcord.enums import ChannelType

from bot.domain.attendance.presence import ALIVE_MARK
from bot.rehearsal.discord.calls import CannotDo
from bot.rehearsal.discord.people import Person

if TYPE_CHECKING:
    from tests.e2e.world import World

MARK = ALIVE_MARK.total_seconds() / 60
#: Minutes: an alive mark, and what rounding to a tenth adds.
CLOSELY = MARK + 0.05


async def exported(world: World, person: Person, session: str) -> dict[str, Any]:
    """A person's row of a session, as `plenary export` tells it while the bot runs."""
    ran = await world.plenary("export", "attendance", "--format", "json")
    assert ran.code == 0, ran.err
    found = [
        row for row in json.loads(ran.out)["rows"] if (row["person_id"], row["session"]) == (str(person.id), session)
    ]
    assert len(found) == 1
    return found[0]


def expect(row: dict[str, Any], *, voice: float, unobserved: float) -> None:
    assert row["voice_minutes"] == pytest.approx(voice, abs=CLOSELY)
    assert row["unobserved_minutes"] == pytest.approx(unobserved, abs=CLOSELY)


def watches(world: World) -> int:
    return world.rows("SELECT count(*) FROM watch")[0][0]


async def test_coming_going_and_changing_rooms_is_told_to_the_minute(workshop: World) -> None:
    plenary, backend = workshop.channel("plenary"), workshop.discord.backend
    corner = backend.create_channel(workshop.guild_id, "coffee corner", type=ChannelType.VOICE).id
    await workshop.until("2023-03-25 09:35")
    await workshop.amina.join_voice(plenary)
    await workshop.until("2023-03-25 09:40")
    await workshop.karim.join_voice(plenary)
    await workshop.until("2023-03-25 09:50")
    await workshop.karim.leave_voice()
    backend.set_voice_state(workshop.guild_id, workshop.amina.id, plenary, self_mute=True)
    await workshop.until("2023-03-25 10:05")
    await workshop.amina.join_voice(corner)
    await workshop.until("2023-03-25 10:10")
    await workshop.amina.join_voice(plenary)
    await workshop.until("2023-03-25 10:40")

    row = await exported(workshop, workshop.amina, "cases")
    expect(row, voice=50, unobserved=0)
    assert row["person"] == backend.guilds[workshop.guild_id].members[workshop.amina.id].nick or workshop.amina.name
    assert row["checked_in_at"] is None
    assert row["minutes"] == pytest.approx(50, abs=1)
    expect(await exported(workshop, workshop.karim, "cases"), voice=10, unobserved=0)
    # Muting oneself is no coming and going.
    assert len(workshop.rows("SELECT * FROM voice_stay WHERE person = ?", workshop.amina.id)) == 2
    assert watches(workshop) == 1


async def test_a_check_in_and_a_stay_are_united(workshop: World) -> None:
    await workshop.until("2023-03-25 09:30")
    await workshop.amina.join_voice(workshop.channel("plenary"))
    await workshop.until("2023-03-25 09:40")
    await workshop.press(workshop.amina, "announcements", "checkin:cases:")
    await workshop.until("2023-03-25 09:50")
    await workshop.amina.leave_voice()
    await workshop.until("2023-03-25 10:31")
    row = await exported(workshop, workshop.amina, "cases")
    expect(row, voice=20, unobserved=0)
    assert row["minutes"] == pytest.approx(60, abs=1)


async def test_who_is_there_after_an_outage_is_unobserved_in_between_and_not_absent(workshop: World) -> None:
    await workshop.until("2023-03-25 09:30")
    await workshop.amina.join_voice(workshop.channel("plenary"))
    await workshop.until("2023-03-25 09:40")
    await workshop.kill_bot()
    await workshop.jump("2023-03-25 10:00")
    await workshop.start_bot()
    await workshop.until("2023-03-25 10:31")
    row = await exported(workshop, workshop.amina, "cases")
    expect(row, voice=40, unobserved=20)
    assert row["percent"] == pytest.approx(100, abs=1)
    assert watches(workshop) == 2


async def test_who_left_during_an_outage_is_absent_only_after_it(workshop: World) -> None:
    await workshop.until("2023-03-25 09:30")
    await workshop.amina.join_voice(workshop.channel("plenary"))
    await workshop.until("2023-03-25 09:40")
    await workshop.kill_bot()
    await workshop.jump("2023-03-25 09:50")
    await workshop.amina.leave_voice()
    await workshop.jump("2023-03-25 10:00")
    await workshop.start_bot()
    await workshop.until("2023-03-25 10:31")
    row = await exported(workshop, workshop.amina, "cases")
    expect(row, voice=10, unobserved=20)
    assert row["percent"] == pytest.approx(25, abs=1)


async def test_who_came_during_an_outage_is_known_by_name_at_once(workshop: World) -> None:
    await workshop.until("2023-03-25 09:30")
    await workshop.kill_bot()
    await workshop.jump("2023-03-25 09:35")
    await workshop.karim.join_voice(workshop.channel("plenary"))
    await workshop.jump("2023-03-25 09:40")
    await workshop.start_bot()
    await workshop.until("2023-03-25 10:31")
    row = await exported(workshop, workshop.karim, "cases")
    expect(row, voice=50, unobserved=10)
    assert not row["person"].isdigit()


async def test_a_stop_ends_a_stay_at_the_stop(workshop: World) -> None:
    """SIGTERM leaves a last sign of life behind."""
    await workshop.until("2023-03-25 09:30")
    await workshop.amina.join_voice(workshop.channel("plenary"))
    await workshop.until("2023-03-25 09:50")
    stopped = workshop.keeper.now()
    assert await workshop.stop_bot() == 0
    (last,) = workshop.rows("SELECT max(until) FROM watch")[0]
    assert last >= stopped.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    expect(await exported(workshop, workshop.amina, "cases"), voice=20, unobserved=40)


async def test_what_happened_while_the_connection_was_cut_is_told_after_it(workshop: World) -> None:
    """A cut that Discord resumes loses nothing: who left in it has left, who stayed has stayed."""
    await workshop.until("2023-03-25 09:30")
    await workshop.amina.join_voice(workshop.channel("plenary"))
    await workshop.karim.join_voice(workshop.channel("plenary"))
    await workshop.until("2023-03-25 09:40")
    workshop.discord.gateway.cut()
    await workshop.amina.leave_voice()
    await workshop.eventually(lambda: watches(workshop) == 2, "the resumed watch")
    await workshop.until("2023-03-25 10:31")
    expect(await exported(workshop, workshop.amina, "cases"), voice=10, unobserved=0)
    expect(await exported(workshop, workshop.karim, "cases"), voice=60, unobserved=0)
    stays = "SELECT count(*) FROM voice_stay WHERE person = ?"
    assert workshop.rows(stays, workshop.karim.id) == [(1,)]


async def test_a_session_that_is_lost_begins_the_watch_anew(workshop: World) -> None:
    """READY again, in the same process: what it shows is what is so."""
    await workshop.until("2023-03-25 09:30")
    await workshop.amina.join_voice(workshop.channel("plenary"))
    await workshop.karim.join_voice(workshop.channel("plenary"))
    await workshop.until("2023-03-25 09:40")
    workshop.discord.gateway.forget()
    await workshop.amina.leave_voice()
    await workshop.eventually(lambda: watches(workshop) == 2, "the new watch")
    await workshop.until("2023-03-25 10:31")
    expect(await exported(workshop, workshop.amina, "cases"), voice=10, unobserved=0)
    expect(await exported(workshop, workshop.karim, "cases"), voice=60, unobserved=0)
    stays = "SELECT count(*) FROM voice_stay WHERE person = ?"
    assert workshop.rows(stays, workshop.karim.id) == [(2,)]


async def test_who_is_not_in_the_workshop_is_not_let_in(workshop: World) -> None:
    with pytest.raises(CannotDo):
        await workshop.visitor.join_voice(workshop.channel("plenary"))


async def test_people_who_wait_in_the_room_when_it_is_made_are_seen(world: World) -> None:
    """The watch begins with the rooms, not with the next start."""
    await world.start_bot()
    await world.setup()
    await world.amina.join_voice(world.channel("plenary"))
    await world.until("2023-03-25 09:31")
    expect(await exported(world, world.amina, "welcome"), voice=30, unobserved=0)
