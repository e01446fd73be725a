"""What is announced: each thing once, at its instant, in its place, in order; and what moderators announce."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain import planned_announcements
from bot.domain.announcement_kinds import Kind

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from tests.e2e.world import World

MENTION_EVERYONE = 1 << 17
SOON_ENOUGH = timedelta(seconds=20)


async def test_everything_planned_is_posted_once_at_its_instant_and_in_order(workshop: World) -> None:
    """The whole workshop, message by message: held against the plan, and against the database."""
    await workshop.until("2023-03-27 12:00")
    # Nobody has asked a question, so none is open when its session is over.
    wanted = {each.id: each for each in planned_announcements.planned(workshop.plan) if each.kind is not Kind.OPEN}
    posts = [message for message in workshop.discord.all_messages() if message.is_bot]
    assert sorted(str(post.nonce) for post in posts) == sorted(wanted)
    rooms = dict(workshop.rows("SELECT key, discord_id FROM venue"))
    for post in posts:
        planned = wanted[str(post.nonce)]
        assert {custom_id.rpartition(":")[2] for custom_id in post.custom_ids} == {planned.id}
        assert post.channel_id == rooms[planned.room]
        lateness = datetime.fromisoformat(post.timestamp) - planned.due
        assert planned.due == planned_announcements.BEGINNING or timedelta(0) <= lateness < SOON_ENOUGH, planned
    states = workshop.rows("SELECT id, state, message_id FROM delivery WHERE kind != ?", Kind.OPEN)
    assert sorted(states) == sorted((str(post.nonce), "sent", post.id) for post in posts)

    shown = workshop.titles("announcements")
    assert shown[:3] == ["⏰ **Welcome**", "🔴 **Welcome**", "⏰ **Ledgers at work**"]
    # At 10:30 one session ends and the break starts; on the second day at 10:00 it is the same with two sessions.
    for over, next_one in (("Ledgers at work", "Coffee"), ("Sensor panel", "Farewell")):
        at = shown.index(f"🏁 **{over}**")
        assert shown[at + 1 : at + 3] == [f"📝 **{over}**", f"🔴 **{next_one}**"]

    # A break starts without a button to check in.
    starts = {m.text.splitlines()[0]: m for m in workshop.messages("announcements") if m.text.startswith("🔴")}
    kinds = {title: [custom_id.split(":")[0] for custom_id in start.custom_ids] for title, start in starts.items()}
    assert kinds.pop("🔴 **Coffee**") == ["now"]
    assert set(map(tuple, kinds.values())) == {("checkin",)}
    assert "Break until" in starts["🔴 **Coffee**"].text
    assert "press the button" not in starts["🔴 **Coffee**"].text


async def announce(world: World, **options: str | int | bool) -> ReceivedAnswer:
    """Write one and confirm it, if it isn't refused."""
    lobby = world.channel("announcements")
    shown = await world.moderator.slash(lobby, "announce new", **options)
    assert shown.ephemeral
    if shown.text.startswith("⚠️"):
        return shown
    assert "once you press the button" in shown.text
    return await world.press_in(world.moderator, shown, "announcements", "announce:")


