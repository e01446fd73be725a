"""What the bot's log never holds, also at DEBUG: what people type and search for, their names, and live tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rehearsal.discord.faults import Fault
from tests.e2e.actions import ask_question, join_workshop, share_note

if TYPE_CHECKING:
    from tests.e2e.world import World

TYPED = "zebrafish"


async def test_at_debug_it_holds_nothing_that_people_type_or_search_for(world: World) -> None:
    world.settings["PLENARY_LOG_LEVEL"] = "DEBUG"
    await world.start_bot()
    await world.setup()
    await join_workshop(world, world.amina, f"{TYPED} name", f"{TYPED} administration")
    await world.until("2023-03-25 09:31")
    ledgers = world.channel("ledgers")
    answer = await share_note(world, world.amina, title=f"{TYPED} title", did=f"{TYPED} did")
    await world.press_in(world.amina, answer, "ledgers", "show:")
    await ask_question(world, world.amina, f"{TYPED} question")
    found = await world.amina.slash(ledgers, "note search", words=f"{TYPED} title")
    assert TYPED in found.text
    await world.amina.autocomplete(ledgers, "note edit", "note", f"{TYPED} suggestion")
    await world.amina.autocomplete(ledgers, "ask", "session", f"{TYPED} suggestion")
    # What can't be sent is in the log, without what it says: here, the line about who has come.
    world.forgiven |= {"invalid", "error"}
    team = f"/channels/{world.channel('team')}/messages"
    refuse = {team: Fault.FORBIDDEN}
    world.discord._draw = lambda request: refuse.get(request.path)  # noqa: SLF001 - it begins in the midst of the test
    await join_workshop(world, world.karim, f"{TYPED} name", f"{TYPED} administration")
    await world.settle()
    log = world.log
    assert "report" in log
    assert " INFO " in log
    assert TYPED not in log.lower()
    assert "Amina" not in log
    assert not any(token in log for token in tokens(world))


def tokens(world: World) -> list[str]:
    """The tokens of all interactions, as Discord gave them out."""
    paths = [path for _, path in world.witness.requests if path.startswith(("/interactions/", "/webhooks/"))]
    found = [path.split("/")[3] for path in paths]
    assert found
    return found
