"""Whatever characters are typed, each person gets an answer, and what is kept can be written anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.world import World

ODD = "Odd \uffff sign \ud800\u0007\u202e\U0001fffe"


async def test_what_no_file_can_hold_is_never_kept(workshop: World) -> None:
    """In forms and in the options of commands; a note of nothing else is refused, and so is a day far ahead."""
    world, team = workshop, workshop.channel("team")
    await world.until("2023-03-25 09:31")
    words = {"title": ODD, "kind": "mixed", "did": ODD, "learned": ODD}
    form = await world.amina.slash(world.channel("ledgers"), "note share", topic="ledgers")
    assert form.modal
    answer = await world.amina.submit(form.modal, words)
    assert answer.text.startswith("✅")
    assert world.rows("SELECT title, did, learned FROM note") == [("Odd  sign",) * 3]

    form = await world.amina.slash(world.channel("ledgers"), "note share", topic="ledgers")
    assert form.modal
    answer = await world.amina.submit(form.modal, words | {"title": "\uffff\u200e"})
    assert answer.text.startswith("⚠️")
    assert len(world.rows("SELECT * FROM note")) == 1

    answer = await world.organiser.slash(team, "session add", title="\ufffe\u0008", when="14:30", minutes=10)
    assert "Nothing in the option “title” can be read." in answer.text
    answer = await world.organiser.slash(team, "session add", title="Late", when="9999-12-31 14:30", minutes=10)
    assert "more than two years ahead" in answer.text
    answer = await world.organiser.slash(team, "session add", title=f" {ODD}", when="17:30", minutes=10)
    assert "Odd  sign" in answer.text
