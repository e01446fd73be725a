"""The server's own scheduled events: one a session, in step with the agenda, and never a second one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.venue_permissions import permission_bits
from bot.rehearsal.discord.faults import Fault
from bot.rehearsal.discord.rules.world import EVERYONE
from tests.e2e.actions import CHANGED_PLAN, restart_with
from tests.e2e.world import PLAN

if TYPE_CHECKING:
    from bot.rehearsal.discord.requests import DiscordRequest
    from tests.e2e.world import World

SCHEDULED, ACTIVE, COMPLETED, CANCELLED = 1, 2, 3, 4
STAGE, VOICE, EXTERNAL = 1, 2, 3
CREATE_EVENTS = 1 << 44
SESSIONS = ("welcome", "cases", "talk", "panel", "farewell")


def events(world: World) -> list[Any]:
    """Every event of the server, over or not, in the order in which they were made."""
    return list(world.discord.backend.guilds[world.guild_id].scheduled_events.values())


def by_session(world: World) -> dict[str, Any]:
    """Each session's event; a session that has two fails."""
    found = {event.description.rpartition("/")[2]: event for event in events(world)}
    assert len(found) == len(events(world))
    return found


def stands(world: World) -> dict[str, int]:
    return {name: event.status for name, event in by_session(world).items()}


def span(event: Any) -> tuple[datetime, datetime]:  # noqa: ANN401 - the simulated Discord's own
    return datetime.fromisoformat(event.scheduled_start_time), datetime.fromisoformat(event.scheduled_end_time)


async def test_each_session_that_is_no_break_is_an_event_in_its_room(workshop: World) -> None:
    await workshop.settle()
    found = by_session(workshop)
    assert sorted(found) == sorted(SESSIONS)
    for session in workshop.plan.agenda:
        if session.id in found:
            event = found[session.id]
            assert span(event) == (session.starts_at, session.ends_at)
            assert (event.entity_type, event.channel_id) == (VOICE, workshop.channel("plenary"))
            assert event.name == session.title["en"]
            assert session.title["ar"] in event.description
            assert event.description.splitlines()[-1] == f"customs-lab/{session.id}"
    # Another start, and another set-up, change nothing.
    writes = workshop.witness.changes()
    await workshop.organiser.slash(workshop.general, "workshop setup")
    await restart_with(workshop, PLAN)
    assert workshop.witness.changes() == writes


async def test_events_begin_and_end_with_their_sessions(workshop: World) -> None:
    await workshop.until("2023-03-25 09:00")
    assert stands(workshop) == dict.fromkeys(SESSIONS, SCHEDULED) | {"welcome": ACTIVE}
    await workshop.until("2023-03-25 09:30")
    assert stands(workshop) == dict.fromkeys(SESSIONS, SCHEDULED) | {"welcome": COMPLETED, "cases": ACTIVE}
    await workshop.until("2023-03-25 10:30")
    assert stands(workshop) == {"welcome": 3, "cases": 3, "talk": 1, "panel": 1, "farewell": 1}
    await workshop.until("2023-03-27 10:31")
    assert set(stands(workshop).values()) == {COMPLETED}
    # Whoever waited for an announcement did not wait for this.
    assert workshop.titles("announcements").count("🔴 **Sensor panel**") == 1


async def test_a_move_and_a_cancellation_reach_the_events_and_those_who_are_interested(workshop: World) -> None:
    before = by_session(workshop)
    talk, farewell = before["talk"].id, before["farewell"].id
    workshop.discord.backend.set_scheduled_event_subscription(workshop.guild_id, talk, workshop.amina.id, True)  # noqa: FBT003
    await restart_with(workshop, CHANGED_PLAN)
    after = by_session(workshop)
    assert (after["talk"].id, after["talk"].user_ids) == (talk, {workshop.amina.id})
    assert span(after["talk"]) == (workshop.at("2023-03-25 11:00"), workshop.at("2023-03-25 12:00"))
    assert (after["farewell"].id, after["farewell"].status) == (farewell, CANCELLED)
    assert [name for name in SESSIONS if after[name].status == SCHEDULED] == ["welcome", "cases", "talk", "panel"]
    # Held again, it is another event: Discord takes up none that was cancelled.
    await restart_with(workshop, PLAN)
    assert [event.status for event in events(workshop) if "farewell" in event.description] == [CANCELLED, SCHEDULED]
    assert span(next(e for e in events(workshop) if e.id == talk)) == (
        workshop.at("2023-03-25 10:45"),
        workshop.at("2023-03-25 11:30"),
    )


@pytest.mark.parametrize("number", [1, 4])
async def test_a_bot_killed_while_it_makes_an_event_leaves_no_second_one(world: World, number: int) -> None:
    """Discord made it, and the bot was killed before it heard of it."""
    made = 0

    def kill(method: str, path: str) -> None:
        nonlocal made
        made += (method, path) == ("POST", f"/guilds/{world.guild_id}/scheduled-events")
        if made == number and method == "POST":
            world.kill_in_the_act()

    await world.start_bot()
    world.witness.on_request = kill
    await world.organiser.slash(world.general, "workshop setup")
    await world.eventually(lambda: made == number, "the event")
    world.witness.on_request = None
    await world.kill_bot()
    assert len(events(world)) == number
    assert world.rows("SELECT count(*) FROM event WHERE discord_id IS NULL") == [(1,)]
    await world.start_bot()
    assert sorted(by_session(world)) == sorted(SESSIONS)
    assert set(stands(world).values()) == {SCHEDULED}


