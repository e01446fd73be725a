"""The permissions and the life of scheduled events (`resources/guild-scheduled-event.mdx`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.rehearsal.discord.rules.events import EMPTY_FOR, UNSTARTED_FOR, Status
from tests.rehearsal.discord.rules.server import Server

VOICE, STAGE = 2, 13
PATH = "/guilds/{guild}/scheduled-events"


def body(server: Server, channel: int | None, kind: int) -> dict[str, Any]:
    starts = server.clock.now() + timedelta(hours=1)
    times = {"scheduled_start_time": starts.isoformat()}
    if channel is None:
        ends = (starts + timedelta(hours=1)).isoformat()
        place: dict[str, Any] = {"scheduled_end_time": ends, "entity_metadata": {"location": "Here"}}
    else:
        place = {"channel_id": str(channel)}
    return {"name": "E", "privacy_level": 2, "entity_type": kind, **times, **place}


def begun(server: Server, channel: int) -> Any:  # noqa: ANN401 - the simulated Discord's own
    """An event in a voice room that has begun."""
    made = server.send("POST", PATH, body(server, channel, 2))
    server.send("PATCH", f"{PATH}/{made['id']}", {"status": 2})
    return server.world.get_scheduled_event(server.id, int(made["id"]))


@pytest.mark.parametrize("denied", ["view_channel", "connect", "create_events"])
def test_an_event_in_a_voice_room_takes_permissions_there(server: Server, denied: str) -> None:
    """Section "Permissions for events with entity_type: VOICE"."""
    hall = server.channel("hall", VOICE)
    made = server.send("POST", PATH, body(server, hall, 2))
    server.overwrite(hall, server.id, deny=(denied,))
    assert server.refused("POST", PATH, body(server, hall, 2))[0] == 403
    assert server.refused("PATCH", f"{PATH}/{made['id']}", {"name": "F"})[0] == 403


def test_an_event_on_a_stage_takes_its_moderators_permissions(server: Server) -> None:
    """Section "Permissions for events with entity_type: STAGE_INSTANCE"."""
    stage = server.channel("stage", STAGE)
    assert server.refused("POST", PATH, body(server, stage, 1)) == (403, 50013)
    server.bot_has("manage_channels", "mute_members", "move_members")
    server.send("POST", PATH, body(server, stage, 1))


def test_somebody_elses_event_takes_manage_events(server: Server) -> None:
    """Section "Modify/Delete Permissions": CREATE_EVENTS is for events created by the current user."""
    amina = server.discord.add_person("amina")
    starts = (server.clock.now() + timedelta(hours=1)).isoformat()
    event = server.world.create_scheduled_event(
        server.id, name="Tea", entity_type=3, creator_id=amina.id, scheduled_start_time=starts
    )
    assert server.refused("DELETE", f"{PATH}/{event.id}") == (403, 50013)
    server.bot_has("manage_events")
    server.send("DELETE", f"{PATH}/{event.id}")


def test_an_event_in_an_invisible_room_is_not_listed(server: Server) -> None:
    """Section "Get Permissions": VIEW_CHANNEL."""
    hall = server.channel("hall", VOICE)
    server.send("POST", PATH, body(server, hall, 2))
    assert len(server.send("GET", PATH)) == 1
    server.overwrite(hall, server.id, deny=("view_channel",))
    assert server.send("GET", PATH) == []


async def test_an_active_event_is_completed_minutes_after_its_room_is_empty(server: Server) -> None:
    """Section "Status Update Automation": a few minutes after the last user leaves the channel."""
    hall, amina = server.channel("hall", VOICE), server.discord.add_person("amina")
    await amina.join_voice(hall)
    event = begun(server, hall)
    server.pass_time(hours=2)
    assert event.status == Status.ACTIVE
    await amina.leave_voice()
    server.pass_time(seconds=EMPTY_FOR.total_seconds() - 1)
    await amina.join_voice(hall)
    server.pass_time(hours=1)
    await amina.leave_voice()
    server.pass_time(seconds=EMPTY_FOR.total_seconds() - 1)
    assert event.status == Status.ACTIVE
    server.pass_time(seconds=1)
    assert event.status == Status.COMPLETED
    assert server.refused("PATCH", f"{PATH}/{event.id}", {"name": "F"}) == (400, 180000)


def test_an_event_that_nobody_attends_is_completed_too(server: Server) -> None:
    """It has no users connected for a time on the order of minutes."""
    event = begun(server, server.channel("hall", VOICE))
    server.pass_time(minutes=1)
    assert event.status == Status.ACTIVE
    server.pass_time(seconds=EMPTY_FOR.total_seconds())
    assert event.status == Status.COMPLETED


def test_an_event_that_does_not_begin_is_cancelled_hours_later(server: Server) -> None:
    """Section "Status Update Automation": an event that has not begun is cancelled hours after its start."""
    made = server.send("POST", PATH, body(server, server.channel("hall", VOICE), 2))
    event = server.world.get_scheduled_event(server.id, int(made["id"]))
    server.pass_time(hours=1, seconds=UNSTARTED_FOR.total_seconds() - 1)
    assert event.status == Status.SCHEDULED
    server.pass_time(seconds=1)
    assert event.status == Status.CANCELLED


def test_an_external_event_begins_and_ends_by_itself(server: Server) -> None:
    """Section "Status Update Automation": at its scheduled start and end."""
    told: list[int] = []
    server.world.subscribers.append(
        lambda event, payload: told.append(payload["status"]) if event == "GUILD_SCHEDULED_EVENT_UPDATE" else None
    )
    server.send("POST", PATH, body(server, None, 3))
    server.pass_time(hours=1)
    server.pass_time(hours=1)
    assert told == [Status.ACTIVE, Status.COMPLETED]
