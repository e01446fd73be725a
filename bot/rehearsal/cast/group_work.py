"""Group work: participants go to the rooms of their groups, and each group's rapporteur recommends something."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.venue import meeting_room
from bot.rehearsal.cast.acknowledged import AcknowledgedNote
from bot.rehearsal.cast.script import Expected, GroupWork, Recommendation, wall
from bot.rehearsal.cast.stage import MOST_TRIES, Stage
from bot.rehearsal.cast.voice_rooms import enter_group_room, rapporteurs
from bot.rehearsal.discord.people import Person


async def work_in_groups(stage: Stage, work: GroupWork) -> None:
    """Enter the group rooms once they exist; the first member in each speaks for the group."""
    await stage.keeper.sleep_until(wall(work.at, stage.plan.tz))
    tries = MOST_TRIES
    while len(rooms := stage.voice.group_rooms(stage.guild_id)) < len(work.recommendations) and tries:
        await stage.wait(timedelta(seconds=10))
        tries -= 1
    session = stage.plan.agenda.find(work.session)
    if session is None or len(rooms) != len(work.recommendations):
        stage.unexpected(f"{len(rooms)} rooms of groups for the session {work.session}")
        return
    entered: dict[str, int | None] = {}
    for member in stage.cast.people:
        person = stage.person(member)
        if member.role == "participant" and stage.voice.room_of(person.id) == meeting_room(session.room):
            entered[member.id] = await enter_group_room(person, rooms)
    for (room, member_id), recommendation in zip(rapporteurs(entered, rooms), work.recommendations, strict=False):
        await _recommend(stage, stage.people[member_id], room, recommendation, f"{member_id} for group {room}")


async def _recommend(stage: Stage, person: Person, room: int, recommendation: Recommendation, what: str) -> None:
    volunteered = await stage.attempt(what, lambda: stage.press(person, room, "rapporteur:"))
    if not stage.is_expected(what, volunteered, Expected.ACCEPTED):
        return
    form = await stage.open_form(what, lambda: stage.press(person, room, "recommend:"))
    if form is None:
        return
    values = recommendation.model_dump()
    if stage.is_expected(what, await stage.attempt(what, lambda: person.submit(form, values)), Expected.ACCEPTED):
        note_id = str(form["custom_id"]).rpartition(":")[2]
        stage.acknowledged.notes[note_id] = AcknowledgedNote(person.id, {"kind": "recommendation", **values})