async def test_one_cancelled_just_before_a_kill_is_made_anew_if_its_session_is_held_after_all(workshop: World) -> None:
    farewell, cancelled = by_session(workshop)["farewell"].id, 0

    def kill(method: str, path: str) -> None:
        nonlocal cancelled
        if method == "PATCH" and path.endswith(f"/scheduled-events/{farewell}"):
            cancelled += 1
            workshop.kill_in_the_act()

    await workshop.stop_bot()
    (workshop.folder / "plan.yaml").write_text(CHANGED_PLAN, "utf-8")
    workshop.witness.on_request = kill
    await workshop.start_bot()
    await workshop.eventually(lambda: cancelled, "the cancellation")
    workshop.witness.on_request = None
    await workshop.kill_bot()
    (workshop.folder / "plan.yaml").write_text(PLAN, "utf-8")
    await workshop.start_bot()
    await workshop.settle()
    assert [event.status for event in events(workshop) if "farewell" in event.description] == [CANCELLED, SCHEDULED]


async def test_one_made_just_before_a_kill_still_begins_with_its_session(world: World) -> None:
    def kill(method: str, path: str) -> None:
        if (method, path) == ("POST", f"/guilds/{world.guild_id}/scheduled-events"):
            world.kill_in_the_act()

    await world.start_bot()
    world.witness.on_request = kill
    await world.organiser.slash(world.general, "workshop setup")
    await world.eventually(lambda: events(world), "the event")
    world.witness.on_request = None
    await world.kill_bot()
    await world.jump("2023-03-25 09:10")
    await world.start_bot()
    assert stands(world)["welcome"] == ACTIVE


async def test_sessions_that_have_begun_get_no_event(world: World) -> None:
    await world.jump("2023-03-25 10:50")
    await world.start_bot()
    await world.setup()
    await world.settle()
    assert stands(world) == {"panel": SCHEDULED, "farewell": SCHEDULED}


async def test_without_the_permission_all_the_rest_goes_on_and_the_team_reads_what_to_click(world: World) -> None:
    backend = world.discord.backend
    own_role = backend.guilds[world.guild_id].members[backend.bot_user.id].role_ids[0]
    backend.edit_role(world.guild_id, own_role, {"permissions": permission_bits() & ~CREATE_EVENTS})
    backend.edit_role(world.guild_id, world.guild_id, {"permissions": EVERYONE & ~CREATE_EVENTS})
    await world.start_bot()
    assert (await world.setup()).text.startswith("✅ 13 things were made")
    await world.until("2023-03-25 09:05")
    assert world.titles("announcements") == ["⏰ **Welcome**", "🔴 **Welcome**"]
    assert events(world) == []
    (line,) = [title for title in world.titles("team") if "Create Events" in title]
    assert "Server Settings, Roles" in line
    doctor = await world.plenary("doctor")
    assert "lacks Create Events" in doctor.out.decode()

    backend.edit_role(world.guild_id, own_role, {"permissions": permission_bits()})
    await world.until("2023-03-25 09:07")
    assert stands(world) == {name: SCHEDULED for name in SESSIONS if name != "welcome"}


async def test_one_that_discord_refuses_is_told_of_once_and_tried_again_later(world: World) -> None:
    refusing = True

    def draw(request: DiscordRequest) -> Fault | None:
        making = request.method == "POST" and request.path.endswith("/scheduled-events")
        return Fault.NOT_FOUND if refusing and making else None

    world.discord._draw = draw  # noqa: SLF001 - it begins in the midst of the test
    world.forgiven.add("invalid")
    await world.start_bot()
    await world.setup()
    await world.settle()
    assert events(world) == []
    refusing = False
    await world.settle()
    assert events(world) == []
    await world.until(world.keeper.now() + timedelta(minutes=4))
    assert stands(world) == dict.fromkeys(SESSIONS, SCHEDULED)
    refused, again = world.titles("team")
    assert "Welcome" in refused
    assert "All sessions are shown among" in again


async def test_one_that_somebody_deleted_or_ended_is_left_alone(workshop: World) -> None:
    backend = workshop.discord.backend
    found = by_session(workshop)
    backend.delete_scheduled_event(workshop.guild_id, found["welcome"].id)
    await workshop.until("2023-03-25 09:31")
    assert sorted(stands(workshop)) == ["cases", "farewell", "panel", "talk"]
    # Discord ends an event by itself when its room is empty.
    backend.edit_scheduled_event(workshop.guild_id, found["cases"].id, {"status": COMPLETED})
    await workshop.until("2023-03-25 10:31")
    assert stands(workshop)["cases"] == COMPLETED
    assert [line for line in workshop.titles("team") if line.startswith("🛠️")] == []
