"""What people do in more than one end-to-end test: share and review notes, ask, pledge, join, erase their data."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.domain.announcement_kinds import KINDS, Kind
from bot.domain.planned_announcements import planned
from bot.rehearsal.discord.calls import Attachment, ReceivedAnswer, SeenMessage
from bot.rehearsal.discord.people import Person
from tests.e2e.world import PLAN, World, buttons

# --- notes

NOTE = {
    "title": "Start with one port",
    "kind": "worked",
    "did": "We put *one* port on the ledger first.",
    "learned": "Agree on who may write before anything else.",
}
NOTE_WITH_EMOJI = {
    "title": "Weigh first",
    "kind": "worked",
    "did": "We weighed every container, and then asked what was in it.",
    "learned": "Ask first. 🚢",
}
#: The first morning, before any session.
BEFORE_WELCOME = "2023-03-25 08:00"


async def share_note(world: World, person: Person, *files: Attachment, **changed: str) -> ReceivedAnswer:
    opened = await person.slash(world.channel("ledgers"), "note share", topic="ledgers")
    assert opened.modal is not None
    answer = await person.submit(opened.modal, {**NOTE, **changed, "files": files})
    assert answer.text.startswith("✅")
    return answer


async def press_answer(world: World, person: Person, answer: ReceivedAnswer, button: str) -> ReceivedAnswer:
    return await world.press_in(person, answer, "ledgers", button)


async def fill_in(world: World, person: Person, answer: ReceivedAnswer, button: str, **values: str) -> ReceivedAnswer:
    """Press a button of an answer, and submit the form that it opens."""
    opened = await press_answer(world, person, answer, button)
    assert opened.modal is not None, opened.text
    return await person.submit(opened.modal, values)


def note_cards(world: World, channel: str = "ledgers") -> list[SeenMessage]:
    return [message for message in world.messages(channel) if any(c.startswith("echo:") for c in message.custom_ids)]


def direct_messages(world: World, person: Person) -> list[str]:
    """The texts of the direct messages that the bot sent to a person, oldest first."""
    channel = world.discord.backend.get_dm_channel(person.id)
    return [message.text for message in world.discord.messages(channel.id)]


async def settle_edits(world: World) -> None:
    """Wait for three edits of one message, which are three seconds apart."""
    for _ in range(3):
        await world.settle()


# --- reviews and participants


async def open_review(world: World, **options: str) -> ReceivedAnswer:
    """The moderator opens the queue of notes to review, in the topic's channel."""
    return await world.moderator.slash(world.channel("ledgers"), "note review", **options)


async def show_note(world: World, person: Person, **changed: str) -> str:
    """Share a note and show it to everybody; returns its id."""
    answer = await share_note(world, person, **changed)
    await press_answer(world, person, answer, "show:")
    await settle_edits(world)
    ((key,),) = world.rows("SELECT id FROM note WHERE author = ? ORDER BY written_at DESC LIMIT 1", person.id)
    return str(key)


async def join_workshop(world: World, person: Person, name: str, administration: str) -> None:
    opened = await person.slash(world.channel("welcome"), "join")
    assert opened.modal
    unknown = await person.submit(opened.modal, {"name": name})
    form = await world.press_in(person, unknown, "welcome", "introduce")
    assert form.modal
    known = {"name": name, "administration": administration, "country": "TN", "kind": "customs"}
    assert (await person.submit(form.modal, known)).text.startswith("✅")


# --- questions

DURING_CASES = "2023-03-25 09:40"
QUESTION = "Who may *write* to the ledger?"


async def question_form(person: Person, world: World, **options: str) -> dict[str, Any]:
    shown = await person.slash(world.channel("ledgers"), "ask", **options)
    assert shown.modal is not None, shown.text
    return shown.modal


async def ask_question(world: World, person: Person, text: str, **filled: str) -> ReceivedAnswer:
    answer = await person.submit(await question_form(person, world), {"text": text, **filled})
    assert answer.text.startswith("✅"), answer.text
    return answer


# --- pledges and their follow-up

_CHECKBOX = 23  # a type of component
LAST_MORNING = "2023-03-27 08:30"
PLEDGE = {"text": "Publish our figures", "by": "2023-06-30", "contact": True}


async def pledge_form(world: World, person: Person) -> dict[str, Any]:
    shown = await person.slash(world.channel("ledgers"), "pledge")
    assert shown.modal is not None, shown.text
    return shown.modal


def form_values(form: dict[str, Any]) -> dict[str, str | bool]:
    """The values that a form shows when it opens, by field."""
    fields = [part["component"] for part in form["components"] if "component" in part]
    return {field["custom_id"]: _shown_value(field) for field in fields}


def _shown_value(field: dict[str, Any]) -> str | bool:
    if field["type"] == _CHECKBOX:
        return field.get("default", False)
    if "options" in field:
        return next((option["value"] for option in field["options"] if option.get("default")), "")
    return field.get("value") or ""


async def press_direct_message(world: World, person: Person, button: str) -> ReceivedAnswer:
    """Press a button of the person's latest direct message."""
    channel = world.discord.backend.get_dm_channel(person.id).id
    return await person.press(world.discord.messages(channel)[-1].id, channel, button)


async def report_progress(person: Person, shown: ReceivedAnswer, state: str, text: str = "") -> ReceivedAnswer:
    assert shown.modal, shown.text
    return await person.submit(shown.modal, {"state": state, "text": text})


# --- changes to the plan

#: The plan with one session moved to a later time, and one removed.
CHANGED_PLAN = PLAN.replace('start: "10:45"\n        end: "11:30"', 'start: "11:00"\n        end: "12:00"').replace(
    PLAN[PLAN.index("      - id: farewell") : PLAN.index("announcements:")], ""
)


async def restart_with(world: World, plan: str) -> None:
    """Stop the bot, change the plan, and start the bot again."""
    assert await world.stop_bot() == 0
    (world.folder / "plan.yaml").write_text(plan, "utf-8")
    await world.start_bot()


# --- announcements


def missed_announcements(world: World, since: str, until: str) -> tuple[int, int]:
    """How many of the plan's announcements are marked late, and how many left out, if no bot runs between two times.

    The lists of open questions are not counted: the workshops of these tests have none.
    """
    due = [
        announcement
        for announcement in planned(world.plan)
        if world.at(since) < announcement.due <= world.at(until) and announcement.kind is not Kind.OPEN
    ]
    left_out = [announcement for announcement in due if announcement.expires <= world.at(until)]
    late = [announcement for announcement in due if KINDS[announcement.kind].marked_late]
    assert due
    return len(set(late) - set(left_out)), len(left_out)


# --- erasing


async def ask_to_erase(world: World, person: Person) -> tuple[ReceivedAnswer, str]:
    """Send `/me delete`; returns the answer, and the custom id of the button that confirms."""
    answer = await person.slash(world.channel("announcements"), "me delete")
    assert answer.ephemeral
    (button,) = buttons(answer)
    return answer, button


async def erase(world: World, person: Person) -> ReceivedAnswer:
    answer, button = await ask_to_erase(world, person)
    assert answer.message_id
    return await person.press(answer.message_id, world.channel("announcements"), button)


# --- the database


async def note_form(world: World) -> dict[str, Any]:
    shown = await world.amina.slash(world.channel("ledgers"), "note share", topic="ledgers")
    assert shown.modal is not None
    return shown.modal


def note_titles_in(path: Path) -> list[str]:
    """The titles of the notes in a database file, whose integrity is checked."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [title for (title,) in connection.execute("SELECT title FROM note ORDER BY title")]
