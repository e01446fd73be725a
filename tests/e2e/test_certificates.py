"""Certificates in Discord: each person takes their own, by a button that is announced once, or by a command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from tests.e2e.actions import join_workshop
from tests.e2e.world import PLAN, buttons

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from bot.rehearsal.discord.people import Person
    from tests.e2e.world import World


@pytest.fixture
def written_plan() -> str:
    return f"{PLAN}attendance:\n  percent: 20\n"


def code_in(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as opened:
        text = "\n".join(page.get_textpage().get_text_range() for page in opened)
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", text)
    assert found, text
    return found[0]


async def asks(world: World, person: Person, command: str) -> ReceivedAnswer:
    return await person.slash(world.channel("welcome"), command)


async def test_each_person_takes_theirs_by_a_button_that_is_announced_once(workshop: World) -> None:
    everybody = [workshop.amina, workshop.karim, workshop.visitor]
    none = await asks(workshop, workshop.amina, "me certificate")
    assert none.text.startswith("⚠️ A certificate needs your name: join the workshop in")
    for person, name in zip(everybody, ("Amina", "Karim", "Vera"), strict=True):
        await join_workshop(workshop, person, name, f"Customs of {name}")
    await workshop.press(workshop.karim, "welcome", "language:fr:")
    await workshop.until("2023-03-25 09:30")
    lacking = await asks(workshop, workshop.amina, "me certificate")
    assert "20 % are needed, 45 minutes are missing. You can still reach it" in lacking.text
    for person in (workshop.amina, workshop.karim):
        assert (await workshop.press(person, "announcements", "checkin:cases")).text.startswith("✅")
    await workshop.until("2023-03-27 12:00")
    mine = await asks(workshop, workshop.amina, "me certificate")
    assert [one.filename[:6] for one in mine.attachments] == ["amina-"]

    shown = await asks(workshop, workshop.organiser, "certificates")
    assert "2 participants have earned a certificate: at least 20 %" in shown.text
    assert "Nobody has been told yet" in shown.text
    before = len(workshop.messages("announcements"))
    for _ in range(2):
        announced = await workshop.press_in(workshop.organiser, shown, "welcome", "award")
        assert "Announced in" in announced.text
        assert buttons(announced) == []
        await workshop.settle()
    [post] = workshop.messages("announcements")[before:]
    assert ("Your certificate is ready" in post.text, "Votre attestation est prête" in post.text) == (True, True)

    await workshop.stop_bot()
    await workshop.start_bot()  # a button of any age works after a restart
    hers, his, nobodys = [await workshop.press(person, "announcements", "certificate:") for person in everybody]
    assert (hers.ephemeral, his.ephemeral) == (True, True)
    assert "Voici votre attestation" in his.text
    [pdf], [other] = hers.attachments, his.attachments
    assert code_in(pdf.content) == code_in(mine.attachments[0].content)
    verified = await workshop.plenary("verify", code_in(other.content))
    assert (verified.code, "Karim" in verified.out.decode()) == (0, True)
    assert "tell a moderator" in nobodys.text
    assert workshop.rows("SELECT count(*) FROM letter") == [(0,)]
    assert workshop.rows("SELECT what FROM audit") == [("certificates announced",)]
