"""Certificates in Discord: one's own at any time, and all of them handed out privately, once each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from bot.rehearsal.faults import ANSWERS, Fault
from tests.e2e.conftest import PLAN, buttons
from tests.e2e.test_note_cards import private, settled
from tests.e2e.test_reviews import joins, kill_at_a_private_message

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


async def handed_out(world: World) -> Answer:
    """How it stands once whatever there is to hand out is handed out."""
    shown = await asks(world, world.organiser, "certificates")
    await world.press_in(world.organiser, shown, "welcome", "award")
    await settled(world)
    return await asks(world, world.organiser, "certificates")


async def test_each_gets_theirs_once_even_if_the_bot_is_killed_in_the_act(
    workshop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.forgiven.add("invalid")
    everybody = [workshop.amina, workshop.karim, workshop.visitor]
    sara = workshop.discord.add_person("sara", guild_id=workshop.guild_id)
    none = await asks(workshop, workshop.amina, "me certificate")
    assert none.text.startswith("⚠️ A certificate needs your name: join the workshop in")
    for person, name in zip((*everybody, sara), ("Amina", "Karim", "Vera", "Sara"), strict=True):
        await joins(workshop, person, name, f"Customs of {name}")
    await workshop.press(workshop.karim, "welcome", "language:fr:")
    await workshop.until("2023-03-25 09:30")
    lacking = await asks(workshop, workshop.amina, "me certificate")
    assert "20 % are needed, 45 minutes are missing. You can still reach it" in lacking.text
    for person in (workshop.amina, workshop.karim, sara):
        assert (await workshop.press(person, "announcements", "checkin:cases")).text.startswith("✅")
    await workshop.until("2023-03-27 12:00")
    mine = await asks(workshop, workshop.amina, "me certificate")
    assert [one.filename[:6] for one in mine.attachments] == ["amina-"]
    assert "tell a moderator" in (await asks(workshop, workshop.visitor, "me certificate")).text

    shown = await asks(workshop, workshop.organiser, "certificates")
    assert "3 participants have earned a certificate: at least 20 %" in shown.text
    killed = kill_at_a_private_message(workshop)
    handing = await workshop.press_in(workshop.organiser, shown, "welcome", "award")
    assert "Sent privately: 0 of 3; on their way: 3." in handing.text
    assert buttons(handing) == ["awards"]
    await workshop.eventually(lambda: killed, "a private message")
    await workshop.kill_bot()
    # Meanwhile one of them turns out to have earned none.
    workshop.rewrite("DELETE FROM presence WHERE person = ?", sara.id)
    # Hers comes last: one that met a failure is looked for among what was sent.
    workshop.rewrite(
        "UPDATE letter SET state = 'planned', written_at = '2099-01-01T00:00:00.000000Z' WHERE person = ?", sara.id
    )
    # And Discord says "later" without saying when: a message is not lost for that.
    monkeypatch.setitem(ANSWERS, Fault.BARE_LIMIT, (429, {"message": "Later"}, {"Via": "1.1 rehearsal"}))
    unclear = iter((Fault.BARE_LIMIT, Fault.BARE_LIMIT))
    workshop.discord._draw = lambda request: (  # noqa: SLF001 - it begins in the midst of the test
        next(unclear, None) if request.path == "/users/@me/channels" else None
    )
    await workshop.start_bot()
    await settled(workshop)
    again = await workshop.press_in(workshop.organiser, handing, "welcome", "awards")
    assert "Sent privately: 2 of 3; on their way: 0." in again.text
    assert "1 was not sent after all" in again.text
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
    told = await handed_out(workshop)
    assert f"They can take it with /me certificate: <@{workshop.visitor.id}>" in told.text
    assert [len(enclosed(workshop, person)) for person in everybody] == [1, 1, 0]
    assert [what for (what,) in workshop.rows("SELECT what FROM audit ORDER BY at")] == [
        "certificates handed out", "attendance corrected", "certificates handed out",
    ]  # fmt: skip
