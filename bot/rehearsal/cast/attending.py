"""Attending sessions: checking in, entering the voice room, staying, and rating the session afterwards."""

from __future__ import annotations

import random
from datetime import timedelta

from bot.domain.agenda.sessions import Session
from bot.domain.venue import ANNOUNCEMENTS, meeting_room, venue_rooms
from bot.rehearsal.cast.rating import rating
from bot.rehearsal.cast.script import CastMember, Expected, Habit
from bot.rehearsal.cast.stage import Stage
from bot.rehearsal.discord.calls import CannotDo, ReceivedAnswer

#: People with these habits also enter the session's room; the others listen elsewhere.
_IN_ROOM = (Habit.PUNCTUAL, Habit.LATE, Habit.TWICE)
#: The share of them who leave before a session's end, and who stay in the room after it.
_LEAVE_EARLY, _STAY_ON = 0.15, 0.4
#: The share of sessions that people who attend seldom attend.
_SELDOM = 0.5


def attends(member: CastMember, chance: random.Random) -> bool:
    """Whether a person attends a session."""
    if member.checks_in is Habit.NEVER or member.role == "visitor":
        return False
    return member.checks_in is not Habit.SELDOM or chance.random() < _SELDOM


async def attend(stage: Stage, member: CastMember, session: Session, chance: random.Random) -> None:
    """Check in during a session, and be in its room as the person's habit is."""
    late = member.checks_in is Habit.LATE
    earliest, latest = (12, 0.6 * session.length.total_seconds() / 60) if late else (0.2, 6)
    delay = timedelta(minutes=chance.uniform(earliest, latest))
    held = await stage.wait_for(session.id, lambda held: held.starts_at + delay)
    if held is None:
        return
    if member.checks_in in _IN_ROOM:
        await _enter(stage, member, held)
    await _check_in(stage, member, held)
    if member.checks_in is Habit.TWICE:
        await stage.wait(timedelta(seconds=40))
        await _check_in(stage, member, held)
    if member.checks_in in _IN_ROOM:
        await _stay(stage, member, held, chance)


async def _enter(stage: Stage, member: CastMember, session: Session) -> None:
    room, person = meeting_room(session.room), stage.person(member)
    if room == stage.voice.room_of(person.id):
        return
    names = {room.key: room.name for room in venue_rooms(stage.plan)}
    try:
        await person.join_voice(stage.channel(names[room]))
    except CannotDo as fault:
        stage.unexpected(f"{member.id} to the room of {session.id}: {fault}")


async def _check_in(stage: Stage, member: CastMember, session: Session) -> None:
    person, channel = stage.person(member), stage.channel(ANNOUNCEMENTS)
    what = f"check-in of {member.id} to {session.id}"

    async def attempt() -> ReceivedAnswer:
        if member.checks_in is Habit.COMMAND or stage.refuses(ANNOUNCEMENTS):
            return await person.slash(channel, "checkin")
        return await stage.press(person, channel, f"checkin:{session.id}:")

    if stage.is_expected(what, await stage.attempt(what, attempt), Expected.ACCEPTED):
        stage.acknowledged.check_ins.add((person.id, session.id))


async def _stay(stage: Stage, member: CastMember, session: Session, chance: random.Random) -> None:
    """Stay until the session's end, leave early, or stay on for the next session of the day."""
    if chance.random() < _LEAVE_EARLY:
        remaining = session.ends_at - stage.keeper.now()
        await stage.wait(chance.uniform(0.2, 0.8) * remaining)
    else:
        while (held := stage.plan.agenda.find(session.id)) and held.ends_at > stage.keeper.now():
            await stage.sleep_until(held.ends_at)
        session = held or session
        later = [other for other in stage.plan.agenda.on(session.day) if other.starts_at >= session.ends_at]
        if chance.random() < _STAY_ON and any(map(stage.plan.counts_for_attendance, later)):
            return
    await stage.person(member).leave_voice()


async def rate_session(stage: Stage, member: CastMember, session: Session) -> None:
    """Rate a session some minutes after its end, if the person rates it at all."""
    rates = rating(member, session.id, stage.seed)
    if rates is None:
        return
    values, minutes = rates
    if not await stage.wait_for(session.id, lambda held: held.ends_at + timedelta(minutes=minutes)):
        return
    person, channel = stage.person(member), stage.channel(ANNOUNCEMENTS)
    what = f"the rating of {session.id} by {member.id}"
    answer = await stage.attempt(what, lambda: stage.press(person, channel, f"rate:{session.id}:"))
    if answer is None:
        return
    if answer.modal is None:
        stage.unexpected(f"{what}: no form, but {answer.text!r}")
        return
    form = answer.modal
    if stage.is_expected(what, await stage.attempt(what, lambda: person.submit(form, values)), Expected.ACCEPTED):
        stage.acknowledged.feedback[person.id, session.id] = values
