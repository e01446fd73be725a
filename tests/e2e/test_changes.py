"""Changes of the agenda by moderators: shown, confirmed, carried everywhere, told once, and taken back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.domain.announcement_kinds import Kind

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from bot.rehearsal.discord.people import Person
    from tests.e2e.world import World


async def propose(world: World, who: Person, command: str, **options: str | int | bool) -> ReceivedAnswer:
    answer = await who.slash(world.channel("announcements"), f"session {command}", **options)
    assert answer.ephemeral
    return answer


async def do(world: World, command: str, **options: str | int | bool) -> ReceivedAnswer:
    """Propose and confirm."""
    shown = await propose(world, world.moderator, command, **options)
    done = await world.press_in(world.moderator, shown, "announcements", "agree:")
    assert done.text.startswith("✅ Done"), done.text
    return done


def times(world: World) -> dict[str, str]:
    """When each announcement of the session `talk` is due, if it is planned."""
    return dict(
        world.rows("SELECT kind, substr(due, 12, 5) FROM delivery WHERE subject = 'talk' AND state = 'planned'")
    )


async def test_a_delay_is_shown_first_and_changes_nothing_until_it_is_confirmed(workshop: World) -> None:
    await workshop.until("2023-03-25 09:10")
    before = workshop.messages("agenda")[0].text, times(workshop)
    shown = await propose(workshop, workshop.moderator, "delay", session="cases", minutes=20)
    assert "Ledgers at work" in shown.text
    assert "Announcements: " in shown.text
    await workshop.settle()
    assert (workshop.messages("agenda")[0].text, times(workshop)) == before


async def test_a_delay_reaches_agenda_announcements_and_people_once(workshop: World) -> None:
    await workshop.until("2023-03-25 09:10")
    await do(workshop, "delay", session="cases", minutes=20)
    await workshop.settle()
    # The break of 15 minutes absorbs 10 of the 20; five remain of it.
    assert times(workshop) == {"soon": "09:45", "start": "09:55", "end": "10:40", "feedback": "10:40", "open": "10:40"}
    start = int(workshop.at("2023-03-25 10:55").timestamp())
    assert f"<t:{start}:t>" in workshop.messages("agenda")[0].text
    await workshop.until("2023-03-25 09:12")
    notices = [message for message in workshop.messages("announcements") if "Ledgers at work" in message.text]
    (notice,) = notices
    assert f"<t:{start}:t>" in notice.text
    await workshop.until("2023-03-25 11:00")
    assert workshop.titles("announcements").count("🔴 **Ledgers at work**") == 1
    assert workshop.titles("announcements").count("🔴 **Questions**") == 1
    answer = await workshop.press(workshop.amina, "announcements", "checkin:talk")
    assert answer.text.startswith("✅")


async def test_taken_back_within_a_minute_it_is_never_told(workshop: World) -> None:
    await workshop.until("2023-03-25 09:10")
    before = workshop.messages("agenda")[0].text
    planned = workshop.rows("SELECT id, due FROM delivery WHERE state = 'planned' AND kind != 'change' ORDER BY id")
    done = await do(workshop, "cancel", session="talk")
    await workshop.settle()
    assert "Questions" not in workshop.messages("agenda")[0].text
    undone = await workshop.press_in(workshop.moderator, done, "announcements", "undo:")
    assert undone.text.startswith("✅")
    # Pressed twice, it is undone once.
    again = await workshop.press_in(workshop.moderator, done, "announcements", "undo:")
    assert again.text == undone.text
    await workshop.until("2023-03-25 09:13")
    assert workshop.messages("agenda")[0].text == before
    assert (
        workshop.rows("SELECT id, due FROM delivery WHERE state = 'planned' AND kind != 'change' ORDER BY id")
        == planned
    )
    assert workshop.rows("SELECT state FROM delivery WHERE kind = ?", Kind.CHANGE) == [("skipped",)]
    assert workshop.rows("SELECT what FROM audit ORDER BY at") == [("agenda changed",), ("change undone",)]


async def test_several_changes_within_a_minute_are_told_in_one_notice(workshop: World) -> None:
    await workshop.until("2023-03-25 09:10")
    await do(workshop, "cancel", session="talk")
    await do(workshop, "edit", session="cases", title="Ledgers in ports")
    await do(workshop, "move", session="farewell", when="2023-03-27 11:00")
    await workshop.until("2023-03-25 09:15")
    assert workshop.rows("SELECT state FROM delivery WHERE kind = ?", Kind.CHANGE) == [("sent",)]
    (notice,) = [message for message in workshop.messages("announcements") if "Ledgers in ports" in message.text]
    assert "Questions" in notice.text
    assert "Farewell" in notice.text


async def test_of_two_moderators_at_once_one_wins_and_the_other_is_told(workshop: World) -> None:
    await workshop.until("2023-03-25 09:10")
    one = await propose(workshop, workshop.moderator, "delay", session="talk", minutes=10, rest=False)
    other = await propose(workshop, workshop.organiser, "cancel", session="talk")
    answers = await asyncio.gather(
        workshop.press_in(workshop.moderator, one, "announcements", "agree:"),
        workshop.press_in(workshop.organiser, other, "announcements", "agree:"),
    )
    assert sorted(answer.text[0] for answer in answers) == sorted(["✅", "⚠"])
    (lost,) = [answer for answer in answers if answer.text.startswith("⚠")]
    winner = workshop.moderator if answers[0].text.startswith("✅") else workshop.organiser
    assert f"<@{winner.id}> has changed **Questions** meanwhile" in lost.text
    assert workshop.rows("SELECT count(*) FROM agenda_change WHERE applied_at IS NOT NULL") == [(1,)]


async def test_confirmed_and_killed_at_once_the_change_is_carried_on_after_the_restart(workshop: World) -> None:
    await workshop.until("2023-03-25 09:10")
    shown = await propose(workshop, workshop.moderator, "cancel", session="talk")
    await workshop.press_in(workshop.moderator, shown, "announcements", "agree:")
    await workshop.kill_bot()
    await workshop.start_bot()
    assert "Questions" not in workshop.messages("agenda")[0].text
    assert times(workshop) == {}
    await workshop.until("2023-03-25 11:00")
    assert "🔴 **Questions**" not in workshop.titles("announcements")
    # Cancelled stays cancelled, whatever the plan's file says.
    assert await workshop.stop_bot() == 0
    await workshop.start_bot()
    assert "Questions" not in workshop.messages("agenda")[0].text


async def test_what_cannot_be_is_refused_with_what_to_do(workshop: World) -> None:
    await workshop.until("2023-03-25 09:40")
    over = await propose(workshop, workshop.moderator, "delay", session="welcome", minutes=5)
    assert over.text.startswith("⚠️ **Welcome** is over")
    running = await propose(workshop, workshop.moderator, "move", session="cases", when="tomorrow 10:00")
    assert "is under way" in running.text
    nothing = await propose(workshop, workshop.moderator, "edit", session="talk")
    assert "changes nothing" in nothing.text
    stranger = await workshop.amina.slash(workshop.channel("announcements"), "session cancel", session="talk")
    assert stranger.text.startswith("⚠️ This is for the workshop\u2019s moderators")


async def test_too_late_to_confirm_and_too_late_to_take_back(workshop: World) -> None:
    await workshop.until("2023-03-25 08:10")
    shown = await propose(workshop, workshop.moderator, "cancel", session="talk")
    done = await do(workshop, "cancel", session="farewell")
    await workshop.until("2023-03-25 08:21")
    assert (
        "more than 10 minutes ago"
        in (await workshop.press_in(workshop.moderator, shown, "announcements", "agree:")).text
    )
    assert (
        "more than 10 minutes old" in (await workshop.press_in(workshop.moderator, done, "announcements", "undo:")).text
    )
