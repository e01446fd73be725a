"""One's own attendance: each session with its reasons, and where one stands; nobody else's."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.e2e.world import stamp

if TYPE_CHECKING:
    from bot.rehearsal.discord.people import Person
    from tests.e2e.world import World


async def told(world: World, person: Person) -> list[str]:
    answer = await person.slash(world.channel("announcements"), "me attendance")
    assert answer.ephemeral
    return answer.text.splitlines()


def reasons(lines: list[str]) -> dict[str, str]:
    """Each session's title, with its sign and what stands below it."""
    found: dict[str, str] = {}
    for line, below in pairwise(lines):
        if below.startswith("-# "):
            sign, _, title = line.split(" ", 2)
            found[title.strip("*")] = f"{sign} {below.removeprefix('-# ')}"
    return found


async def test_before_anything_has_happened_all_is_still_to_come(workshop: World) -> None:
    lines = await told(workshop, workshop.amina)
    assert lines[:3] == [
        "## Your attendance so far",
        "0 % of 225 minutes; 80 % are needed.",
        "You can still reach it in the remaining sessions.",
    ]
    assert lines[3] == "**Saturday, 25 March 2023**"
    titles = ("Welcome", "Ledgers at work", "Questions", "Sensor panel", "Farewell")
    assert reasons(lines) == dict.fromkeys(titles, "▫️ still to come")


async def test_each_session_says_why_it_counts_as_it_does(workshop: World) -> None:
    await workshop.until("2023-03-25 09:10")
    await workshop.press(workshop.amina, "announcements", "checkin:welcome:")
    await workshop.until("2023-03-25 09:40")
    await workshop.amina.join_voice(workshop.channel("plenary"))
    await workshop.until("2023-03-25 10:10")
    await workshop.amina.leave_voice()
    await workshop.until("2023-03-25 11:00")
    ((since,),) = workshop.rows("SELECT since FROM presence")
    assert reasons(await told(workshop, workshop.amina)) == {
        "Welcome": f"✅ checked in at {stamp(datetime.fromisoformat(since))} · 20 of 30 minutes count",
        "Ledgers at work": "✅ in the room for 30 minutes · 30 of 60 minutes count",
        "Questions": "🔴 check-in is open: type /checkin in #help-desk",
        "Sensor panel": "▫️ still to come",
        "Farewell": "▫️ still to come",
    }
    french = await told(workshop, workshop.karim)
    assert french[:2] == ["## Votre présence jusqu\u2019ici", "0 % de 225 minutes ; il en faut 80 %."]
    assert reasons(french)["Bienvenue"] == "⚪ absence"
    # 50 minutes, and 30 + 90 still to come: 170 of 225 are 75 %.
    lines = await told(workshop, workshop.amina)
    assert lines[1] == "22 % of 225 minutes; 80 % are needed."
    assert lines[2].startswith("You can no longer reach it.")


async def test_what_nobody_saw_is_no_absence_and_counts_against_nobody(workshop: World) -> None:
    await workshop.until("2023-03-25 09:30")
    await workshop.stop_bot()
    await workshop.jump("2023-03-25 10:30")
    await workshop.start_bot()
    await workshop.until("2023-03-25 10:46")
    lines = await told(workshop, workshop.amina)
    # To a minute: stopping and starting take their time.
    assert re.fullmatch("0 % of 16[45] minutes; 80 % are needed.", lines[1])
    assert re.match("❔ (60|61) minutes in which nobody could be seen", reasons(lines)["Ledgers at work"])


async def test_who_has_attended_is_told_so(workshop: World) -> None:
    for clock, session in (
        ("2023-03-25 09:00", "welcome"), ("2023-03-25 09:30", "cases"), ("2023-03-25 10:45", "talk"),
        ("2023-03-27 09:00", "panel"),
    ):  # fmt: skip
        await workshop.until(clock)
        await workshop.press(workshop.amina, "announcements", f"checkin:{session}:")
    lines = await told(workshop, workshop.amina)
    assert lines[1:3] == [
        "86 % of 225 minutes; 80 % are needed.",
        "You have reached what is needed. Thank you for being here.",
    ]


async def test_in_arabic_each_run_of_latin_stands_alone(workshop: World) -> None:
    await workshop.stop_bot()
    workshop.rewrite("INSERT INTO chosen_language (person, language) VALUES (?, 'ar')", workshop.amina.id)
    await workshop.start_bot()
    lines = await told(workshop, workshop.amina)
    assert lines[0] == "## حضورك حتى الآن"
    assert reasons(lines)["ترحيب"] == "▫️ لم تبدأ بعد"
