"""The manual: by role, in one's own language, each command to be clicked, with ids that outlive a restart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.domain.people.roles import Role
from bot.rehearsal.discord.calls import shown_text
from tests.entries import COMMANDS

if TYPE_CHECKING:
    from bot.rehearsal.discord.people import Person
    from tests.e2e.world import World


def command_ids(world: World) -> dict[str, str]:
    """Each command and subcommand with the id that Discord gave."""
    found: dict[str, str] = {}
    every = (command for scope in world.discord.backend.commands.values() for command in scope.values())
    for command in (command for command in every if command.get("type", 1) == 1):  # the others are entries of menus
        subs = [option["name"] for option in command.get("options", []) if option["type"] == 1]
        found |= {f"{command['name']} {sub}".strip(): str(command["id"]) for sub in subs or [""]}
    return found


async def told(world: World, person: Person) -> str:
    """All that is answered; a long manual is more than one message."""
    messages = world.discord.backend.messages[world.general]
    before = set(messages)
    assert (await person.slash(world.general, "help")).ephemeral
    await world.settle()
    pages = [message for key, message in sorted(messages.items()) if key not in before]
    assert pages
    assert all(page.is_ephemeral for page in pages)
    return "\n".join(map(shown_text, pages))


def mentioned(text: str) -> dict[str, str]:
    return dict(re.findall(r"</([a-z ]+):(\d+)>", text))


async def test_everybody_sees_what_they_may_do_and_can_click_it(workshop: World) -> None:
    ids = command_ids(workshop)
    assert set(ids) == set(COMMANDS)
    for person, role in (
        (workshop.visitor, Role.VISITOR), (workshop.amina, Role.PARTICIPANT), (workshop.moderator, Role.MODERATOR),
        (workshop.organiser, Role.ORGANISER),
    ):  # fmt: skip
        allowed = {name: ids[name] for name, needed in COMMANDS.items() if needed <= role}
        assert mentioned(await told(workshop, person)) == allowed, person.name


async def test_what_one_may_do_comes_first_grouped_by_what_it_is_for(workshop: World) -> None:
    text = await told(workshop, workshop.organiser)
    parts = text.split("\n### ")
    assert [part.splitlines()[0] for part in parts] == ["## What you can do here", "For moderators", "For organisers"]
    roles = [{COMMANDS[name] for name in mentioned(part)} for part in parts]
    assert roles == [{Role.VISITOR, Role.PARTICIPANT}, {Role.MODERATOR}, {Role.ORGANISER}]
    lines = parts[0].splitlines()
    at = lines.index("**Checking in**")
    assert lines[at + 1].startswith("</checkin:")
    assert lines[at + 1].endswith("> · Say that you are here")
    visitor = await told(workshop, workshop.visitor)
    assert "Press Join in #help-desk" in visitor
    assert "### For" not in await told(workshop, workshop.amina)


async def test_it_speaks_french_and_arabic_and_the_ids_outlive_a_restart_without_another_sync(workshop: World) -> None:
    before = mentioned(await told(workshop, workshop.moderator))
    await workshop.stop_bot()
    workshop.rewrite("INSERT INTO chosen_language (person, language) VALUES (?, 'ar')", workshop.amina.id)
    syncs = workshop.witness.count("PUT", "/commands")
    await workshop.start_bot()
    assert workshop.witness.count("PUT", "/commands") == syncs
    assert mentioned(await told(workshop, workshop.moderator)) == before
    french = await told(workshop, workshop.karim)
    assert f"</now:{before['now']}> · Ce qui se passe maintenant, et ce qui suit" in french
    arabic = await told(workshop, workshop.amina)
    assert f"\u2068</now:{before['now']}>\u2069 · ما يجري الآن وما يليه" in arabic
    shown = [line for line in arabic.splitlines() if re.search("[A-Za-z]", re.sub("\u2068.*?\u2069", "", line))]
    assert shown == []

    # A database of an earlier version has no ids: they are asked for once.
    await workshop.stop_bot()
    workshop.rewrite("DELETE FROM fact WHERE name = 'command_ids'")
    await workshop.start_bot()
    assert mentioned(await told(workshop, workshop.moderator)) == before
    assert workshop.witness.count("PUT", "/commands") == syncs + 1
