"""Certificates in Discord: one's own at any time, and all of them handed out privately, once each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from tests.e2e.conftest import PLAN, buttons
from tests.e2e.test_note_cards import private, settled
from tests.e2e.test_reviews import joins

if TYPE_CHECKING:
    from bot.rehearsal.people import Answer, Person
    from tests.e2e.conftest import World


@pytest.fixture
def written_plan() -> str:
    return f"{PLAN}attendance:\n  percent: 20\n"


def code_in(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as opened:
        text = "\n".join(page.get_textpage().get_text_range() for page in opened)
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", text)
    assert found, text
    return found[0]


def enclosed(world: World, person: Person) -> list[bytes]:
    """The files that somebody got privately."""
    backend = world.discord.backend
    messages = backend.messages.get(backend.get_dm_channel(person.id).id, {})
    return [backend.cdn.get(each["url"]) or b"" for one in messages.values() for each in one.attachments]


async def asks(world: World, person: Person, command: str) -> Answer:
    return await person.slash(world.channel("welcome"), command)


async def test_each_gets_theirs_once_even_if_the_bot_is_killed_in_the_act(workshop: World) -> None:
    workshop.forgiven.add("invalid")
    everybody = [workshop.amina, workshop.karim, workshop.visitor]
    none = await asks(workshop, workshop.amina, "me certificate")
    assert none.text.startswith("⚠️ A certificate needs your name: join the workshop in")
    for person, name in zip(everybody, ("Amina", "Karim", "Vera"), strict=True):
        await joins(workshop, person, name, f"Customs of {name}")
    await workshop.press(workshop.karim, "welcome", "language:fr:")
    await workshop.until("2023-03-25 09:30")
    lacking = await asks(workshop, workshop.amina, "me certificate")
    assert "20 % are needed, 45 minutes are missing. You can still reach it" in lacking.text
    for person in (workshop.amina, workshop.karim):
        assert (await workshop.press(person, "announcements", "checkin:cases")).text.startswith("✅")
    await workshop.until("2023-03-27 12:00")
    mine = await asks(workshop, workshop.amina, "me certificate")
    assert [one.filename[:6] for one in mine.attachments] == ["amina-"]
    assert "tell a moderator" in (await asks(workshop, workshop.visitor, "me certificate")).text

    shown = await asks(workshop, workshop.organiser, "certificates")
    assert "2 participants have earned a certificate: at least 20 %" in shown.text
    killed: list[str] = []

    def strike(method: str, path: str) -> None:
        dms = {str(one.id) for one in workshop.discord.backend.channels.values() if one.guild_id is None}
        if method == "POST" and path.split("/")[2:3] and path.split("/")[2] in dms and not killed:
            killed.append(path)
            workshop.kill_in_the_act()

    workshop.witness.on_request = strike
    handing = await workshop.press_in(workshop.organiser, shown, "welcome", "award")
    assert "Sent privately: 0 of 2; on their way: 2." in handing.text
    assert buttons(handing) == ["awards"]
    await workshop.eventually(lambda: killed, "a private message")
    await workshop.kill_bot()
    await workshop.start_bot()
    await settled(workshop)
    again = await workshop.press_in(workshop.organiser, handing, "welcome", "awards")
    assert "Sent privately: 2 of 2; on their way: 0." in again.text
    assert buttons(again) == []
    await workshop.press_in(workshop.organiser, shown, "welcome", "award")
    await settled(workshop)
    [[hers], [his], []] = [enclosed(workshop, person) for person in everybody]
    assert "Voici votre attestation" in private(workshop, workshop.karim)[0]
    assert code_in(hers) == code_in(mine.attachments[0].content)
    verified = await workshop.plenary("verify", code_in(his))
    assert (verified.code, "Karim" in verified.out.decode()) == (0, True)

    # Who is marked present since has earned one, and takes no private messages.
    workshop.discord.limits.unwilling.add(workshop.visitor.id)
    marked = {"session": "cases", "status": "present", "reason": "Seen", "person": str(workshop.visitor.id)}
    await workshop.moderator.slash(workshop.channel("ledgers"), "attendance mark", **marked)
    shown = await asks(workshop, workshop.organiser, "certificates")
    await workshop.press_in(workshop.organiser, shown, "welcome", "award")
    await settled(workshop)
    told = await asks(workshop, workshop.organiser, "certificates")
    assert (
        f"takes no private messages from this server. They can take it with /me certificate: <@{workshop.visitor.id}>"
        in told.text
    )
    assert [len(enclosed(workshop, person)) for person in everybody] == [1, 1, 0]
    assert [what for (what,) in workshop.rows("SELECT what FROM audit ORDER BY at")] == [
        "certificates handed out", "attendance corrected", "certificates handed out",
    ]  # fmt: skip