async def test_a_moderator_plans_lists_and_takes_back_an_announcement(workshop: World) -> None:
    moderator, lobby = workshop.moderator, workshop.channel("announcements")

    async def new(text: str, when: str) -> str:
        return (await announce(workshop, text=text, channel=lobby, when=when)).text

    assert "(at 2023-03-25 07:00 in Europe/Brussels)" in await new("Bring your badge", "tomorrow 07:00")
    assert "(at 2023-03-25 07:10 in Europe/Brussels)" in await new("Lunch is at noon", "2023-03-25 7:10")
    listed = (await moderator.slash(lobby, "announce list")).text
    assert "2 announcements are still to come" in listed
    assert listed.index("Bring your badge") < listed.index("Lunch is at noon")

    offered = await moderator.autocomplete(lobby, "announce cancel", "announcement", "lunch")
    assert [each["name"] for each in offered] == ["25.03. 07:10 · Lunch is at noon"]
    lunch = offered[0]["value"]
    assert "is cancelled" in (await moderator.slash(lobby, "announce cancel", announcement=lunch)).text
    # Whoever didn't hear the answer asks again, and is told the same.
    assert "is cancelled" in (await moderator.slash(lobby, "announce cancel", announcement=lunch)).text
    unknown = await moderator.slash(lobby, "announce cancel", announcement="Lunch")
    assert unknown.text.startswith("⚠️ There is no such announcement.")
    assert await moderator.autocomplete(lobby, "announce cancel", "announcement", "lunch") == []
    assert "One announcement is still to come" in (await moderator.slash(lobby, "announce list")).text

    badge = (await moderator.autocomplete(lobby, "announce cancel", "announcement", ""))[0]["value"]
    await workshop.until("2023-03-25 07:30")
    assert workshop.titles("announcements") == ["📣 Bring your badge"]
    sent = await moderator.slash(lobby, "announce cancel", announcement=badge)
    assert sent.text.startswith("⚠️ It is too late for that one")
    assert "still to come" in (await moderator.slash(lobby, "announce list")).text

    # What was taken back may be announced after all.
    assert "It will be announced" in await new("Lunch is at noon", "11:55")
    await workshop.until("2023-03-25 12:00")
    assert workshop.titles("announcements").count("📣 Lunch is at noon") == 1
    assert workshop.titles("announcements").count("📣 Bring your badge") == 1


async def test_a_time_that_names_no_instant_or_two_and_a_wrong_place_are_refused(
    workshop: World,
) -> None:
    lobby = workshop.channel("announcements")

    async def refusal(when: str) -> str:
        answer = await announce(workshop, text="Hello", channel=lobby, when=when)
        assert answer.text.startswith("⚠️ ")
        return answer.text

    assert "has passed" in await refusal("09:00")
    assert "has passed" in await refusal("2023-03-23 18:00")
    for unreadable in ("soonish", "25:00", "2023-02-30 10:00", "tomorrow", "9", "١٤:٣٠ tomorrow"):
        assert "is not a time that I understand" in await refusal(unreadable), unreadable
    gap = await refusal("2023-03-26 02:30")
    assert "01:30 (UTC+0100)" in gap
    assert "03:30 (UTC+0200)" in gap
    twice = await refusal("2023-10-29 02:30")
    assert "02:30 (UTC+0200)" in twice
    assert "02:30 (UTC+0100)" in twice

    # The announcements and the topics are places for announcements, and nothing else is.
    for name in ("agenda", "team", "general"):
        channel = workshop.general if name == "general" else workshop.channel(name)
        answer = await workshop.moderator.slash(lobby, "announce new", text="Hello", channel=channel, when="18:00")
        assert answer.text.startswith(f"⚠️ <#{channel}> is not a place for announcements.")
    assert workshop.rows("SELECT * FROM custom_announcement") == []
    for name in ("announcements", "sensors"):
        answer = await announce(workshop, text="Hello", channel=workshop.channel(name), when="18:00")
        assert answer.text.startswith("✅")
    await workshop.until("2023-03-24 18:00")
    assert workshop.titles("announcements") == workshop.titles("sensors") == ["📣 Hello"]


async def test_the_same_announcement_twice_is_one_even_at_the_same_moment(workshop: World) -> None:
    lobby = workshop.channel("announcements")

    async def new() -> str:
        options = {"text": "Doors open", "channel": lobby, "when": "13:00"}
        return (await announce(workshop, **options)).text

    told = await asyncio.gather(*(new() for _ in range(5)))
    told.append(await new())
    assert sum("It will be announced" in each for each in told) == 1
    assert sum("Nothing was added" in each for each in told) == 5
    await workshop.until("2023-03-24 13:00")
    assert workshop.titles("announcements") == ["📣 Doors open"]
    assert "Nothing was added" in await new()
    await workshop.settle()
    assert workshop.titles("announcements") == ["📣 Doors open"]


