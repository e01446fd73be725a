"""Away and back: stopped, killed, cut off. Nothing is said twice, nothing that is still of use is lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain import planned_announcements
from bot.domain.announcement_kinds import Kind
from tests.e2e.actions import missed_announcements

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import SeenMessage
    from tests.e2e.world import World

START = "🔴 **Ledgers at work**"


def delivery_of(world: World, kind: Kind, session: str) -> str:
    return next(
        each.id for each in planned_announcements.planned(world.plan) if (each.kind, each.subject) == (kind, session)
    )


def state_of(world: World, delivery: str) -> tuple[str, int | None]:
    ((state, message),) = world.rows("SELECT state, message_id FROM delivery WHERE id = ?", delivery)
    return state, message


def reports(world: World) -> list[SeenMessage]:
    """The lines that tell the team of something; beside them there is the run of show."""
    return [message for message in world.messages("team") if message.text.startswith("🛠️")]


def assert_nothing_twice(world: World) -> None:
    posts = [message.nonce for message in world.discord.all_messages() if message.is_bot]
    assert len(posts) == len(set(posts))


async def test_away_for_the_start_of_a_session_it_is_announced_late_once_and_the_team_reads_one_line(
    workshop: World,
) -> None:
    await workshop.until("2023-03-25 09:15")
    assert await workshop.stop_bot() == 0
    await workshop.jump("2023-03-25 09:35")
    await workshop.start_bot()
    assert workshop.titles("announcements") == ["⏰ **Welcome**", "🔴 **Welcome**", START]
    assert state_of(workshop, delivery_of(workshop, Kind.SOON, "cases")) == ("skipped", None)
    (line,) = reports(workshop)
    late, left_out = missed_announcements(workshop, "2023-03-25 09:15", "2023-03-25 09:35")
    told = re.fullmatch(
        rf"🛠️ The bot was away until <t:(\d+):f>\. Announcements sent late: {late}; left out .*: {left_out}\.",
        line.text,
    )
    assert told
    back = datetime.fromtimestamp(int(told[1]), UTC)
    assert workshop.at("2023-03-25 09:35") <= back < workshop.at("2023-03-25 09:36")
    # The agenda says what is so, and everything after is as if nothing had happened.
    assert "🔴" in workshop.messages("agenda")[0].text
    await workshop.until("2023-03-27 12:00")
    assert len(reports(workshop)) == 1
    assert workshop.titles("announcements").count(START) == 1
    assert_nothing_twice(workshop)


async def test_away_for_two_hours_only_what_is_still_of_use_is_announced(workshop: World) -> None:
    await workshop.until("2023-03-25 08:55")
    assert await workshop.stop_bot() == 0
    await workshop.jump("2023-03-25 10:55")
    await workshop.start_bot()
    assert workshop.titles("announcements") == [
        "⏰ **Welcome**", "🏁 **Ledgers at work**", "📝 **Ledgers at work**", "🔴 **Questions**",
    ]  # fmt: skip
    (line,) = reports(workshop)
    late, left_out = missed_announcements(workshop, "2023-03-25 08:55", "2023-03-25 10:55")
    assert f"sent late: {late}; left out because they were no longer of use: {left_out}." in line.text
    skipped = workshop.rows("SELECT count(*) FROM delivery WHERE state = 'skipped' AND kind != 'open'")
    assert skipped == [(left_out,)]
    assert await workshop.stop_bot() == 0
    await workshop.start_bot()
    assert len(reports(workshop)) == 1
    assert_nothing_twice(workshop)


async def test_set_up_in_the_middle_of_the_workshop_it_announces_what_is_still_of_use(world: World) -> None:
    await world.jump("2023-03-25 10:50")
    await world.start_bot()
    assert (await world.setup()).text.startswith("✅ 13 things were made")
    assert world.titles("announcements") == ["🏁 **Ledgers at work**", "📝 **Ledgers at work**", "🔴 **Questions**"]
    assert len(world.messages("agenda")) == len(world.messages("ledgers")) == 1
    assert world.may(world.amina, "ledgers", "send_messages")
    assert not world.may(world.amina, "sensors", "view_channel")
    assert (await world.press(world.amina, "announcements", "checkin:talk")).text.startswith("✅")


async def test_killed_while_discord_takes_a_message_it_is_not_sent_again(workshop: World) -> None:
    """Discord has the message, and the bot was killed before it heard so: the nonce tells."""
    lobby = workshop.channel("announcements")

    def kill(method: str, path: str) -> None:
        if (method, path) == ("POST", f"/channels/{lobby}/messages"):
            workshop.witness.on_request = None
            workshop.kill_in_the_act()

    await workshop.until("2023-03-25 09:25")
    workshop.witness.on_request = kill
    await workshop.keeper.sleep_until(workshop.at("2023-03-25 09:30"))
    await workshop.eventually(lambda: workshop.witness.on_request is None, "the message")
    await workshop.kill_bot()
    assert state_of(workshop, delivery_of(workshop, Kind.START, "cases")) == ("sending", None)
    await workshop.start_bot()
    assert workshop.titles("announcements").count(START) == 1
    message = workshop.messages("announcements")[-1]
    assert state_of(workshop, delivery_of(workshop, Kind.START, "cases")) == ("sent", message.id)


@pytest.mark.parametrize(
    ("away", "talk"), [(timedelta(seconds=5), 0), (timedelta(minutes=5), 0), (timedelta(minutes=5), 120)]
)
async def test_a_message_left_half_recorded_that_discord_has_is_recorded_and_not_sent_again(
    workshop: World, away: timedelta, talk: int
) -> None:
    """Away for seconds, the nonce tells; for minutes, which is longer than Discord knows a nonce, the history does.

    Discord hands out a hundred messages at a time, the earliest first if it is asked for those after an instant.
    """
    await workshop.until("2023-03-25 09:30")
    assert await workshop.stop_bot() == 0
    delivery = delivery_of(workshop, Kind.START, "cases")
    message = workshop.messages("announcements")[-1]
    assert workshop.rewrite("UPDATE delivery SET state = 'sending', message_id = NULL WHERE id = ?", delivery) == 1
    # People went on talking: what is looked for isn't the latest message.
    for number in range(talk):
        workshop.discord.backend.create_message(message.channel_id, workshop.moderator.id, f"Question {number}")
    await workshop.jump(workshop.keeper.now() + away)
    await workshop.start_bot()
    assert workshop.titles("announcements").count(START) == 1
    assert state_of(workshop, delivery) == ("sent", message.id)


async def test_a_message_left_half_recorded_that_discord_has_not_is_sent_once(workshop: World) -> None:
    await workshop.until("2023-03-25 09:30")
    assert await workshop.stop_bot() == 0
    delivery = delivery_of(workshop, Kind.START, "cases")
    message = workshop.messages("announcements")[-1]
    workshop.discord.backend.delete_message(message.channel_id, message.id)
    workshop.rewrite("UPDATE delivery SET state = 'sending', message_id = NULL WHERE id = ?", delivery)
    await workshop.jump("2023-03-25 09:36")
    await workshop.start_bot()
    *_, again = workshop.messages("announcements")
    assert workshop.titles("announcements").count(START) == 1
    assert again.custom_ids == message.custom_ids
    assert again.text.startswith(message.text)
    assert "Sent late" in again.text.removeprefix(message.text)
    assert state_of(workshop, delivery) == ("sent", again.id)


async def test_a_message_left_half_recorded_is_given_up_once_it_is_of_no_more_use(workshop: World) -> None:
    await workshop.until("2023-03-25 09:30")
    assert await workshop.stop_bot() == 0
    delivery = delivery_of(workshop, Kind.START, "cases")
    message = workshop.messages("announcements")[-1]
    workshop.discord.backend.delete_message(message.channel_id, message.id)
    workshop.rewrite("UPDATE delivery SET state = 'sending', message_id = NULL WHERE id = ?", delivery)
    await workshop.jump("2023-03-25 10:31")
    await workshop.start_bot()
    assert START not in workshop.titles("announcements")
    assert state_of(workshop, delivery)[0] == "skipped"


async def test_a_connection_that_is_cut_is_resumed_and_nothing_is_lost(workshop: World) -> None:
    await workshop.until("2023-03-25 09:29")
    for moment in ("2023-03-25 09:30", "2023-03-25 10:30"):
        await workshop.cut()
        # What is due meanwhile goes its way over REST.
        await workshop.until(moment)
        await workshop.eventually(lambda: workshop.discord.online, "the connection's return")
    assert workshop.titles("announcements").count(START) == 1
    assert workshop.titles("announcements")[-3:] == [
        "🏁 **Ledgers at work**",
        "📝 **Ledgers at work**",
        "🔴 **Coffee**",
    ]
    await workshop.until("2023-03-25 10:46")
    answer = await workshop.press(workshop.amina, "announcements", "checkin:talk")
    assert answer.text.startswith("✅")
    assert workshop.rows("SELECT session FROM presence") == [("talk",)]
    assert_nothing_twice(workshop)

    # What happens in the server during a cut is known after it.
    await workshop.cut()
    workshop.discord.give_role(workshop.visitor, workshop.role("Participant"))
    workshop.discord.backend.delete_channel(workshop.channel("sensors"))
    await workshop.eventually(lambda: workshop.discord.online, "the connection's return")
    assert "Questions" in (await workshop.visitor.slash(workshop.general, "now")).text
    await workshop.organiser.slash(workshop.general, "workshop setup")
    await workshop.until("2023-03-27 08:00")
    assert workshop.titles("sensors") == ["## **Sensors**"]
