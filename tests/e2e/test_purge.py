"""`plenary purge` between two runs of the bot: what is gone from the file leaves the channels, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.people.retention import RetentionKind
from tests.e2e.actions import BEFORE_WELCOME, join_workshop, note_cards, settle_edits, show_note
from tests.e2e.world import PLAN

if TYPE_CHECKING:
    from tests.e2e.world import World


@pytest.fixture
def written_plan() -> str:
    return PLAN + "retention:\n" + "".join(f"  {kind}: 1\n" for kind in RetentionKind)


async def test_all_is_purged_at_a_yes_and_the_cards_leave_discord(workshop: World) -> None:
    await join_workshop(workshop, workshop.amina, "Amina", "Bahrain Customs")
    await workshop.until(BEFORE_WELCOME)
    await show_note(workshop, workshop.amina)
    asked = await workshop.amina.slash(workshop.channel("questions"), "ask")
    assert asked.modal
    await workshop.amina.submit(asked.modal, {"text": "Which port?", "session": "cases", "who": "named"})
    await workshop.until("2023-03-25 09:05")
    await workshop.press(workshop.amina, "announcements", "checkin:welcome")
    assert len(note_cards(workshop)) == 1
    assert any("Which port?" in message.text for message in workshop.messages("questions"))
    assert any("Amina" in message.text for message in workshop.messages("team"))
    running = await workshop.plenary("purge", "--yes")
    assert (running.code, "stop that one first" in running.err) == (2, True)
    await workshop.stop_bot()
    asked_first = await workshop.plenary("purge")
    assert "Nothing was purged. To purge it, answer yes or say --yes." in asked_first.out.decode()
    done = await workshop.plenary("purge", "--yes")
    assert (done.code, "It is erased, and recorded in the audit." in done.out.decode()) == (0, True)
    for table in ("note", "question", "presence", "participant", "letter"):
        assert workshop.rows(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - names only
    assert b"Start with one port" not in workshop.database.read_bytes()
    await workshop.start_bot()
    await settle_edits(workshop)
    assert note_cards(workshop) == []
    assert not any("Which port?" in message.text for message in workshop.messages("questions"))
    assert not any("Amina" in message.text for message in workshop.messages("team"))
    shown = await workshop.moderator.slash(workshop.channel("ledgers"), "attendance show")
    assert shown.text
