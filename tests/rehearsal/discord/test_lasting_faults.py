"""Faults that last for hours: which one a seed draws, when, and which requests it strikes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import DeliveryState
from bot.domain.people.direct_messages import DirectMessageKind, DirectMessageState, direct_message
from bot.domain.venue import AGENDA, ANNOUNCEMENTS
from bot.rehearsal.cast.script import wall
from bot.rehearsal.discord.faults import Fault, nothing_goes_wrong
from bot.rehearsal.discord.lasting_faults import Lasting, LastingFault, LastingTrouble
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.requests import DiscordRequest
from bot.rehearsal.timekeeper import Timekeeper
from bot.store.delivery.deliveries import Delivery

if TYPE_CHECKING:
    from bot.domain.plan import Plan

HOUR = timedelta(hours=1)


def whole(plan: Plan) -> tuple[datetime, datetime]:
    return wall("2023-02-19 16:00", plan.tz), wall("2023-02-22 16:00", plan.tz)


@given(st.integers(0, 10_000))
def test_every_fault_lasts_for_hours_and_is_healed_hours_before_the_end(example: Plan, seed: int) -> None:
    begins, ends = whole(example)
    fault = LastingFault.drawn(seed, example, begins, ends)
    assert fault == LastingFault.drawn(seed, example, begins, ends)
    assert fault.kind is tuple(Lasting)[seed % 3]
    assert begins + HOUR < fault.begins < fault.ends < ends - 3 * HOUR
    assert fault.ends - fault.begins > 6.5 * HOUR
    assert [fault.lasts(at) for at in (begins, fault.begins, fault.ends - HOUR, fault.ends)] == [
        False,
        True,
        True,
        False,
    ]
    if fault.kind is Lasting.VENUE:  # by day people need rooms that open
        assert not any(fault.lasts(session.starts_at) or fault.lasts(session.ends_at) for session in example.agenda)


def test_it_strikes_what_it_is_about_and_nothing_else(example: Plan) -> None:
    begins, ends = whole(example)
    discord = LoopbackDiscord(lambda: begins, token="t", checker=None)  # noqa: S106 - of a simulated Discord
    guild = discord.add_guild("Customs", bot_permissions=0)
    rooms = {name: discord.backend.create_channel(guild, name).id for name in (AGENDA, ANNOUNCEMENTS)}
    person = discord.backend.make_user("amina").id
    direct = discord.backend.get_dm_channel(person).id
    requests = {
        "post": DiscordRequest("POST", f"/channels/{rooms[AGENDA]}/messages"),
        "edit": DiscordRequest("PATCH", f"/channels/{rooms[AGENDA]}/messages/5"),
        "elsewhere": DiscordRequest("POST", f"/channels/{rooms[ANNOUNCEMENTS]}/messages"),
        "make": DiscordRequest("POST", f"/guilds/{guild}/channels"),
        "rename": DiscordRequest("PATCH", f"/channels/{rooms[AGENDA]}"),
        "permit": DiscordRequest("PUT", f"/channels/{rooms[AGENDA]}/permissions/7"),
        "open": DiscordRequest("POST", "/users/@me/channels"),
        "write": DiscordRequest("POST", f"/channels/{direct}/messages"),
        "answer": DiscordRequest("POST", "/interactions/1/token/callback"),
        "role": DiscordRequest("PUT", f"/guilds/{guild}/members/{person}/roles/8"),
    }
    struck = {
        kind: {
            name
            for name, request in requests.items()
            if LastingFault(kind, begins, ends, AGENDA).strikes(request, discord.backend)
        }
        for kind in Lasting
    }
    assert struck == {
        Lasting.ROOM: {"post", "edit"},
        Lasting.VENUE: {"make", "rename", "permit"},
        Lasting.MESSAGES: {"open", "write"},
    }
    assert LastingFault(Lasting.MESSAGES, begins, ends, "").fault is Fault.THROTTLED


def test_a_direct_message_that_was_not_sent_in_the_end_is_found(example: Plan) -> None:
    begins, ends = whole(example)
    discord = LoopbackDiscord(lambda: begins, token="t", checker=None)  # noqa: S106 - of a simulated Discord
    keeper = Timekeeper(begins, speed=0, active=lambda: 0)
    trouble = LastingTrouble(LastingFault(Lasting.MESSAGES, begins, ends, ""), keeper, nothing_goes_wrong)
    told = direct_message("w", DirectMessageKind.NUDGE, "", 1, "Hello", begins)
    states = (DirectMessageState.SENT, DirectMessageState.PLANNED, DirectMessageState.REFUSED)
    found = [list(trouble.unhealed(discord, [replace(told, state=state)])) for state in states]
    assert [len(remarks) for remarks in found] == [0, 1, 1]


def test_only_what_the_refusing_room_could_no_longer_use_may_be_missing(example: Plan) -> None:
    begins, ends = whole(example)
    fault = LastingFault(Lasting.ROOM, begins + HOUR, ends - 12 * HOUR, ANNOUNCEMENTS)
    keeper = Timekeeper(begins, speed=0, active=lambda: 0)
    trouble = LastingTrouble(fault, keeper, nothing_goes_wrong)

    def given_up(room: str, expires: datetime) -> Delivery:
        return Delivery(
            "1", Kind.SOON, "cases", room, begins, expires, DeliveryState.FAILED, None, None, None, None, None
        )

    lost = given_up(ANNOUNCEMENTS, fault.begins + HOUR)
    others = [
        given_up(ANNOUNCEMENTS, fault.begins - HOUR),
        given_up(ANNOUNCEMENTS, fault.ends + HOUR),
        given_up(AGENDA, fault.begins + HOUR),
    ]
    assert trouble.excused([lost, *others]) == [lost]
