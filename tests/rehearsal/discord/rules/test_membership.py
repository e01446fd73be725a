"""What restricts members: screening, verification, and the AFK channel (`resources/guild.mdx`)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.rehearsal.discord.calls import CannotDo
from bot.rehearsal.discord.rules.world import SCREENING
from tests.rehearsal.discord.rules.server import Server

VOICE = 2


async def test_a_pending_member_can_do_nothing(server: Server) -> None:
    """Section "Membership Screening Object": restricted from doing any actions in the guild while `pending` is true."""
    channel, hall = server.channel("general"), server.channel("hall", VOICE)
    server.world.settings_of(server.id).features = (SCREENING,)
    amina = server.discord.add_person("amina")
    member = server.send("GET", f"/guilds/{server.id}/members/{amina.id}")
    assert member["pending"] is True
    with pytest.raises(CannotDo, match="screening"):
        amina.write(channel, "Hello")
    with pytest.raises(CannotDo, match="screening"):
        await amina.join_voice(hall)
    server.world.pass_screening(server.id, amina.id)
    assert server.send("GET", f"/guilds/{server.id}/members/{amina.id}")["pending"] is False
    amina.write(channel, "Hello")


def test_a_role_lifts_the_screening(server: Server) -> None:
    """Discord's help centre, "Membership Screening": a member who is given a role is no longer pending."""
    server.world.settings_of(server.id).features = (SCREENING,)
    amina, role = server.discord.add_person("amina"), server.world.create_role(server.id, "Speakers").id
    server.send("PUT", f"/guilds/{server.id}/members/{amina.id}/roles/{role}")
    amina.write(server.channel("general"), "Hello")


@pytest.mark.parametrize(("level", "minutes"), [(2, 5), (3, 10)])
def test_a_newcomer_waits_for_the_verification_level(server: Server, level: int, minutes: int) -> None:
    """Section "Verification Level": registered for 5 minutes, and a member for 10; a role exempts."""
    server.world.edit_guild(server.id, {"verification_level": level})
    channel = server.channel("general")
    amina, karim = (server.discord.add_person(name) for name in ("amina", "karim"))
    server.discord.give_role(karim, server.world.create_role(server.id, "Speakers").id)
    karim.write(channel, "Hello")
    server.clock.instant += timedelta(minutes=minutes, seconds=-1)
    with pytest.raises(CannotDo, match=f"less than {minutes} minutes"):
        amina.write(channel, "Hello")
    server.clock.instant += timedelta(seconds=1)
    amina.write(channel, "Hello")


async def test_the_afk_channel_takes_in_the_silent(server: Server) -> None:
    """`afk_channel_id` and `afk_timeout` (seconds) of the guild object."""
    hall, corner = server.channel("hall", VOICE), server.channel("afk", VOICE)
    amina, karim = (server.discord.add_person(name) for name in ("amina", "karim"))
    for person in (amina, karim):
        await person.join_voice(hall)
    server.world.edit_guild(server.id, {"afk_channel_id": corner, "afk_timeout": 300})
    server.pass_time(seconds=299)
    karim.speak()
    server.pass_time(seconds=1)
    states = server.world.guilds[server.id].voice_states
    assert (states[amina.id].channel_id, states[karim.id].channel_id) == (corner, hall)
