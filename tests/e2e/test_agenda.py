"""The agenda, what is on now, and the doors that open and close with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.rehearsal.discord.calls import CannotDo

if TYPE_CHECKING:
    from tests.e2e.world import World

DAY_1 = "Agenda of day 1 of 2: Saturday, 25 March 2023"
DAY_2 = "Agenda of day 2 of 2: Monday, 27 March 2023"


def standing(text: str) -> dict[str, str]:
    """Session titles of an agenda to the sign in front of them."""
    lines = [line for line in text.splitlines() if "**" in line and line[0] in "✅🔴▶▫"]
    return {line.split("**")[1]: line.split()[0] for line in lines}


async def test_doors_open_on_the_morning_of_a_topics_first_day_and_close_for_writing_at_the_end(
    workshop: World,
) -> None:
    def doors(topic: str) -> tuple[bool, bool, bool]:
        permissions = ("view_channel", "send_messages", "read_message_history")
        seen, written, read = (workshop.may(workshop.amina, topic, each) for each in permissions)
        return seen, seen and written, seen and read

    shut, opened, to_read = (False, False, False), (True, True, True), (True, False, True)
    await workshop.until("2023-03-25 07:59")
    assert [(doors("ledgers"))[0], doors("sensors")[0]] == [False, False]
    assert workshop.messages("ledgers") == []
    await workshop.until("2023-03-25 08:00")
    assert doors("ledgers") == opened
    assert doors("sensors")[0] is shut[0]
    assert workshop.titles("ledgers") == ["## **Shared ledgers**"]
    with pytest.raises(CannotDo, match="sees no channel"):
        await workshop.amina.slash(workshop.channel("sensors"), "note share")

    words = "Our pilot ran for a year; here is what we kept."
    workshop.discord.backend.create_message(workshop.channel("ledgers"), workshop.amina.id, words)
    # Clocks are put forward between the two days: the second one's 08:00 is an hour earlier in UTC.
    await workshop.until("2023-03-27 07:59")
    assert doors("sensors")[0] is False
    await workshop.until("2023-03-27 08:00")
    assert (doors("ledgers"), doors("sensors")) == (opened, opened)
    await workshop.until("2023-03-27 10:30")
    assert (doors("ledgers"), doors("sensors")) == (to_read, to_read)
    assert workshop.may(workshop.moderator, "ledgers", "send_messages")
    assert words in [message.text for message in workshop.messages("ledgers")]
    assert not workshop.may(workshop.visitor, "ledgers", "view_channel")


async def test_the_posted_agenda_is_one_message_a_day_that_always_shows_what_is_so(workshop: World) -> None:
    await workshop.until("2023-03-25 07:59")
    assert workshop.messages("agenda") == []
    await workshop.until("2023-03-25 08:00")
    (first,) = workshop.messages("agenda")
    assert first.edited_timestamp is None
    assert DAY_1 in first.text
    assert "مختبر الجمارك" in first.text
    assert standing(first.text) == {"Welcome": "▶️", "Ledgers at work": "▫️", "Coffee": "▫️", "Questions": "▫️"}
    expected = {
        "09:00": ("🔴", "▶️", "▫️", "▫️"),
        "09:30": ("✅", "🔴", "▶️", "▫️"),
        "10:30": ("✅", "✅", "🔴", "▶️"),
        "10:45": ("✅", "✅", "✅", "🔴"),
        "11:30": ("✅", "✅", "✅", "✅"),
    }
    for clock, signs in expected.items():
        await workshop.until(f"2023-03-25 {clock}")
        (shown,) = workshop.messages("agenda")
        assert shown.id == first.id
        assert tuple(standing(shown.text).values()) == signs, clock
    await workshop.until("2023-03-27 10:30")
    one, two = workshop.messages("agenda")
    assert one.id == first.id
    assert DAY_2 in two.text
    assert set(standing(two.text).values()) == {"✅"}
    # An edit for each time that something changed, and no other.
    edits = [path for method, path in workshop.witness.requests if method == "PATCH" and path.endswith(f"/{first.id}")]
    assert len(edits) == len(expected)


async def test_the_agenda_of_a_day_and_what_is_on_now_follow_the_time(workshop: World) -> None:
    amina, karim, lobby = workshop.amina, workshop.karim, workshop.channel("announcements")

    async def now() -> str:
        return (await amina.slash(lobby, "now")).text

    async def today() -> str:
        return (await amina.slash(lobby, "agenda")).text

    assert DAY_1 in await today()
    assert "**Next**" in await now()
    assert "**Under way**" not in await now()
    answer = await amina.slash(lobby, "agenda", day=2)
    assert answer.ephemeral
    assert DAY_2 in answer.text
    assert f"<#{workshop.channel('plenary')}>" in answer.text
    for wrong in (0, 3, -1):
        refused = await amina.slash(lobby, "agenda", day=wrong)
        assert refused.text == "⚠️ The workshop has no such day. Choose one from 1 to 2."
    assert "jour 2" in (await karim.slash(lobby, "agenda", day=2)).text
    offered = await amina.autocomplete(lobby, "agenda", "day", "27")
    assert [each["value"] for each in offered] == [2]

    await workshop.until("2023-03-25 09:40")
    during = await now()
    assert "**Under way**" in during
    assert "Ledgers at work" in during
    assert "**Next**" in during
    assert "Coffee" in during
    assert standing(await today())["Ledgers at work"] == "🔴"

    await workshop.until("2023-03-26 12:00")
    assert DAY_2 in await today()
    await workshop.until("2023-03-27 10:10")
    assert "This is the last session of the workshop." in await now()
    await workshop.until("2023-03-27 10:31")
    assert await now() == "The workshop is over. Thank you for taking part."
    assert DAY_2 in await today()


async def test_the_buttons_under_agendas_and_announcements_answer_as_the_commands_do(workshop: World) -> None:
    await workshop.until("2023-03-25 09:20")
    pressed = await workshop.press(workshop.amina, "agenda", "now:")
    assert pressed.ephemeral
    assert "Welcome" in pressed.text
    pressed = await workshop.press(workshop.karim, "announcements", "day:2023-03-25:")
    assert pressed.ephemeral
    assert "jour 1" in pressed.text
    # Nobody else saw any of it.
    assert workshop.titles("announcements") == ["⏰ **Welcome**", "🔴 **Welcome**", "⏰ **Ledgers at work**"]
    stranger = await workshop.amina.press(
        workshop.plant(workshop.general, "day:2024-01-01:x").id, workshop.general, "day:2024-01-01:x"
    )
    assert "no longer exists" in stranger.text
