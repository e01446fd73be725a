"""The day in short, for those who missed it: true, in every language, and only what they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.world import World


async def share(world: World, title: str, *, shown: bool) -> None:
    form = await world.amina.slash(world.channel("ledgers"), "note share", topic="ledgers")
    assert form.modal
    typed = {"title": title, "kind": "worked", "did": "We did.", "learned": "We learnt."}
    kept = await world.amina.submit(form.modal, typed)
    if shown:
        await world.press_in(world.amina, kept, "ledgers", "show:")


async def test_a_day_ends_with_what_happened_on_it(workshop: World) -> None:
    await workshop.until("2023-03-25 09:00")
    await workshop.press(workshop.amina, "announcements", "checkin:welcome:")
    await workshop.press(workshop.karim, "announcements", "checkin:welcome:")
    await share(workshop, "One ledger, many ports", shown=True)
    await share(workshop, "For the organisers alone", shown=False)
    form = await workshop.karim.slash(workshop.channel("announcements"), "ask")
    assert form.modal
    await workshop.karim.submit(form.modal, {"text": "Who pays for it?", "session": "cases"})
    await workshop.until("2023-03-25 11:44")
    assert not [m for m in workshop.messages("announcements") if m.text.startswith("## 🌙")]
    await workshop.until("2023-03-25 11:46")
    (digest,) = [m for m in workshop.messages("announcements") if m.text.startswith("## 🌙")]
    for words in (
        "The day in brief: Saturday, 25 March 2023",
        "La journée en bref",
        "موجز اليوم",
        "✅ Ledgers at work",
        "People present: 2. Total minutes attended: 60.",
        "One ledger, many ports",
        "Who pays for it?",
        "**Sensor panel**",
    ):
        assert words in digest.text
    assert "Coffee" not in digest.text
    assert "For the organisers alone" not in digest.text
    (card,) = [m for m in workshop.messages("ledgers") if "One ledger" in m.text]
    assert f"/{workshop.guild_id}/{card.channel_id}/{card.id})" in digest.text
    await workshop.until("2023-03-27 10:46")
    last = [m for m in workshop.messages("announcements") if m.text.startswith("## 🌙")][-1]
    assert "The workshop is over." in last.text


async def test_a_day_that_ends_later_is_told_of_later(workshop: World) -> None:
    await workshop.until("2023-03-25 11:00")
    shown = await workshop.moderator.slash(
        workshop.channel("announcements"), "session extend", session="talk", minutes=20
    )
    await workshop.press_in(workshop.moderator, shown, "announcements", "agree:")
    await workshop.until("2023-03-25 12:04")
    assert not [m for m in workshop.messages("announcements") if m.text.startswith("## 🌙")]
    await workshop.until("2023-03-25 12:06")
    assert [m for m in workshop.messages("announcements") if m.text.startswith("## 🌙")]