async def test_nobody_is_pinged_by_what_is_announced_even_if_the_bot_could(workshop: World) -> None:
    backend, lobby = workshop.discord.backend, workshop.channel("announcements")
    own = backend.guilds[workshop.guild_id].members[backend.bot_user.id].role_ids[0]
    held = backend.get_role(workshop.guild_id, own).permissions
    backend.edit_role(workshop.guild_id, own, {"permissions": held | MENTION_EVERYONE})
    words = f"@everyone and @here, <@{workshop.karim.id}> and <@&{workshop.role('Participant')}>: be on time"
    answer = await announce(workshop, text=words, channel=lobby, when="12:30")
    assert answer.text.startswith("✅")
    await workshop.until("2023-03-24 12:31")
    (post,) = workshop.messages("announcements")
    assert "be on time" in post.text
    message = backend.messages[lobby][post.id]
    assert message.mention_everyone is False
    assert not message.ping_user_ids
    assert not message.ping_role_ids


async def test_of_what_is_due_at_one_instant_the_end_comes_before_the_start_after_a_late_start_too(
    workshop: World,
) -> None:
    """Away from before an end until after the next start: people still read them in order."""
    await workshop.until("2023-03-25 10:28")
    assert await workshop.stop_bot() == 0
    await workshop.jump("2023-03-25 10:32")
    await workshop.start_bot()
    assert workshop.titles("announcements")[-3:] == [
        "🏁 **Ledgers at work**",
        "📝 **Ledgers at work**",
        "🔴 **Coffee**",
    ]
    kinds = [Kind.END, Kind.START]
    due = workshop.at("2023-03-25 10:30")
    assert [
        each.kind for each in planned_announcements.planned(workshop.plan) if each.due == due and each.kind in kinds
    ]


async def test_until_it_is_confirmed_nothing_is_announced(workshop: World) -> None:
    lobby = workshop.channel("announcements")
    shown = await workshop.moderator.slash(lobby, "announce new", text="Bring *tea*", channel=lobby, when="13:00")
    assert shown.text.startswith("📣 Bring *tea*")
    await workshop.until("2023-03-24 13:05")
    assert workshop.titles("announcements") == []
    late = await workshop.press_in(workshop.moderator, shown, "announcements", "announce:")
    assert late.text.startswith("✅")
    await workshop.settle()
    assert workshop.titles("announcements") == ["📣 Bring *tea*"]


async def test_what_is_still_to_come_is_edited_and_sent_at_once(workshop: World) -> None:
    lobby = workshop.channel("announcements")
    await announce(workshop, text="Lunch at noon", channel=lobby, when="18:00")

    async def suggested(command: str) -> str:
        return str((await workshop.moderator.autocomplete(lobby, command, "announcement", "lunch"))[0]["value"])

    first = await suggested("announce edit")
    shown = await workshop.moderator.slash(
        lobby, "announce edit", announcement=first, text="Lunch at one", when="17:00"
    )
    assert shown.text.startswith("📣 Lunch at one")
    for _ in range(2):
        done = await workshop.press_in(workshop.moderator, shown, "announcements", "announce:")
        assert done.text.startswith("✅")
    unchanged = await workshop.moderator.slash(lobby, "announce edit", announcement=await suggested("announce edit"))
    assert unchanged.text.startswith("⚠️ That changes nothing")
    assert "One announcement is still to come" in (await workshop.moderator.slash(lobby, "announce list")).text
    await workshop.until("2023-03-24 13:00")
    sent = await workshop.moderator.slash(lobby, "announce send", announcement=await suggested("announce send"))
    assert sent.text.startswith("✅ It is being sent")
    await workshop.until("2023-03-24 19:00")
    assert workshop.titles("announcements") == ["📣 Lunch at one"]
    assert workshop.rows("SELECT what, former, latter FROM audit ORDER BY at") == [
        ("announcement planned", None, "Lunch at noon"),
        ("announcement edited", "Lunch at noon", "Lunch at one"),
        ("announcement sent at once", None, None),
    ]


