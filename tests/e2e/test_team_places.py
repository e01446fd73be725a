"""Places of the team: asked for by name, given by an organiser, and gone when they are taken away."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from bot.rehearsal.discord.calls import Attachment, ReceivedAnswer
from bot.rehearsal.discord.people import Person
from tests.e2e.world import buttons

if TYPE_CHECKING:
    from tests.e2e.world import World

ROSTER = """name,administration,country,role
Fatima Director,WCO,BE,organiser
Marc Moderator,WCO,BE,moderator
Amina Zahra,Bahrain Customs,BH,participant
"""
NO_PLACE = "⚠️ This is for the workshop\u2019s"


@pytest.fixture
async def listed(world: World) -> World:
    """The rooms are open, and the list is imported; nobody has a place or a role."""
    await world.start_bot()
    await world.organiser.slash(world.general, "workshop setup")
    await world.settle()
    world.discord.give_role(world.organiser, world.role("Organiser"))  # who only manages the server doesn't see `team`
    await import_list(world)
    return world


async def import_list(world: World) -> None:
    team = world.channel("team")
    file = Attachment("roster.csv", ROSTER.encode())
    shown = await world.organiser.slash(team, "participants import", file=file)
    done = await world.organiser.press(shown.message_id or 0, team, buttons(shown)[0])
    assert done.text.startswith("✅")
    await world.settle()


async def join(world: World, person: Person, name: str) -> ReceivedAnswer:
    shown = await world.press(person, "welcome", "join:")
    answer = await person.submit(shown.modal, {"name": name}) if shown.modal else shown
    await world.settle()
    return answer


async def decide(world: World, button: str) -> ReceivedAnswer:
    answer = await world.press(world.organiser, "team", button)
    await world.settle()
    return answer


def roles(world: World, person: Person) -> set[str]:
    guild = world.discord.backend.guilds[world.guild_id]
    return {guild.roles[number].name for number in guild.members[person.id].role_ids} & {
        "Organiser", "Moderator", "Participant",
    }  # fmt: skip


def reports(world: World) -> list[str]:
    return [line for line in world.titles("team") if line.startswith("🛠️")]


def requests(world: World) -> list[str]:
    return [line for line in world.titles("team") if line.startswith("🪪")]


async def audit(world: World) -> list[str]:
    ran = await world.plenary("export", "audit", "--format", "json")
    return [row["what"] for row in json.loads(ran.out)["rows"] if row["what"] != "exported"]


def take_role(world: World, person: Person, role: str) -> None:
    world.discord.backend.remove_member_role(world.guild_id, person.id, world.role(role))


async def test_a_typed_name_gives_nobody_a_place_of_the_team(listed: World) -> None:
    """Released, they ask again; each decision is in the audit and told to the team, as often as it is made."""
    w, visitor = listed, listed.visitor
    for _ in range(2):
        told = await join(w, visitor, "fatima director")
        assert told.text.startswith("✅ As Fatima Director you would be Organiser here")
        assert roles(w, visitor) == set()
        assert (await visitor.slash(w.general, "export people")).attachments == ()
        assert len(requests(w)) == 1  # asked twice, it is one request
        assert f"<@{visitor.id}> says that they are" in requests(w)[0]
        await join(w, visitor, "fatima director")
        assert len(requests(w)) == 1
        assert (await decide(w, "approve:")).text == "✅ Fatima Director has the role Organiser now."
        assert requests(w) == []
        assert roles(w, visitor) == {"Organiser"}
        assert (await visitor.slash(w.general, "export people")).attachments
        await w.organiser.slash(w.channel("team"), "participants release", person=visitor)
        await w.settle()
        assert roles(w, visitor) == set()
        assert (await visitor.slash(w.general, "export people")).text.startswith(NO_PLACE)
    lines = reports(w)
    assert [line.split()[2] for line in lines] == ["imported", "approved", "freed", "approved", "freed"], lines
    assert await audit(w) == [
        "list imported", "place approved", "place released", "place approved", "place released",
    ]  # fmt: skip


async def test_who_is_refused_has_nothing_and_may_ask_again(listed: World) -> None:
    await join(listed, listed.visitor, "Marc Moderator")
    [request] = [message for message in listed.messages("team") if message.text.startswith("🪪")]
    told = await listed.press(listed.visitor, "welcome", "join:")
    assert told.modal is not None
    assert (await decide(listed, "refuse:")).text == "✅ The request for the place of Marc Moderator is refused."
    assert requests(listed) == []
    assert roles(listed, listed.visitor) == set()
    assert "refused" in reports(listed)[-1]
    # The button of what was decided, pressed by another organiser a moment later, gives nothing either.
    old = listed.plant(listed.channel("team"), request.custom_ids[0])
    late = await listed.organiser.press(old.id, old.channel_id, request.custom_ids[0])
    assert late.text.startswith("⚠️ This request is decided already")
    assert roles(listed, listed.visitor) == set()
    await join(listed, listed.visitor, "Marc Moderator")
    assert len(requests(listed)) == 1
    assert (await audit(listed))[-1] == "place refused"


async def test_what_an_administrator_takes_away_stays_away_until_an_organiser_gives_it_back(listed: World) -> None:
    w, backend = listed, listed.discord.backend
    await join(w, w.moderator, "Marc Moderator")
    await decide(w, "approve:")
    await join(w, w.amina, "Amina Zahra")
    assert (roles(w, w.moderator), roles(w, w.amina)) == ({"Moderator"}, {"Participant"})
    take_role(w, w.moderator, "Moderator")
    take_role(w, w.amina, "Participant")
    for command, person in (("announce list", w.moderator), ("now", w.moderator), ("now", w.amina)):
        assert (await person.slash(w.general, command)).text.startswith(NO_PLACE), command
    for person in (w.moderator, w.amina):
        assert (await w.press(person, "welcome", "join:")).text.startswith("✅ As ")
        assert roles(w, person) == set()
    # Who leaves and comes back is no better off with a place of the team; a participant has left it by themselves.
    for person in (w.moderator, w.amina):
        backend.remove_member(w.guild_id, person.id)
        await w.settle()
        backend.add_member(w.guild_id, person.id, announce=True)
    assert (await w.moderator.slash(w.general, "announce list")).text.startswith(NO_PLACE)
    assert (await w.press(w.moderator, "welcome", "join:")).text.startswith("✅ As ")
    assert roles(w, w.moderator) == set()
    assert not (await w.amina.slash(w.general, "now")).text.startswith("⚠️")
    await w.settle()
    await w.press(w.organiser, "team", "approve:")
    assert not (await w.amina.slash(w.general, "now")).text.startswith("⚠️")
    await w.settle()
    assert len(requests(w)) == 1
    await w.press(w.organiser, "team", "approve:")
    assert (await w.moderator.slash(w.general, "announce list")).text.startswith("✅")


async def test_somebody_who_left_is_released_by_the_id_of_the_account(listed: World) -> None:
    w, backend = listed, listed.discord.backend
    await join(w, w.visitor, "Marc Moderator")
    await decide(w, "approve:")
    await join(w, w.karim, "Amina Zahra")
    for person in (w.visitor, w.karim):
        backend.remove_member(w.guild_id, person.id)
        answer = await w.organiser.slash(w.channel("team"), "participants release", person=str(person.id))
        assert answer.text.endswith("is free again."), answer.text
    assert w.rows("SELECT person FROM participant WHERE person IS NOT NULL") == []
    backend.add_member(w.guild_id, w.visitor.id, announce=True)
    assert (await w.visitor.slash(w.general, "announce list")).text.startswith(NO_PLACE)
    assert (await join(w, w.visitor, "Marc Moderator")).text.startswith("✅ As ")
    assert roles(w, w.visitor) == set()
    # Who has left meanwhile gets nothing by being approved.
    backend.remove_member(w.guild_id, w.visitor.id)
    assert (await decide(w, "approve:")).text.startswith(f"⚠️ <@{w.visitor.id}> is no longer in the server")
    assert w.rows("SELECT person FROM participant WHERE person IS NOT NULL") == []


async def test_what_is_pressed_twice_at_once_is_done_and_told_once(listed: World) -> None:
    w, team = listed, listed.channel("team")
    await join(w, w.amina, "Amina Zahra")
    released = await asyncio.gather(
        *(w.organiser.slash(team, "participants release", person=w.amina) for _ in range(2))
    )
    assert sorted(answer.text[:2] for answer in released) == ["⚠️", "✅ "]
    file = Attachment("roster.csv", f"{ROSTER}Zineb New,WCO,BE,\n".encode())
    shown = await w.organiser.slash(team, "participants import", file=file)
    [button] = buttons(shown)
    await asyncio.gather(*(w.organiser.press(shown.message_id or 0, team, button) for _ in range(2)))
    await w.settle()
    assert [line.split()[2] for line in reports(w)] == ["imported", "freed", "imported"]
    assert await audit(w) == ["list imported", "place released", "list imported"]


async def test_whose_place_was_freed_has_it_again_only_from_an_organiser(listed: World) -> None:
    w = listed
    assert (await join(w, w.visitor, "Amina Zahra")).text.startswith("✅ Welcome, Amina Zahra")
    await w.organiser.slash(w.channel("team"), "participants release", person=w.visitor)
    await w.settle()
    assert (await join(w, w.visitor, "Amina Zahra")).text.startswith("✅ As Amina Zahra you would be Participant here")
    assert roles(w, w.visitor) == set()
    assert (await join(w, w.amina, "Amina Zahra")).text.startswith("✅ Welcome, Amina Zahra")
    assert (await decide(w, "approve:")).text.startswith("⚠️ This can no longer be approved")
    await w.organiser.slash(w.channel("team"), "participants release", person=w.amina)
    assert (await decide(w, "approve:")).text == "✅ Amina Zahra has the role Participant now."
    assert (roles(w, w.visitor), roles(w, w.amina)) == ({"Participant"}, set())


async def test_a_list_makes_nobody_of_the_team_who_came_as_a_participant(listed: World) -> None:
    await join(listed, listed.visitor, "Amina Zahra")
    team = listed.channel("team")
    file = Attachment("roster.csv", ROSTER.replace("BH,participant", "BH,organiser").encode())
    shown = await listed.organiser.slash(team, "participants import", file=file)
    await listed.organiser.press(shown.message_id or 0, team, buttons(shown)[0])
    for command in ("export people", "announce list"):
        assert (await listed.visitor.slash(listed.general, command)).text.startswith(NO_PLACE), command
    assert not (await listed.visitor.slash(listed.general, "now")).text.startswith("⚠️")
    assert roles(listed, listed.visitor) == {"Participant"}
