"""Months later: whoever made a pledge is asked how it goes, once, privately; everybody reads what was pledged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.e2e.actions import (
    LAST_MORNING,
    PLEDGE,
    direct_messages,
    form_values,
    pledge_form,
    press_direct_message,
    report_progress,
    settle_edits,
)
from tests.e2e.world import PLAN

if TYPE_CHECKING:
    from bot.rehearsal.discord.people import Person
    from tests.e2e.world import World

HEADING = "## What became of the pledges?"
#: Nearly as long as a form takes, and twice as long once it is escaped.
LONG_PLEDGE = f"Pledge of amina{'*' * 3900}"


@pytest.fixture
def written_plan() -> str:
    return f"{PLAN}pledges:\n  follow_up: [3, 6]\n"


async def erased(world: World, person: Person) -> None:
    asked = await person.slash(world.channel("ledgers"), "me delete")
    await world.press_in(person, asked, "ledgers", "erase:")
    await settle_edits(world)


async def back(world: World, moment: str) -> None:
    """The bot is away, and comes back."""
    await world.stop_bot()
    await world.jump(moment)
    await world.start_bot()
    await settle_edits(world)


async def test_asked_at_three_and_six_months_and_the_answers_are_kept_and_handed_over(workshop: World) -> None:
    await workshop.until(LAST_MORNING)
    people = (workshop.amina, workshop.karim, workshop.visitor)
    workshop.discord.give_role(workshop.visitor, workshop.role("Participant"))
    for person, contact in zip(people, (True, False, True), strict=True):
        form = await pledge_form(workshop, person)
        words = LONG_PLEDGE if person is workshop.amina else f"Pledge of {person.name}"
        await person.submit(form, PLEDGE | {"text": words, "contact": contact})
    await workshop.press(workshop.karim, "welcome", "language:fr:")
    await workshop.until("2023-03-27 12:00")
    # One is erased before; the bot is away on the day, and comes back two days later.
    await erased(workshop, workshop.visitor)
    await back(workshop, "2023-06-29 08:00")
    assert [len(direct_messages(workshop, person)) for person in people] == [1, 1, 0]
    [mine], [theirs] = direct_messages(workshop, workshop.amina), direct_messages(workshop, workshop.karim)
    assert "Pledge of amina" in mine
    assert "with your name" in mine
    assert "Il y a 3 mois" in theirs
    assert "sans votre nom" in theirs
    post = workshop.messages("announcements")[-1]
    assert post.text.startswith(HEADING)
    assert "Pledge of amina" in post.text
    assert "visitor" not in post.text

    shown = await press_direct_message(workshop, workshop.amina, "progress:3")
    kept = await report_progress(workshop.amina, shown, "under_way", "Two *ports*")
    assert kept.text.startswith("✅ Thank you, your answer is saved.")
    assert workshop.rows("SELECT person, months, state, text FROM pledge_progress") == [
        (workshop.amina.id, 3, "under_way", "Two *ports*")
    ]
    again = await workshop.press(workshop.amina, "announcements", "progress:3:")
    assert again.modal
    assert form_values(again.modal) == {"state": "under_way", "text": "Two *ports*"}
    karims = await press_direct_message(workshop, workshop.karim, "progress:3")
    await report_progress(workshop.karim, karims, "not_yet")
    refused = await workshop.press(workshop.moderator, "announcements", "progress:3:")
    assert refused.text.startswith("⚠️ No pledge of yours is kept")

    # Started again, nobody is asked twice, nor who makes a pledge only now; three months later, everybody.
    await workshop.moderator.submit(await pledge_form(workshop, workshop.moderator), PLEDGE)
    await back(workshop, "2023-06-30 08:00")
    assert [len(direct_messages(workshop, person)) for person in (*people, workshop.moderator)] == [1, 1, 0, 0]
    await back(workshop, "2023-09-27 07:59")
    await workshop.until("2023-09-27 08:01")
    await settle_edits(workshop)
    assert [len(direct_messages(workshop, person)) for person in (*people, workshop.moderator)] == [2, 2, 0, 1]
    assert (
        workshop.titles("announcements").count(
            HEADING + " · Que sont devenus les engagements ? · ما الذي تحقق من التعهدات؟"
        )
        == 2
    )
    assert "🔧 Pledge of amina" in workshop.messages("announcements")[-1].text
    later = await press_direct_message(workshop, workshop.amina, "progress:6")
    await report_progress(workshop.amina, later, "done")
    rows = json.loads((await workshop.plenary("export", "pledges", "--format", "json")).out)["rows"]
    told = {(row["text"], row["person"], row["progress"], row["progress_text"]) for row in rows}
    assert told == {
        (PLEDGE["text"], "moderator", None, None),
        (LONG_PLEDGE, "Amina · BH", "done", ""), ("Pledge of karim", None, "not_yet", ""),
    }  # fmt: skip
    # Who has themselves erased now is gone from what was posted, too.
    await erased(workshop, workshop.amina)
    assert not any("Pledge of amina" in one.text for one in workshop.messages("announcements"))
    gone = await press_direct_message(workshop, workshop.amina, "progress:6")
    assert gone.text.startswith("⚠️ No pledge of yours is kept")


async def test_away_for_longer_the_team_reads_what_was_left_out(workshop: World) -> None:
    await workshop.until(LAST_MORNING)
    await workshop.amina.submit(await pledge_form(workshop, workshop.amina), PLEDGE)
    await back(workshop, "2023-07-10 08:00")
    assert direct_messages(workshop, workshop.amina) == []
    lines = [message.text for message in workshop.messages("team")]
    assert sum("what became of the pledges 3 months after the workshop" in line for line in lines) == 1
    assert HEADING not in " ".join(workshop.titles("announcements"))