async def test_one_role_is_notified_and_nobody_else(workshop: World) -> None:
    lobby, role = workshop.channel("announcements"), workshop.role("Participant")
    words = f"@everyone: be here, <@&{workshop.role('Moderator')}> and <@{workshop.karim.id}>"
    await announce(workshop, text=words, channel=lobby, when="12:30", notify="participant")
    await workshop.until("2023-03-24 12:31")
    (post,) = workshop.messages("announcements")
    assert post.text.startswith(f"📣 <@&{role}> ")
    message = workshop.discord.backend.messages[lobby][post.id]
    assert list(message.ping_role_ids) == [role]
    assert message.mention_everyone is False
    assert not message.ping_user_ids


async def test_one_that_comes_daily_comes_once_a_day_until_the_workshop_ends(workshop: World) -> None:
    """At the same time on the wall, also after clocks have changed."""
    lobby = workshop.channel("announcements")
    done = await announce(workshop, text="Badges, please", channel=lobby, when="tomorrow 08:30", daily=True)
    assert "It is repeated every day" in done.text
    await workshop.until("2023-03-27 12:00")
    sent = [m for m in workshop.messages("announcements") if m.text.startswith("📣 Badges")]
    walls = [datetime.fromisoformat(m.timestamp).astimezone(workshop.plan.tz) for m in sent]
    assert [f"{wall:%d %H:%M}" for wall in walls] == ["25 08:30", "26 08:30", "27 08:30"]


async def test_a_kind_that_is_switched_off_is_not_announced_until_it_is_switched_on(workshop: World) -> None:
    lobby = workshop.channel("announcements")
    for on in (True, True):
        off = await workshop.moderator.slash(lobby, "announce quiet", kind="soon", on=on)
        assert off.text.startswith("✅ Switched off: a session starts soon")
    assert "🔕 Switched off: a session starts soon" in (await workshop.moderator.slash(lobby, "announce list")).text
    await workshop.until("2023-03-25 09:25")
    assert workshop.titles("announcements") == ["🔴 **Welcome**"]
    await workshop.moderator.slash(lobby, "announce quiet", kind="soon", on=False)
    await workshop.until("2023-03-25 10:40")
    assert "⏰ **Questions**" in workshop.titles("announcements")
    assert workshop.rows("SELECT what FROM audit ORDER BY at") == [("kind switched off",), ("kind switched on",)]
    wrong = await workshop.moderator.slash(lobby, "announce quiet", kind="custom", on=True)
    assert wrong.text.startswith("⚠️ That is not a kind of announcement")


async def test_sessions_that_start_at_the_same_instant_share_a_message_with_a_button_each(workshop: World) -> None:
    lobby = workshop.channel("announcements")
    added = await workshop.moderator.slash(
        lobby, "session add", title="Clinic", when="2023-03-25 10:45", minutes=45, topic="sensors"
    )
    await workshop.press_in(workshop.moderator, added, "announcements", "agree:")
    await workshop.until("2023-03-25 11:31")
    starts = [m for m in workshop.messages("announcements") if "🔴 **Questions**" in m.text]
    (start,) = starts
    assert "🔴 **Clinic**" in start.text
    assert [custom_id.split(":")[0] for custom_id in start.custom_ids] == ["checkin", "checkin"]
    assert len({custom_id.split(":")[1] for custom_id in start.custom_ids}) == 2
    (end,) = [m for m in workshop.messages("announcements") if "🏁 **Questions**" in m.text]
    assert "🏁 **Clinic**" in end.text
