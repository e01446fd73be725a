"""What somebody gets of their own, and that after /me delete none of it is left: on disk, on Discord, in a backup."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from bot.rehearsal.discord.calls import NoAnswer
from tests.e2e.actions import ask_to_erase, erase

if TYPE_CHECKING:
    from tests.e2e.world import World

NOTE = {
    "title": "zebrafish ledger",
    "kind": "mixed",
    "did": "zebrafish did",
    "learned": "سمكة زيبرا",
}
WORDS = ("zebrafish", "سمكة زيبرا", "Amina")


def found(world: World) -> dict[str, list[str]]:
    """The database's files in whose bytes a word is found."""
    every = [world.database.with_name(world.database.name + ending) for ending in ("", "-wal", "-shm")]
    return {word: names for word in WORDS if (names := [p.name for p in every if word.encode() in p.read_bytes()])}


def shown(world: World) -> str:
    """Everything that the bot has posted."""
    return "\n".join(message.text for message in world.discord.all_messages())


async def take_part(world: World) -> None:
    """Amina joins, checks in, shares a note, asks, and takes up what Karim wrote; so does Karim."""
    for person, name in ((world.amina, "Amina Zebrafish"), (world.karim, "Karim")):
        form = (await world.press(person, "welcome", "join:")).modal
        assert form
        answer = await person.submit(form, {"name": name})
        form = (await world.press_in(person, answer, "welcome", "introduce")).modal
        assert form
        who = {"name": name, "administration": f"{name} zebrafish", "country": "TN", "kind": "customs"}
        await person.submit(form, who if person is world.amina else {**who, "administration": "Customs"})
    await world.until("2023-03-25 09:31")
    for person, words in ((world.amina, NOTE), (world.karim, {**NOTE, "title": "axolotl", "did": "D", "learned": "L"})):
        await world.press(person, "announcements", "checkin:cases:")
        form = (await person.slash(world.channel("ledgers"), "note share")).modal
        assert form
        answer = await person.submit(form, words)
        await world.press_in(person, answer, "ledgers", "show:")
        form = (await person.slash(world.channel("ledgers"), "ask")).modal
        assert form
        await person.submit(form, {"text": f"{words['title']}?"})
    await world.settle()
    (card,) = [m for m in world.messages("ledgers") if "axolotl" in m.text]
    echo = next(button for button in card.custom_ids if button.startswith("echo:"))
    await world.amina.press(card.id, card.channel_id, echo)
    await world.settle()


async def test_everybody_gets_all_of_their_own_and_nothing_of_others(workshop: World) -> None:
    await take_part(workshop)
    answer = await workshop.amina.slash(workshop.channel("announcements"), "me export")
    assert answer.ephemeral
    files = {file.filename: file.content.decode() for file in answer.attachments}
    assert files.keys() == {"me.md", "me.json"}
    told = json.loads(files["me.json"])
    assert told["place"][0]["name"] == "Amina Zebrafish"
    assert {name: told["notes"][0][name] for name in NOTE} == NOTE
    assert [one["session"] for one in told["check_ins"]] == ["cases"]
    assert len(told["questions"]) == len(told["echoes"]) == len(told["consents"]) == len(told["reports"]) == 1
    assert "axolotl" not in files["me.json"] + files["me.md"]
    assert all(f"- {name}: " in files["me.md"] for name in NOTE)
    assert "## Your notes" in files["me.md"]


async def test_after_delete_nothing_is_left_and_others_keep_theirs(workshop: World) -> None:
    await take_part(workshop)
    assert found(workshop).keys() == set(WORDS)
    assert "zebrafish" in shown(workshop)
    # Nothing is erased before it is confirmed.
    await ask_to_erase(workshop, workshop.amina)
    assert found(workshop).keys() == set(WORDS)
    answer = await erase(workshop, workshop.amina)
    assert answer.text.startswith("✅")
    assert found(workshop) == {}
    await workshop.settle()
    await workshop.settle()
    assert "zebrafish" not in shown(workshop).lower()
    assert "Amina" not in shown(workshop)
    assert "axolotl" in shown(workshop)
    assert workshop.rows("SELECT count(*) FROM presence") == [(2,)]
    assert workshop.rows("SELECT count(*) FROM presence WHERE person = ?", workshop.amina.id) == [(0,)]
    # They have left the workshop: the role is gone, and no place gives it back.
    refused = await workshop.amina.slash(workshop.general, "now")
    assert refused.text.startswith("⚠️ This is for the workshop\u2019s participants.")
    assert "Amina" not in workshop.log


async def test_killed_in_the_midst_it_is_done_at_the_next_start_and_once(workshop: World) -> None:
    await take_part(workshop)

    def kill(method: str, path: str) -> None:
        if method == "DELETE" and "/messages/" in path:
            workshop.witness.on_request = None
            workshop.kill_in_the_act()

    workshop.witness.on_request = kill
    answer, button = await ask_to_erase(workshop, workshop.amina)
    assert answer.message_id
    with contextlib.suppress(NoAnswer):  # the card may be on its way out before the answer is
        await workshop.amina.press(answer.message_id, workshop.channel("announcements"), button)
    await workshop.eventually(lambda: not workshop.discord.online, "the kill")
    await workshop.kill_bot()
    await workshop.start_bot()
    await workshop.settle()
    assert "zebrafish" not in shown(workshop).lower()
    assert found(workshop) == {}
    # What they write when they have come back isn't erased by an old button.
    workshop.discord.give_role(workshop.amina, workshop.role("Participant"))
    form = (await workshop.amina.slash(workshop.channel("ledgers"), "note share")).modal
    assert form
    await workshop.amina.submit(form, NOTE)
    again = await workshop.amina.press(answer.message_id, workshop.channel("announcements"), button)
    assert again.text.startswith("✅")
    assert len(workshop.rows("SELECT * FROM note")) == 2


async def test_a_restored_backup_deletes_again(workshop: World) -> None:
    await take_part(workshop)
    saved = workshop.folder / "saved.db"
    assert (await workshop.plenary("backup", "--to", str(saved))).code == 0
    await erase(workshop, workshop.amina)
    await workshop.settle()
    await workshop.stop_bot()
    assert (await workshop.plenary("restore", str(saved))).code == 0
    assert b"zebrafish" in workshop.database.read_bytes()
    refused = await workshop.plenary("export", "notes")
    assert refused.code != 0
    assert "Start the bot once" in refused.err
    await workshop.start_bot()
    await workshop.settle()
    assert found(workshop) == {}
    assert "zebrafish" not in shown(workshop).lower()
    assert [title for (title,) in workshop.rows("SELECT title FROM note")] == ["axolotl"]
