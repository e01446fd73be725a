"""The run of show: a panel that is always true, what its buttons do, and who is asked about the speakers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.domain.announcement_kinds import Kind

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer, SeenMessage
    from tests.e2e.world import World

SPEAKERS = """
        speakers:
          - {office: Director, organisation: WCO}
"""


def panel(world: World) -> SeenMessage:
    """The one that has the buttons."""
    (found,) = [message for message in world.messages("team") if any(c.startswith("lead:") for c in message.custom_ids)]
    return found


async def press(world: World, deed: str) -> ReceivedAnswer:
    answer = await world.press(world.moderator, "team", f"lead:{deed}:")
    await world.settle()
    return answer


async def test_the_panel_comes_each_morning_and_always_shows_what_is_so(workshop: World) -> None:
    await workshop.until("2023-03-25 08:00")
    assert workshop.titles("team") == ["🎛️ **Run of show** · Saturday, 25 March 2023"]
    first = panel(workshop)
    assert "▶️ Next: **Welcome**" in first.text
    assert "On time." in first.text
    await workshop.until("2023-03-25 09:05")
    await workshop.press(workshop.amina, "announcements", "checkin:welcome:")
    await workshop.until("2023-03-25 09:31")
    now = panel(workshop)
    assert now.id == first.id
    assert "🔴 Now: **Ledgers at work**" in now.text
    assert "▶️ Next: **Coffee**" in now.text
    await workshop.until("2023-03-25 11:31")
    assert "nothing more is to come today" in panel(workshop).text
    await workshop.until("2023-03-27 08:00")
    assert "27 March" in panel(workshop).text
    assert "has moved" in workshop.messages("team")[0].text


async def test_a_moderator_has_it_posted_anew_and_there_is_one(workshop: World) -> None:
    answer = await workshop.moderator.slash(workshop.channel("team"), "show panel")
    assert answer.text.startswith("✅")
    await workshop.settle()
    first = panel(workshop)
    await workshop.moderator.slash(workshop.channel("team"), "show panel")
    await workshop.settle()
    await workshop.settle()
    assert panel(workshop).id > first.id
    assert workshop.rows("SELECT what FROM audit") == [("panel posted",)] * 2
    refused = await workshop.amina.slash(workshop.channel("announcements"), "show panel")
    assert refused.text.startswith("⚠️ This is for the workshop\u2019s moderators")


async def test_a_panel_that_was_asked_for_and_not_sent_yet_is_sent_after_a_restart(workshop: World) -> None:
    await workshop.moderator.slash(workshop.channel("team"), "show panel")
    await workshop.settle()
    asked = panel(workshop)
    await workshop.kill_bot()
    workshop.discord.backend.delete_message(asked.channel_id, asked.id)
    workshop.rewrite(
        "UPDATE delivery SET state = 'planned', begun_at = NULL, message_id = NULL WHERE kind = 'panel'"
        " AND state = 'sent'"
    )
    await workshop.start_bot()
    assert panel(workshop).id > asked.id


async def test_five_minutes_more_delay_the_rest_of_the_day_once_and_can_be_taken_back(workshop: World) -> None:
    await workshop.until("2023-03-25 10:00")
    before = workshop.messages("agenda")[0].text
    team, shown = workshop.channel("team"), panel(workshop)
    later = next(custom_id for custom_id in shown.custom_ids if custom_id.startswith("lead:later:"))
    answers = await asyncio.gather(
        workshop.moderator.press(shown.id, team, later), workshop.organiser.press(shown.id, team, later)
    )
    assert all(answer.text.startswith("✅ Done") for answer in answers)
    assert workshop.rows("SELECT count(*) FROM agenda_change WHERE applied_at IS NOT NULL") == [(1,)]
    await workshop.settle()
    await workshop.settle()
    assert "Running 5 minutes late." in panel(workshop).text
    # The break takes the five minutes, so that what comes after it is on time.
    due = dict(
        workshop.rows("SELECT subject, substr(due, 12, 5) FROM delivery WHERE kind = 'start' AND state = 'planned'")
    )
    assert (due["pause"], due["talk"]) == ("09:35", "09:45")
    undone = await workshop.press_in(workshop.moderator, answers[0], "team", "undo:")
    assert undone.text.startswith("✅")
    await workshop.settle()
    await workshop.settle()
    assert workshop.messages("agenda")[0].text == before
    assert "On time." in panel(workshop).text
    # What was undone can be done again.
    assert (await press(workshop, "later")).text.startswith("✅ Done")
    assert workshop.rows("SELECT what FROM audit ORDER BY at") == [
        ("agenda changed",),
        ("change undone",),
        ("agenda changed",),
    ]


async def test_a_button_made_for_another_state_does_nothing(workshop: World) -> None:
    await workshop.until("2023-03-25 10:00")
    old = workshop.plant(workshop.channel("team"), f"lead:skip:{'0' * 16}:{'f' * 24}")
    answer = await workshop.moderator.press(old.id, old.channel_id, old.custom_ids[0])
    assert answer.text.startswith("⚠️ Something has changed since that button was shown")
    assert workshop.rows("SELECT * FROM agenda_change") == []


async def test_the_session_under_way_ends_and_the_next_one_starts_at_a_press(workshop: World) -> None:
    await workshop.until("2023-03-25 10:20")
    await press(workshop, "end")
    await workshop.settle()
    assert workshop.titles("announcements")[-2:] == ["🏁 **Ledgers at work**", "📝 **Ledgers at work**"]
    await workshop.until("2023-03-25 10:40")
    await press(workshop, "start")  # ends the break, too
    await workshop.settle()
    assert workshop.titles("announcements")[-1].startswith("🔴 **Questions**")
    await workshop.until("2023-03-25 11:00")
    await workshop.until("2023-03-27 08:30")
    await press(workshop, "skip")
    await workshop.until("2023-03-27 09:30")
    assert "🔴 **Sensor panel**" not in workshop.titles("announcements")
    nothing = await press(workshop, "end")
    assert nothing.text.startswith("⚠️ There is no such session today")


async def test_while_the_day_is_held_nothing_is_announced_and_then_all_is_later_by_as_long(workshop: World) -> None:
    await workshop.until("2023-03-25 09:28")
    assert (await press(workshop, "hold")).text.startswith("✅ The day is on hold")
    assert workshop.titles("announcements")[-1].startswith("⏸️ We continue shortly")
    await workshop.settle()
    assert "On hold since" in panel(workshop).text
    held = workshop.titles("announcements")
    await workshop.until("2023-03-25 09:40")
    assert workshop.titles("announcements") == held
    resumed = await press(workshop, "resume")
    assert resumed.text.startswith("✅ Done")
    await workshop.until("2023-03-25 09:44")
    assert "🔴 **Ledgers at work**" in workshop.titles("announcements")
    cases = dict(workshop.rows("SELECT id, json_extract(held, '$.starts_at') FROM session"))["cases"]
    assert cases.startswith(("2023-03-25T08:42", "2023-03-25T08:43"))  # held for twelve minutes
    assert [what for (what,) in workshop.rows("SELECT what FROM audit ORDER BY at")] == [
        "day held",
        "agenda changed",
        "day resumed",
    ]


async def test_the_team_is_asked_about_the_speakers_until_somebody_says_that_they_are_here(world: World) -> None:
    path = world.folder / "plan.yaml"
    written = path.read_text("utf-8")
    marked = "title: {en: Sensor panel, fr: Table ronde, ar: حلقة نقاش}"
    assert marked in written
    path.write_text(written.replace(marked, marked + SPEAKERS), "utf-8")
    await world.start_bot()
    await world.setup()
    await world.until("2023-03-27 08:50")
    asked = [message.text for message in world.messages("team") if message.text.startswith("🎤")]
    assert [text.split(",")[0] for text in asked] == [
        "🎤 **Sensor panel** starts in 60 minutes",
        "🎤 **Sensor panel** starts in 30 minutes",
        "🎤 **Sensor panel** starts in 15 minutes",
    ]
    assert "Director (WCO)" in asked[0]
    for _ in range(2):
        here = await world.press(world.moderator, "team", "here:panel:")
        assert here.text.startswith("✅ The speakers of **Sensor panel** are here")
    await world.settle()
    assert "The speakers are here" in panel(world).text
    await world.until("2023-03-27 09:30")
    assert len([text for text in world.titles("team") if text.startswith("🎤")]) == 3
    assert world.rows("SELECT what, subject FROM audit") == [("speakers are there", "panel")]
    assert world.rows("SELECT count(*) FROM delivery WHERE kind = ? AND state = 'cancelled'", Kind.LADDER) == [(1,)]
