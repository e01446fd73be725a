"""The simulated Discord's rules about scheduled events, and what a rehearsal finds about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from simcord.backend.errors import BackendError

from bot.domain.agenda.scheduled_events import event_marker
from bot.domain.agenda.sessions import SessionKind
from bot.domain.plan import Plan
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.operations import checked
from bot.rehearsal.discord.requests import DiscordRequest
from bot.rehearsal.discord.rules.world import EVERYONE
from bot.rehearsal.judge.agreement import misscheduled

EVE = datetime(2023, 2, 19, 16, tzinfo=UTC)
CREATE_EVENTS, MANAGE_EVENTS = 1 << 44, 1 << 33


@pytest.fixture
def discord() -> LoopbackDiscord:
    return LoopbackDiscord(lambda: EVE, token="t", checker=None)  # noqa: S106 - of a simulated Discord


def body(starts: datetime, **more: object) -> dict[str, Any]:
    ends = starts + timedelta(hours=1)
    times = {"scheduled_start_time": starts.isoformat(), "scheduled_end_time": ends.isoformat()}
    return {"name": "E", "privacy_level": 2, "entity_type": 3, "entity_metadata": {"location": "Here"}, **times, **more}


def send(discord: LoopbackDiscord, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401 - JSON
    return discord._carry_out(checked(DiscordRequest(method, path, body=json)))  # noqa: SLF001 - as a request over HTTP does


def test_an_event_is_ones_own_with_create_events_alone(discord: LoopbackDiscord) -> None:
    """Manage Events is for those of others."""
    refused, allowed = (discord.add_guild("G", bot_permissions=bits) for bits in (MANAGE_EVENTS, CREATE_EVENTS))
    discord.backend.edit_role(refused, refused, {"permissions": EVERYONE & ~CREATE_EVENTS})
    with pytest.raises(BackendError) as failure:
        send(discord, "POST", f"/guilds/{refused}/scheduled-events", body(EVE + timedelta(hours=1)))
    assert failure.value.status == 403
    made = send(discord, "POST", f"/guilds/{allowed}/scheduled-events", body(EVE + timedelta(hours=1)))
    send(discord, "PATCH", f"/guilds/{allowed}/scheduled-events/{made['id']}", {"name": "F"})


def test_no_event_starts_in_the_past_and_no_server_has_more_than_a_hundred(discord: LoopbackDiscord) -> None:
    path = f"/guilds/{discord.add_guild('G', bot_permissions=CREATE_EVENTS)}/scheduled-events"
    with pytest.raises(BackendError):
        send(discord, "POST", path, body(EVE))
    made = [send(discord, "POST", path, body(EVE + timedelta(hours=1))) for _ in range(100)]
    with pytest.raises(BackendError) as failure:
        send(discord, "POST", path, body(EVE + timedelta(hours=1)))
    assert failure.value.code == 30038
    # One that is over makes room for another, and is listed no more.
    send(discord, "PATCH", f"{path}/{made[0]['id']}", {"status": 4})
    assert len(send(discord, "GET", path)) == 99
    send(discord, "POST", path, body(EVE + timedelta(hours=1)))


@pytest.mark.parametrize(("steps", "last"), [((3,), 3), ((2, 1), 1), ((2, 4), 4), ((4, 2), 2), ((2, 3, 2), 2)])
def test_an_event_goes_only_forwards(discord: LoopbackDiscord, steps: tuple[int, ...], last: int) -> None:
    path = f"/guilds/{discord.add_guild('G', bot_permissions=CREATE_EVENTS)}/scheduled-events"
    made = send(discord, "POST", path, body(EVE + timedelta(hours=1)))
    for step in steps[:-1]:
        send(discord, "PATCH", f"{path}/{made['id']}", {"status": step})
    with pytest.raises(BackendError):
        send(discord, "PATCH", f"{path}/{made['id']}", {"status": last})


def test_a_rehearsal_finds_what_is_missing_twice_or_at_another_time(discord: LoopbackDiscord, example: Plan) -> None:
    guild = discord.add_guild("G", bot_permissions=CREATE_EVENTS)
    sessions = [session for session in example.agenda if session.kind is not SessionKind.BREAK]
    assert len(misscheduled(example, discord, guild)) == len(sessions) > 10

    def make(number: int, late: timedelta = timedelta()) -> None:
        one = sessions[number]
        discord.backend.create_scheduled_event(
            guild,
            name="E",
            entity_type=3,
            description=f"Told\n{event_marker(example.id, one.id)}",
            scheduled_start_time=(one.starts_at + late).isoformat(),
            scheduled_end_time=(one.ends_at + late).isoformat(),
        )

    for number in range(1, len(sessions)):
        make(number)
    assert len(misscheduled(example, discord, guild)) == 1
    make(0)
    assert misscheduled(example, discord, guild) == []
    make(3)
    make(4, timedelta(minutes=5))
    unasked = misscheduled(example, discord, guild)
    assert [each.partition(":")[0] for each in unasked] == ["unexpected", "unexpected"]
