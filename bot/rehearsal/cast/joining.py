"""Joining the workshop: a language, a name, an introduction where the name is not on the roster, and the role."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import partial

from simcord.backend.access import channel_accessible

from bot.domain.venue import HELP_DESK, TEAM, WELCOME
from bot.rehearsal.cast.script import CastMember, Expected, Habit, Step, wall
from bot.rehearsal.cast.stage import REFUSED, Stage
from bot.rehearsal.discord.calls import ReceivedAnswer

#: The share of people who join by the command instead of the button, and who type their names in another order.
_BY_COMMAND, _OTHER_ORDER = 0.25, 0.3
#: Roles that an organiser approves.
_TEAM = ("organiser", "moderator")
#: An organiser reads a request this long after it was made.
_READING_DELAY = timedelta(seconds=5)


def joins(member: CastMember) -> bool:
    """Whether a person joins: the team does, and every participant who attends sessions."""
    return member.role in _TEAM or (member.role == "participant" and member.checks_in is not Habit.NEVER)


async def join(stage: Stage, member: CastMember) -> None:
    """Choose a language that differs from Discord's, give a name, and introduce oneself if it is not on the roster."""
    chance = stage.chance(member.id, "join")
    await stage.keeper.sleep_until(_arrives_at(stage, member, chance))
    person, welcome = stage.person(member), stage.channel(WELCOME)
    if member.language in stage.plan.languages and not member.locale.startswith(member.language):
        what, button = f"language of {member.id}", f"language:{member.language}:"
        chosen = await stage.attempt(what, lambda: stage.press(person, welcome, button))
        stage.is_expected(what, chosen, Expected.ACCEPTED)
    what = f"joining of {member.id}"
    by_command = chance.random() < _BY_COMMAND
    channel = stage.channel(HELP_DESK) if by_command else welcome
    form = await stage.attempt(
        what, lambda: person.slash(channel, "join") if by_command else stage.press(person, channel, "join:")
    )
    answer = form and await _submit(stage, what, member, form, {"name": _as_typed(member.name, chance)})
    if answer and answer.text.startswith(REFUSED):
        answer = await _introduce(stage, what, member, answer, channel)
    if not stage.is_expected(what, answer, Expected.ACCEPTED):
        return
    # The answer names the role that was requested; a person's name may contain the same word.
    if answer and member.role in _TEAM and member.role.capitalize() in answer.text.replace(member.name, ""):
        await _approve(stage, member)
    stage.acknowledged.joined[person.id] = member.name
    _check_role(stage, member)


def _arrives_at(stage: Stage, member: CastMember, chance: random.Random) -> datetime:
    """Within an hour after the rooms open, or on the first morning; always before the person's first action."""
    zone = stage.plan.tz
    actions = [(wall(action.at, zone), action) for action in stage.cast.actions]
    setups = (at for at, action in actions if action.command == "workshop setup")
    opened = min(setups, default=wall(stage.cast.begins, zone)) + timedelta(minutes=2)
    late = member.checks_in is Habit.LATE
    begins = max(opened, stage.plan.morning(stage.plan.agenda.days[0])) if late else opened
    first = min((at for at, action in actions if action.who == member.id and at > opened), default=None)
    arrives = begins + timedelta(minutes=chance.uniform(0, 30 if late else 55))
    return arrives if first is None else max(opened, min(arrives, first - timedelta(minutes=1)))


async def _submit(
    stage: Stage, what: str, member: CastMember, form: ReceivedAnswer, values: dict[str, str]
) -> ReceivedAnswer | None:
    """Submit the form of an answer; an answer without a form, as a person who has joined gets, is returned."""
    modal = form.modal
    return await stage.attempt(what, lambda: stage.person(member).submit(modal, values)) if modal else form


async def _introduce(
    stage: Stage, what: str, member: CastMember, answer: ReceivedAnswer, channel: int
) -> ReceivedAnswer | None:
    """Not on the roster: replace somebody who is, or introduce oneself."""
    if member.replaces:
        button, values = "replace", {"name": member.name, "absent": member.replaces}
    else:
        button = "introduce"
        values = {name: getattr(member, name) for name in ("name", "administration", "country")}
        values["kind"] = member.organisation
    person, step = stage.person(member), Step(press=button)
    form = await stage.attempt(what, partial(stage.press_answer, person, channel, answer, step))
    stage.acknowledged.reports.append(member.name)
    return form and await _submit(stage, what, member, form, values)


async def _approve(stage: Stage, member: CastMember) -> None:
    """The organiser who opened the rooms approves a team member's request, in the team's room."""
    setup = (action.who for action in stage.cast.actions if action.command == "workshop setup")
    organiser, team, what = stage.people[next(setup)], stage.channel(TEAM), f"approval of {member.id}"
    await stage.wait(_READING_DELAY)
    while not channel_accessible(stage.discord.backend, team, organiser.id):  # they may not have joined yet
        await stage.wait(timedelta(minutes=1))
    answer = await stage.attempt(what, lambda: stage.press(organiser, team, "approve:", member.name))
    # A press repeated because its first answer was lost is refused: the request is already decided.
    if answer is None or not answer.again:
        stage.is_expected(what, answer, Expected.ACCEPTED)


def _check_role(stage: Stage, member: CastMember) -> None:
    """Give a role by hand, in Discord's member list, to a person whom the roster gives a lesser one."""
    guild = stage.discord.backend.guilds[stage.guild_id]
    roles = {role.name: role.id for role in guild.roles.values()}
    wanted, person = roles[member.role.capitalize()], stage.person(member)
    if wanted not in guild.members[person.id].role_ids:
        stage.discord.give_role(person, wanted)
    elif member.role != "participant":
        stage.acknowledged.reports.append(member.name)


def _as_typed(name: str, chance: random.Random) -> str:
    """A name as its owner may type it: in small letters, with the family name first."""
    return " ".join(reversed(name.lower().split())) if chance.random() < _OTHER_ORDER else name
