"""Checking in: heard only once it is on disk, counted once, refused with a sentence that says what to do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.rehearsal.discord.calls import CannotDo

if TYPE_CHECKING:
    from tests.e2e.world import World


def present(world: World) -> list[tuple[str, int]]:
    return world.rows("SELECT session, person FROM presence ORDER BY session, person")


async def test_a_check_in_by_button_or_command_is_on_disk_before_it_is_said_and_counts_once(workshop: World) -> None:
    kept_when_said: list[int] = []

    def look(method: str, path: str) -> None:
        if method == "POST" and path.startswith("/interactions/"):
            kept_when_said.append(len(present(workshop)))

    await workshop.until("2023-03-25 09:31")
    workshop.witness.on_request = look
    pressed = await workshop.press(workshop.amina, "announcements", "checkin:cases:")
    typed = await workshop.karim.slash(workshop.channel("ledgers"), "checkin")
    assert kept_when_said == [1, 2]
    assert pressed.ephemeral
    assert typed.ephemeral
    assert pressed.text.startswith("✅ You are checked in to **Ledgers at work**, at <t:")
    assert typed.text.startswith("✅ Votre présence à **Registres au travail** est enregistrée")
    assert present(workshop) == sorted([("cases", workshop.amina.id), ("cases", workshop.karim.id)])

    # Again is the same check-in, and said kindly.
    since = pressed.text.rpartition(" at ")[2].rstrip(".")
    before = workshop.rows("SELECT * FROM presence")
    await workshop.until("2023-03-25 09:50")
    for answer in (
        await workshop.press(workshop.amina, "announcements", "checkin:cases:"),
        await workshop.amina.slash(workshop.channel("announcements"), "checkin"),
        await workshop.amina.slash(workshop.channel("announcements"), "checkin", session="cases"),
    ):
        assert answer.text == (
            f"✅ You are already checked in to **Ledgers at work**, since {since}. There is nothing more to do."
        )
    assert workshop.rows("SELECT * FROM presence") == before


async def test_thirty_presses_at_once_are_one_check_in_and_who_is_not_in_the_workshop_has_none(workshop: World) -> None:
    await workshop.until("2023-03-25 09:31")
    amina, karim = workshop.amina, workshop.karim
    answers = await asyncio.gather(
        *(workshop.press(amina, "announcements", "checkin:cases:") for _ in range(30)),
        workshop.press(karim, "announcements", "checkin:cases:"),
    )
    assert all(answer.text.startswith("✅") for answer in answers)
    assert sum(answer.text.startswith("✅ You are checked in") for answer in answers) == 1
    with pytest.raises(CannotDo, match="sees no"):
        await workshop.press(workshop.visitor, "announcements", "checkin:cases:")
    planted = workshop.plant(workshop.general, "checkin:cases:x")
    for answer in (
        await workshop.visitor.slash(workshop.general, "checkin"),
        await workshop.visitor.press(planted.id, workshop.general, "checkin:cases:x"),
    ):
        assert answer.ephemeral
        assert answer.text.startswith("⚠️ This is for the workshop\u2019s participants. Press the button Join")
    assert present(workshop) == sorted([("cases", amina.id), ("cases", karim.id)])


async def test_a_check_in_that_cannot_be_taken_is_refused_with_what_to_do(workshop: World) -> None:
    amina, lobby = workshop.amina, workshop.channel("announcements")

    async def refusal(**options: str) -> str:
        answer = await amina.slash(lobby, "checkin", **options)
        assert answer.ephemeral
        assert answer.text.startswith("⚠️ ")
        return answer.text

    def at(clock: str) -> str:
        return f"<t:{int(workshop.at(clock).timestamp())}:f>"

    assert at("2023-03-25 08:50") in await refusal()
    assert at("2023-03-27 08:50") in await refusal(session="panel")
    assert "**Sensor panel** is not open yet" in await refusal(session="panel")
    assert "**Coffee** needs no check-in" in await refusal(session="pause")
    assert "There is no such session" in await refusal(session="nothing")

    await workshop.until("2023-03-25 10:31")
    over = await workshop.press(amina, "announcements", "checkin:cases:")
    assert over.text.startswith(f"⚠️ **Ledgers at work** ended {at('2023-03-25 10:30')}")
    assert "**Coffee** needs no check-in" in await refusal(session="pause")
    nothing_open = await refusal()
    assert "Check-in is closed." in nothing_open
    assert at("2023-03-25 10:35") in nothing_open

    await workshop.until("2023-03-27 10:31")
    assert "The workshop is over" in await refusal()
    assert present(workshop) == []


async def test_where_two_sessions_are_open_the_command_takes_the_one_not_yet_checked_in_to(workshop: World) -> None:
    """Ten minutes before its start a session opens, while the one before goes on."""
    lobby = workshop.channel("announcements")
    await workshop.until("2023-03-25 09:25")
    offered = await workshop.amina.autocomplete(lobby, "checkin", "session", "")
    assert [each["value"] for each in offered] == ["welcome", "cases"]
    for title in ("Welcome", "Ledgers at work"):
        assert f"checked in to **{title}**" in (await workshop.amina.slash(lobby, "checkin")).text
    assert present(workshop) == [("cases", workshop.amina.id), ("welcome", workshop.amina.id)]
