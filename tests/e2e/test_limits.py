"""What one person may do in a short time and have at once: told in a sentence, with what they typed; not the team."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.contributions.questions import MOST_OPEN
from bot.domain.people.rates import RATES, LimitedAction
from tests.e2e.actions import DURING_CASES, QUESTION, question_form

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from bot.rehearsal.discord.people import Person
    from tests.e2e.world import World


async def asked(world: World, person: Person, count: int) -> list[ReceivedAnswer]:
    return [await person.submit(await question_form(person, world), {"text": f"{QUESTION} {n}"}) for n in range(count)]


async def test_a_participant_with_many_questions_is_told_when_there_is_room_and_gets_the_text_back(
    workshop: World,
) -> None:
    await workshop.until(DURING_CASES)
    answers = await asked(workshop, workshop.amina, RATES[LimitedAction.WRITE].at_once + 1)
    assert all(answer.text.startswith("✅") for answer in answers[:MOST_OPEN])
    for answer in answers[MOST_OPEN:-1]:
        assert answer.text.startswith(f"⚠️ You have {MOST_OPEN} questions that await an answer")
    assert answers[-1].text.startswith("⚠️ That was a lot in a short time, so nothing was done. Please try again <t:")
    for n, answer in enumerate(answers[MOST_OPEN:], MOST_OPEN):
        (file,) = answer.attachments
        assert file.content.decode() == f"{QUESTION} {n}"
    # Others are not held up by it, and neither is she once one of hers is answered and some time has passed.
    (other,) = await asked(workshop, workshop.karim, 1)
    assert other.text.startswith("✅")
    ((first,), *_) = workshop.rows("SELECT id FROM question WHERE author = ? ORDER BY id", workshop.amina.id)
    await workshop.moderator.slash(workshop.channel("team"), "question state", question=first, to="answered")
    await workshop.until(workshop.at(DURING_CASES) + timedelta(minutes=1))
    (again,) = await asked(workshop, workshop.amina, 1)
    assert again.text.startswith("✅")


async def test_who_presses_without_end_is_asked_to_wait_and_the_team_is_not(workshop: World) -> None:
    await workshop.until(DURING_CASES)
    ledgers, most = workshop.channel("ledgers"), RATES[LimitedAction.PRESS].at_once

    async def often(person: Person) -> list[str]:
        return [
            answer.text for answer in await asyncio.gather(*(person.slash(ledgers, "now") for _ in range(most + 5)))
        ]

    told = await often(workshop.amina)
    assert sum("⚠️ That was a lot in a short time" in text for text in told) == 5
    assert not any("That was a lot" in text for text in await often(workshop.moderator))
    many = RATES[LimitedAction.SUGGEST].at_once + 5
    suggest = (workshop.karim.autocomplete(ledgers, "ask", "session", "table") for _ in range(many))
    assert [] in await asyncio.gather(*suggest)
