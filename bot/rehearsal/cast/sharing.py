"""Sharing notes: a form from a button or the command, submitted minutes later, and shown if the author wants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.rehearsal.cast.script import CastMember, Expected, SharedNote
from bot.rehearsal.cast.stage import Stage
from bot.rehearsal.discord.calls import Attachment, ReceivedAnswer

#: A picture of one white pixel, and the beginning of a document.
_CONTENTS = {
    "gif": b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
    "pdf": b"%PDF-1.7\n%%EOF\n",
}


async def share(stage: Stage, member: CastMember, note: SharedNote) -> None:
    """Share a note during or after the session that the script names."""
    chance = stage.chance(member.id, note.title)
    session = stage.plan.agenda.find(note.after)
    if session is None:
        stage.unexpected(f"the cast's note '{note.title}' is after '{note.after}', which isn't planned")
        return
    latest = session.length + timedelta(minutes=55)
    begins = session.starts_at + timedelta(minutes=5)
    await stage.keeper.sleep_until(begins + chance.random() * (latest - timedelta(minutes=5)))
    what = f"the note '{note.title}' of {member.id}"
    form = await stage.open_form(what, lambda: _open_form(stage, member, note))
    if form is None:
        return
    await stage.wait(timedelta(minutes=chance.uniform(1, 6)))
    await _submit(stage, member, note, form, what)


async def _open_form(stage: Stage, member: CastMember, note: SharedNote) -> ReceivedAnswer:
    person, channel = stage.person(member), stage.channel(note.topic)
    if note.by == "button":
        return await stage.press(person, channel, f"note:{note.topic}:")
    return await person.slash(channel, "note share", topic=note.topic)


async def _submit(stage: Stage, member: CastMember, note: SharedNote, form: dict[str, Any], what: str) -> None:
    person, channel = stage.person(member), stage.channel(note.topic)
    fields = {part["component"]["custom_id"] for part in form["components"]}
    values = {name: getattr(note, name) for name in ("title", "topic", "kind", "did", "learned") if name in fields}
    files = [Attachment(name, _CONTENTS[name.rpartition(".")[2]]) for name in note.files if "files" in fields]
    uploaded = {"files": files} if files else {}
    # The form stays open until it is accepted; submitted again, it is the same note.
    answer = await stage.attempt(what, lambda: person.submit(form, {**values, **uploaded}))
    if not stage.is_expected(what, answer, Expected.ACCEPTED) or answer is None or answer.message_id is None:
        return
    stage.acknowledged.follow(person.id, str(form["custom_id"]), values)
    if note.shown:
        message, button = answer.message_id, _only_button(answer)
        shown = await stage.attempt(what, lambda: person.press(message, channel, button))
        if stage.is_expected(what, shown, Expected.ACCEPTED):
            stage.acknowledged.follow(person.id, button, {})


def _only_button(answer: ReceivedAnswer) -> str:
    """The custom id of the one button in an answer."""
    rows = [row for row in answer.components if "components" in row]
    return next(part["custom_id"] for row in rows for part in row["components"] if "custom_id" in part)
