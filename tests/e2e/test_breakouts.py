"""Breakouts: groups shown, opened once, told once, called back, and left to be read."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from tests.e2e.world import stamp

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from tests.e2e.world import World

ROOMS = ("Group 1 · Questions", "Group 2 · Questions")
ARCHIVED = tuple(f"Archive · {name}" for name in ROOMS)


async def propose(world: World, minutes: int = 10) -> ReceivedAnswer:
    """Amina and Karim are there; the moderator asks for two groups."""
    await world.until("2023-03-25 10:46")
    await world.amina.join_voice(world.channel("plenary"))
    await world.press(world.karim, "announcements", "checkin:talk")
    return await world.moderator.slash(world.channel("announcements"), "breakout open", groups=2, minutes=minutes)


async def begin(world: World, minutes: int = 10) -> ReceivedAnswer:
    shown = await propose(world, minutes)
    done = await world.press_in(world.moderator, shown, "announcements", "break_out:")
    assert done.text.startswith("✅"), done.text
    await world.settle()
    return shown


def room_of(world: World, person: int) -> str:
    ((number,),) = world.rows("SELECT number FROM breakout_member WHERE person = ?", person)
    return ROOMS[number - 1]


async def moderate(world: World, command: str, **options: str | int) -> str:
    return (await world.moderator.slash(world.channel("announcements"), f"breakout {command}", **options)).text


async def test_nothing_happens_until_the_groups_are_confirmed(workshop: World) -> None:
    shown = await propose(workshop)
    assert "2 people in 2 groups" in shown.text
    assert "Amina · BH" in shown.text
    assert "Karim · DZ" in shown.text
    await workshop.settle()
    assert not set(ROOMS) & set(workshop.channels())
    assert "No groups are at work" in await moderate(workshop, "status")


async def test_each_group_has_a_room_that_only_it_and_the_team_see(workshop: World) -> None:
    await begin(workshop)
    mine, other = room_of(workshop, workshop.amina.id), room_of(workshop, workshop.karim.id)
    assert {mine, other} == set(ROOMS)
    for right in ("view_channel", "connect", "send_messages"):
        assert workshop.may(workshop.amina, mine, right)
        assert workshop.may(workshop.moderator, mine, right)
    assert not workshop.may(workshop.amina, other, "view_channel")
    assert not workshop.may(workshop.visitor, mine, "view_channel")
    (told,) = workshop.messages(mine)
    assert "Amina · BH" in told.text
    assert "Karim" not in told.text
    assert f"<#{workshop.channel('plenary')}>" in told.text


async def test_time_runs_out_people_are_told_once_and_brought_back(workshop: World) -> None:
    await begin(workshop)
    mine, other = room_of(workshop, workshop.amina.id), room_of(workshop, workshop.karim.id)
    archived = f"Archive · {mine}"
    await workshop.amina.join_voice(workshop.channel(mine))
    await workshop.moderator.join_voice(workshop.channel("plenary"))
    await workshop.until("2023-03-25 10:55")
    assert sum("two minutes are left" in each.text for each in workshop.messages(mine)) == 1
    await workshop.until("2023-03-25 10:57")
    assert [title[0] for title in workshop.titles(archived)] == ["#", "⏳", "🔔"]
    voice = workshop.discord.backend.guilds[workshop.guild_id].voice_states
    assert voice[workshop.amina.id].channel_id == workshop.channel("plenary")
    assert workshop.may(workshop.amina, archived, "view_channel")
    assert not workshop.may(workshop.amina, archived, "send_messages")
    assert workshop.may(workshop.amina, archived, "connect")  # without it, nobody reads what was written there
    assert not any(workshop.may(workshop.amina, archived, right) for right in ("speak", "stream", "send_messages"))
    await workshop.until("2023-03-25 11:10")
    assert len(workshop.messages(archived)) == len(workshop.messages(f"Archive · {other}")) == 3
    assert workshop.rows("SELECT count(*) FROM breakout WHERE archived_at IS NOT NULL") == [(1,)]
    # The stay is known as one in the session.
    rooms = {room for (room,) in workshop.rows("SELECT room FROM voice_stay WHERE person = ?", workshop.amina.id)}
    assert any(room.startswith("breakout:talk.") for room in rooms)


async def test_more_time_moves_what_is_said_and_a_call_ends_it_at_once(workshop: World) -> None:
    await begin(workshop)
    assert (await moderate(workshop, "extend", minutes=10)).startswith("✅")
    await workshop.until("2023-03-25 10:57")
    mine = room_of(workshop, workshop.amina.id)
    assert len(workshop.messages(mine)) == 1
    ((ends_at,),) = workshop.rows("SELECT ends_at FROM breakout")
    assert stamp(datetime.fromisoformat(ends_at)) in workshop.messages(mine)[0].text
    assert (await moderate(workshop, "call")).startswith("✅")
    await workshop.settle()
    assert [title[0] for title in workshop.titles(f"Archive · {mine}")] == ["#", "🔔"]
    assert "No groups are at work" in await moderate(workshop, "call")
    deeds = [what for (what,) in workshop.rows("SELECT what FROM audit ORDER BY at, id")]
    assert deeds == ["groups opened", "groups extended", "groups called back"]


async def test_pressed_twice_or_by_two_moderators_there_is_one_set_of_rooms(workshop: World) -> None:
    one = await propose(workshop)
    other = await workshop.organiser.slash(workshop.channel("announcements"), "breakout open", groups=2, minutes=5)
    answers = await asyncio.gather(
        workshop.press_in(workshop.moderator, one, "announcements", "break_out:"),
        workshop.press_in(workshop.moderator, one, "announcements", "break_out:"),
        workshop.press_in(workshop.organiser, other, "announcements", "break_out:"),
    )
    (winner,) = {answer.text[0] for answer in answers[:2]}
    assert {winner, answers[2].text[0]} == {"✅", "⚠"}
    assert any("Call them back first" in answer.text for answer in answers)
    await workshop.settle()
    assert [name for name in workshop.channels() if name.startswith("Group")] == list(ROOMS)
    assert [len(workshop.messages(name)) for name in ROOMS] == [1, 1]
    assert workshop.rows("SELECT count(*) FROM audit") == [(1,)]


async def test_killed_while_rooms_are_made_it_completes_what_it_began(workshop: World) -> None:
    shown = await propose(workshop)

    def kill(method: str, path: str) -> None:
        if method == "POST" and path.endswith("/channels"):
            workshop.witness.on_request = None
            workshop.kill_in_the_act()

    workshop.witness.on_request = kill
    await workshop.press_in(workshop.moderator, shown, "announcements", "break_out:")
    await workshop.eventually(lambda: ROOMS[0] in workshop.channels(), "the first room")
    await workshop.kill_bot()
    assert [name for name in workshop.channels() if name.startswith("Group")] == [ROOMS[0]]
    await workshop.start_bot()
    assert [name for name in workshop.channels() if name.startswith("Group")] == list(ROOMS)
    assert [len(workshop.messages(name)) for name in ROOMS] == [1, 1]
    assert len({number for (number,) in workshop.rows("SELECT number FROM breakout_member")}) == 2


async def test_somebody_moved_sees_the_other_room_only(workshop: World) -> None:
    await begin(workshop)
    former = room_of(workshop, workshop.amina.id)
    number = 2 if former == ROOMS[0] else 1
    await workshop.press(workshop.amina, former, "rapporteur:")
    assert (await moderate(workshop, "move", person=workshop.amina.id, group=number)).startswith("✅")
    await workshop.settle()
    await workshop.settle()
    assert not workshop.may(workshop.amina, former, "view_channel")
    assert workshop.may(workshop.amina, ROOMS[number - 1], "connect")
    assert "Amina" in workshop.messages(ROOMS[number - 1])[0].text
    assert "Amina" not in workshop.messages(former)[0].text
    assert "There are 2 groups" in await moderate(workshop, "move", person=workshop.amina.id, group=3)


async def test_a_group_s_rapporteur_sends_its_recommendation_as_a_note(workshop: World) -> None:
    await begin(workshop)
    mine, other = room_of(workshop, workshop.amina.id), room_of(workshop, workshop.karim.id)
    refused = await workshop.press(workshop.amina, mine, "recommend:")
    assert "Only the rapporteur" in refused.text
    stranger = await workshop.press(workshop.moderator, other, "rapporteur:")
    assert "You are not in group" in stranger.text
    assert (await workshop.press(workshop.amina, mine, "rapporteur:")).text.startswith("✅")
    await workshop.settle()
    assert "Your rapporteur is **Amina · BH**" in workshop.messages(mine)[0].text
    form = (await workshop.press(workshop.amina, mine, "recommend:")).modal
    assert form
    typed = {"title": "One format", "topic": "ledgers", "did": "Four pilots failed.", "learned": "Agree on one."}
    kept = await workshop.amina.submit(form, typed)
    assert (await workshop.amina.submit(form, typed)).text == kept.text
    assert "One format" in kept.text
    ((author, kind, topic, title),) = workshop.rows("SELECT author_name, kind, topic, title FROM note")
    assert (kind, topic, title) == ("recommendation", "ledgers", "One format")
    assert author == f"Group {1 + ROOMS.index(mine)} (Amina · BH)"


async def test_what_cannot_be_is_refused_with_what_to_do(workshop: World) -> None:
    await workshop.until("2023-03-25 08:30")
    assert "No session is under way" in await moderate(workshop, "open", groups=2, minutes=5)
    await workshop.until("2023-03-25 09:05")
    assert "Choose fewer groups" in await moderate(workshop, "open", groups=2, minutes=5)
    stranger = await workshop.amina.slash(workshop.channel("announcements"), "breakout call")
    assert stranger.text.startswith("⚠️ This is for the workshop\u2019s moderators")
