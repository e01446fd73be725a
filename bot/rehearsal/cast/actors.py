"""The cast at play: each person's habits, notes and commands, through a Discord client of their own.

What they were told is remembered, so that it can be held against what is on disk and what Discord shows.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from simcord.backend.access import channel_accessible
from simcord.components import walk_components

from bot.domain.agenda.sessions import Session
from bot.domain.attendance.presence import Stay
from bot.domain.plan import Plan
from bot.domain.text import clean
from bot.domain.venue import ANNOUNCEMENTS, TEAM, WELCOME, meeting_room, venue_rooms
from bot.rehearsal.cast.groupwork import VoiceRooms, by_room, join_own
from bot.rehearsal.cast.people import Attachment, CannotDo, NoAnswer, Person, ReceivedAnswer, SeenMessage
from bot.rehearsal.cast.rating import rating
from bot.rehearsal.cast.script import (
    Cast,
    CastMember,
    Expected,
    GroupWork,
    Habit,
    Recommendation,
    ScriptedAction,
    SharedNote,
    Step,
    wall,
)
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.timekeeper import Timekeeper

_ACCEPTED, _REFUSED = "✅", "⚠️"
#: How often somebody tries again when the bot doesn't answer. People are patient when they must be.
_TRIES = 90
#: Who also comes to the room where a session is held; the others listen in elsewhere.
_IN_ROOM = (Habit.PUNCTUAL, Habit.LATE, Habit.TWICE)
#: How many of them leave before a session's end, and how many stay on after it.
_LEAVE_EARLY, _STAY_ON = 0.15, 0.4
#: How many join by the command instead of the button, and how many type their names in another order.
_BY_COMMAND, _OTHER_ORDER = 0.25, 0.3

#: Whose places an organiser approves.
_TEAM = ("organiser", "moderator")
#: So long after it was made, the organiser reads a request.
_TO_READ = timedelta(seconds=5)
#: Options that are numbers.
_NUMBERS = {"day", "groups", "minutes"}
#: What moderators press to change the agenda.
_CHANGE_THE_AGENDA = ("agree", "undo", "lead:later", "lead:skip", "lead:start", "lead:end")

Attempt = Callable[[], Awaitable[ReceivedAnswer]]


class NothingToPressError(NoAnswer):
    """A channel has no message with the button that somebody wants to press, or not yet."""

    def __init__(self, channel: str, button: str) -> None:
        super().__init__(f"no message with the button {button} yet")
        self.channel = channel


@dataclass(frozen=True, slots=True)
class Announced:
    """Where a moderator's announcement is read, and how often."""

    room: str
    times: int


@dataclass(slots=True)
class ToldNote:
    """A note as its author was told that it is kept."""

    author: int
    """Their Discord id."""
    words: Mapping[str, str]
    """Title, topic, kind, did and learned, as they were typed."""
    shown: bool = False
    """Whether its card must be in its topic's channel."""
    private: bool = False
    """Whether nobody but its author may see it."""


@dataclass(slots=True)
class Acknowledged:
    """What the cast was told by the bot."""

    actions: int = 0
    unanswered: int = 0
    ack_ms: list[float] = field(default_factory=list[float])
    check_ins: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    """Person's Discord id, session id."""
    in_room: list[Stay] = field(default_factory=list[Stay])
    """Who truly was in which voice or stage room, and when; nobody told them so."""
    joined: dict[int, str] = field(default_factory=dict[int, str])
    """Discord id of who was told that they have joined, to the name that they gave."""
    reports: list[str] = field(default_factory=list[str])
    """Words of what the team must have read about who joined."""
    notes: dict[str, ToldNote] = field(default_factory=dict[str, ToldNote])
    """By their ids, which the forms and buttons carry."""
    questions: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """Asker's Discord id, and what they asked."""
    feedback: dict[tuple[int, str], dict[str, str]] = field(default_factory=dict[tuple[int, str], dict[str, str]])
    """What was filled in, by the person's Discord id and the session's id (or that of the workshop)."""
    corrections: dict[tuple[int, str], str] = field(default_factory=dict[tuple[int, str], str])
    """What moderators said of somebody in a session and did not take back, by Discord id and session id."""
    pledges: dict[int, str] = field(default_factory=dict[int, str])
    announced: dict[str, Announced] = field(default_factory=dict[str, Announced])
    """Each custom announcement that was confirmed and not taken back, by its text."""
    panels: int = 0
    """Panels that moderators were told are posted."""
    panels_asked_for: int = 0
    """The same with those of which they weren't told: who gets no answer asks again, and each may be there."""
    pressed_again: int = 0
    """How often a button of the panel, which may look otherwise meanwhile, was pressed again for want of an answer."""
    changes: int = 0
    """Changes of the agenda, and what took them back."""
    unexpected: list[str] = field(default_factory=list[str])

    @property
    def cards(self) -> list[Mapping[str, str]]:
        """The words of the notes whose cards must be there."""
        return [note.words for note in self.notes.values() if note.shown]

    def follow(self, person: int, custom_id: str, values: Mapping[str, str]) -> None:
        """Remember what was accepted of a note: a form, as it was sent, or a press."""
        kind, _, rest = custom_id.partition(":")
        note_id = rest.split(":")[0]
        if kind == "noted":
            before = self.notes.get(note_id, ToldNote(person, {}))
            self.notes[note_id] = replace(before, words=values)
        elif kind == "show":
            self._open(note_id, "participants")
        elif kind == "seen":
            self._open(note_id, values["visibility"])

    def forget(self, person: int) -> None:
        """Remember that somebody had themselves erased: nothing of theirs may be there any more."""
        self.check_ins = {one for one in self.check_ins if one[0] != person}
        self.in_room[:] = [stay for stay in self.in_room if stay.person != person]
        self.notes = {key: note for key, note in self.notes.items() if note.author != person}
        self.questions = [asked for asked in self.questions if asked[0] != person]
        self.feedback = {key: given for key, given in self.feedback.items() if key[0] != person}
        self.corrections = {key: status for key, status in self.corrections.items() if key[0] != person}
        self.pledges.pop(person, None)
        name = self.joined.pop(person, None)
        self.reports = [words for words in self.reports if words != name]

    def withdraw(self, note_id: str) -> None:
        """Remember that a note was taken back."""
        self._open(note_id, "private")

    def _open(self, note_id: str, visibility: str) -> None:
        note = self.notes[note_id]
        note.private = visibility == "private"
        note.shown = visibility not in {"private", "organisers"}


class Actors:
    """Everybody in the cast, from the first arrival to the last leave-taking."""

    def __init__(  # noqa: PLR0913, PLR0917 - what they play, where, when, and how
        self,
        plan: Plan,
        cast: Cast,
        discord: LoopbackDiscord,
        keeper: Timekeeper,
        seed: int,
        plan_in_force: Callable[[], Awaitable[Plan]],
        *,
        patient: bool = False,
        refuses: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._plan = plan
        self._cast = cast
        self._discord = discord
        self._keeper = keeper
        self._seed = seed
        self._plan_in_force = plan_in_force
        self._news = asyncio.Event()
        """Set, and replaced, when the agenda has changed."""
        self._patient = patient
        """Whether they do what a refusal says, "please try again": where things are made to go wrong."""
        self._refuses = refuses
        """Whether a channel takes no messages of the bot now: there may be nothing to press in it."""
        self._people: dict[str, Person] = {}
        self._voice = VoiceRooms(lambda: self._plan, discord, keeper)
        self.guild_id = 0
        self.told = Acknowledged(in_room=self._voice.stays)

    def arrive(self, permissions: int) -> None:
        """Everybody joins the server; the organisers' office has made it and invited the bot."""
        self.guild_id = self._discord.add_guild(self._cast.server, bot_permissions=permissions)
        self._discord.backend.create_channel(self.guild_id, "general")
        for member in self._cast.people:
            self._people[member.id] = self._discord.add_person(
                member.id,
                locale=member.locale,
                manage_guild=member.role == "organiser",
                guild_id=self.guild_id,
            )
            self._voice.names[self._people[member.id].id] = member.name

    def parts(self) -> Iterator[Callable[[], Awaitable[None]]]:
        """One part a thing that somebody does; all are played at once, each waiting for its moment."""
        for number, action in enumerate(self._cast.actions):
            yield lambda action=action, number=number: self._command(action, number)
        for work in self._cast.group_work:
            yield lambda work=work: self._work_in_groups(work)
        for member in self._cast.people:
            if _joins(member):
                yield lambda member=member: self._join(member)
            for note in member.notes:
                yield lambda member=member, note=note: self._share(member, note)
            for session in self._plan.agenda:
                chance = random.Random(f"{self._seed}/{member.id}/{session.id}")  # noqa: S311 - a rehearsal, seeded
                if self._plan.counts_for_attendance(session) and _attends(member, chance):
                    yield lambda member=member, session=session, chance=chance: self._attend(member, session, chance)
                    if session.kind in self._plan.announcements.feedback.kinds:
                        yield lambda member=member, session=session: self._rate(member, session)

    def moments(self) -> list[datetime]:
        """Instants at which the cast's commands are due."""
        return [wall(action.at, self._plan.tz) for action in self._cast.actions]

    # --- doing -------------------------------------------------------------------------------------------------

    async def _try(
        self, what: str, attempt: Attempt, expected: Expected = Expected.ACCEPTED, says: str = ""
    ) -> ReceivedAnswer | None:
        """Do something, again and again until the bot answers, as people do when "the application did not respond"."""
        self.told.actions += 1
        unheard, refused, pressed = False, False, False
        for _ in range(_TRIES):
            await self._discord.wait_online()
            try:
                answer = await attempt()
            except NoAnswer as silence:
                nothing = isinstance(silence, NothingToPressError)
                # A button that has gone after a press was pressed: only the answer was lost.
                if nothing and (pressed or self._refuses(silence.channel)):
                    return None
                pressed = pressed or not nothing
                unheard, refused = True, False
                self.told.unanswered += 1
                await self._wait_a_little()
            except CannotDo as fault:
                if not self._patient:
                    self.told.unexpected.append(f"{what}: {fault}")
                    return None
                refused = True
                await asyncio.sleep(0.5)
            else:
                self.told.ack_ms.append(answer.ack_ms)
                answer = replace(answer, again=unheard)
                # A refusal with buttons offers another way: trying again is not what it asks for.
                refused = answer.text.startswith(_REFUSED) and not _offers(answer)
                heard = not refused if expected is Expected.ACCEPTED else says in answer.text
                if heard or answer.modal or not self._patient:
                    return answer
                await asyncio.sleep(0.5)
        # Of what can be done only once, the second try finds that it is done: only the answer to the first was lost.
        if not (unheard and refused):
            self.told.unexpected.append(f"{what}: {'refused again and again' if refused else 'never answered'}")
        return None

    async def _wait_a_little(self) -> None:
        """Before somebody tries again; where things go wrong on purpose, a room may be left alone for a minute."""
        if self._patient:
            await self._keeper.sleep_until(self._keeper.now() + timedelta(seconds=5))
        else:
            await asyncio.sleep(0.05)

    def _judge(self, what: str, answer: ReceivedAnswer | None, expected: Expected, says: str = "") -> bool:
        """Whether the answer is as it should be; if not, it is remembered."""
        if answer is None:
            return False
        sign = _ACCEPTED if expected is Expected.ACCEPTED else _REFUSED
        good = answer.ephemeral and (says in answer.text or answer.again)
        if expected is Expected.REFUSED or answer.text.startswith(_REFUSED):
            good = good and answer.text.startswith(sign)
        if not good:
            self.told.unexpected.append(f"{what}: expected {expected}, was told: {answer.text[:200]!r}")
        return good

    def _channel(self, name: str) -> int:
        return next(
            channel.id
            for channel in self._discord.backend.channels.values()
            if channel.guild_id == self.guild_id and channel.name == name
        )

    # --- commands ----------------------------------------------------------------------------------------------

    async def _command(self, action: ScriptedAction, number: int) -> None:
        # Commands of the same minute come in the order in which they are written.
        await self._keeper.sleep_until(wall(action.at, self._plan.tz) + timedelta(milliseconds=number))
        person = self._people[action.who]
        if action.write:
            self._discord.backend.create_message(self._channel(action.channel), person.id, action.write)
            return
        done = f"/{action.command}" if action.command else action.press
        what = f"{done} by {action.who} at {action.at}"
        channel = self._channel(action.channel or ("general" if action.command == "workshop setup" else ANNOUNCEMENTS))
        chosen: dict[str, int | str | Person | Attachment] = {}
        presses = 0

        async def attempt() -> ReceivedAnswer:
            nonlocal presses
            if action.press:
                presses += 1
                self.told.pressed_again += action.press.startswith("lead:") and presses > 1
                return await self._press(person, channel, action.press, action.on, action.choose)
            if action.on:
                return await person.menu(self._latest(channel, action.on).id, channel, action.command)
            for name, value in action.options.items():
                if name not in chosen:  # sent again, a command is sent as it was
                    chosen[name] = await self._option(person, channel, action, name, value)
            self.told.panels_asked_for += action.command == "show panel"
            return await person.slash(channel, action.command, **chosen)

        answer = await self._step(what, person, action, attempt)
        for step in action.then:
            before = answer
            answer = before and await self._step(
                f"{step.press} after {what}", person, step, partial(self._press_in, person, channel, before, step)
            )
        if answer and action.answer is Expected.ACCEPTED:
            self._remember(action, chosen)

    async def _step(self, what: str, person: Person, step: Step, attempt: Attempt) -> ReceivedAnswer | None:
        """Do one thing, filling in the form that opens; the answer, if it is as it should be."""
        answer = await self._try(what, attempt, step.answer, step.says)
        if answer and answer.modal and step.fill:
            form = answer.modal
            answer = await self._try(what, lambda: person.submit(form, step.fill), step.answer, step.says)
            self._follow(person, answer, form["custom_id"], _sent(form, step.fill))
        if not self._judge(what, answer, step.answer, step.says):
            return None
        if step.press.startswith("roster") and step.answer is Expected.ACCEPTED:
            self.told.reports.append(f"<@{person.id}> took over a list of participants")
        if step.press.startswith(_CHANGE_THE_AGENDA) and step.answer is Expected.ACCEPTED:
            self.told.changes += 1
            self._plan = await self._plan_in_force()
            self._news.set()
            self._news = asyncio.Event()
        return answer

    async def _press_in(self, person: Person, channel: int, answer: ReceivedAnswer, step: Step) -> ReceivedAnswer:
        """Press a button of an answer, or choose from its select."""
        parts = [part for row in answer.components for part in walk_components([row])]
        found = next((part["custom_id"] for part in parts if str(part.get("custom_id")).startswith(step.press)), None)
        if found is None or answer.message_id is None:
            raise CannotDo(f"the answer has no {step.press!r}, but says {answer.text[:200]!r}")
        if step.choose:
            return await person.choose(answer.message_id, channel, found, step.choose)
        pressed = await person.press(answer.message_id, channel, found)
        self._follow(person, pressed, found, {})
        return pressed

    def _follow(self, person: Person, answer: ReceivedAnswer | None, custom_id: str, values: Mapping[str, str]) -> None:
        if answer and answer.text.startswith(_ACCEPTED):
            self.told.follow(person.id, custom_id, values)

    def _latest(self, channel: int, words: str) -> SeenMessage:
        """The latest message in a channel that has those words."""
        for message in reversed(self._discord.messages(channel)):
            if words in message.text:
                return message
        raise NoAnswer(f"no message with the words {words!r} yet")

    async def _option(
        self, person: Person, channel: int, action: ScriptedAction, name: str, value: str
    ) -> int | str | Person | Attachment:
        if name == "file":
            return Attachment("people.csv", value.encode())
        if value.startswith("#"):
            return self._channel(value[1:])
        if value.startswith("@") and value[1:] in self._people:
            return self._people[value[1:]]
        if value.startswith("?"):
            offered = await person.autocomplete(channel, action.command, name, value[1:])
            if not offered:
                raise CannotDo(f"nothing is suggested for {name} {value!r}")
            return offered[0]["value"]
        if value in {"true", "false"}:
            return value == "true"
        return int(value) if name in _NUMBERS else value

    def _remember(self, action: ScriptedAction, chosen: Mapping[str, int | str | Person | Attachment]) -> None:
        if action.command == "show panel":
            self.told.panels += 1
        elif action.command.startswith("announce "):
            self._remember_announcement(action.command.removeprefix("announce "), action.options)
        elif action.command == "note withdraw":
            self.told.withdraw(str(chosen["note"]))
        elif action.command == "me delete":
            self.told.forget(self._people[action.who].id)
        elif action.command == "attendance mark" and not action.then:
            marked = self._people[action.options["member"].removeprefix("@")].id
            self.told.corrections[marked, action.options["session"]] = action.options["status"]
        elif action.fill:
            self._remember_form(action)

    def _remember_announcement(self, done: str, options: Mapping[str, str]) -> None:
        announced = self.told.announced
        if done == "new":
            days = 1
            if options.get("daily") == "true":
                days += (self._plan.agenda.days[-1] - wall(options["when"], self._plan.tz).date()).days
            announced[clean(options["text"])] = Announced(options["channel"].removeprefix("#"), days)
        elif done in {"cancel", "edit"}:
            words = options["announcement"].removeprefix("?")
            former = next(text for text in announced if words in text)
            known = announced.pop(former)
            if done == "edit":
                announced[clean(options.get("text", former))] = known

    def _remember_form(self, action: ScriptedAction) -> None:
        kind, *arguments = (action.command or action.press).split(":")
        person = self._people[action.who].id
        if kind == "ask":
            self.told.questions.append((person, clean(action.fill["text"])))
        elif kind == "rate":
            self.told.feedback[person, arguments[0]] = action.fill
        elif kind == "pledge":
            self.told.pledges[person] = clean(action.fill["text"])

    # --- joining -----------------------------------------------------------------------------------------------

    async def _join(self, member: CastMember) -> None:
        """Choose a language where Discord's is another, give the own name, and say more if that isn't on the roster."""
        chance = random.Random(f"{self._seed}/{member.id}/join")  # noqa: S311 - a rehearsal, seeded
        await self._keeper.sleep_until(self._comes_at(member, chance))
        person, channel = self._people[member.id], self._channel(WELCOME)
        what = f"joining of {member.id}"
        if member.language in self._plan.languages and not member.locale.startswith(member.language):
            button = f"language:{member.language}:"
            chosen = await self._try(f"language of {member.id}", lambda: self._press(person, channel, button))
            self._judge(f"language of {member.id}", chosen, Expected.ACCEPTED)
        form = await self._try(what, partial(self._knock, member, chance, channel))
        answer = form and await self._fill_in(what, member, form, {"name": _typed(member.name, chance)})
        if answer and answer.text.startswith(_REFUSED):
            answer = await self._explain(what, member, answer, channel)
        if not self._judge(what, answer, Expected.ACCEPTED):
            return
        # The role is in the answer where it was asked for; a name may hold the word, too.
        if answer and member.role in _TEAM and member.role.capitalize() in answer.text.replace(member.name, ""):
            await self._approve(member)
        self.told.joined[person.id] = member.name
        self._see_to_role(member)

    def _comes_at(self, member: CastMember, chance: random.Random) -> datetime:
        """Within an hour of the rooms' opening, or on the first morning; in any case before anything else they do."""
        acts = [(wall(action.at, self._plan.tz), action) for action in self._cast.actions]
        setups = (at for at, action in acts if action.command == "workshop setup")
        opened = min(setups, default=wall(self._cast.begins, self._plan.tz)) + timedelta(minutes=2)
        late = member.checks_in is Habit.LATE
        begins = max(opened, self._plan.morning(self._plan.agenda.days[0])) if late else opened
        first = min((at for at, action in acts if action.who == member.id and at > opened), default=None)
        comes = begins + timedelta(minutes=chance.uniform(0, 30 if late else 55))
        return comes if first is None else max(opened, min(comes, first - timedelta(minutes=1)))

    async def _knock(self, member: CastMember, chance: random.Random, channel: int) -> ReceivedAnswer:
        person = self._people[member.id]
        if chance.random() < _BY_COMMAND:
            return await person.slash(channel, "join")
        return await self._press(person, channel, "join:")

    async def _fill_in(
        self, what: str, member: CastMember, form: ReceivedAnswer, typed: dict[str, str]
    ) -> ReceivedAnswer | None:
        """Send a form that was opened; where somebody is in already, none was, and that was the answer."""
        modal = form.modal
        return await self._try(what, lambda: self._people[member.id].submit(modal, typed)) if modal else form

    async def _explain(
        self, what: str, member: CastMember, answer: ReceivedAnswer, channel: int
    ) -> ReceivedAnswer | None:
        """Not on the roster: they come for somebody else, or introduce themselves."""
        if member.replaces:
            button, typed = "replace", {"name": member.name, "absent": member.replaces}
        else:
            button = "introduce"
            typed = {name: getattr(member, name) for name in ("name", "administration", "country")}
            typed["kind"] = member.organisation
        person, step = self._people[member.id], Step(press=button)
        form = await self._try(what, partial(self._press_in, person, channel, answer, step))
        self.told.reports.append(member.name)
        return form and await self._fill_in(what, member, form, typed)

    async def _approve(self, member: CastMember) -> None:
        """Who is on the list as one of the team has only asked: whoever opened the rooms approves it in theirs."""
        setup = (action.who for action in self._cast.actions if action.command == "workshop setup")
        organiser, team, what = self._people[next(setup)], self._channel(TEAM), f"approval of {member.id}"
        await self._keeper.sleep_until(self._keeper.now() + _TO_READ)
        while not channel_accessible(self._discord.backend, team, organiser.id):  # they may not have joined yet
            await self._keeper.sleep_until(self._keeper.now() + timedelta(minutes=1))
        answer = await self._try(what, lambda: self._press(organiser, team, "approve:", member.name))
        # Pressed again because the first answer was lost, it is refused: the request is decided already.
        if answer is None or not answer.again:
            self._judge(what, answer, Expected.ACCEPTED)

    def _see_to_role(self, member: CastMember) -> None:
        """Who should be more than the roster makes them gets it by hand, in Discord's member list."""
        roles = {role.name: role.id for role in self._discord.backend.guilds[self.guild_id].roles.values()}
        wanted, person = roles[member.role.capitalize()], self._people[member.id]
        if wanted not in self._discord.backend.guilds[self.guild_id].members[person.id].role_ids:
            self._discord.give_role(person, wanted)
        elif member.role != "participant":
            self.told.reports.append(member.name)

    # --- attending ---------------------------------------------------------------------------------------------

    async def _attend(self, member: CastMember, session: Session, chance: random.Random) -> None:
        late = member.checks_in is Habit.LATE
        earliest, latest = (12, 0.6 * session.length.total_seconds() / 60) if late else (0.2, 6)
        after = timedelta(minutes=chance.uniform(earliest, latest))
        held = await self._wait_for(session.id, lambda held: held.starts_at + after)
        if held is None:
            return
        session = held
        if member.checks_in in _IN_ROOM:
            await self._enter(member, session)
        await self._check_in(member, session)
        if member.checks_in is Habit.TWICE:
            await self._keeper.sleep_until(self._keeper.now() + timedelta(seconds=40))
            await self._check_in(member, session)
        if member.checks_in in _IN_ROOM:
            await self._sit_through(member, session, chance)

    async def _wait_for(self, session_id: str, moment: Callable[[Session], datetime]) -> Session | None:
        """Sleep until a moment of a session, whenever that is in the end; None if it isn't held."""
        known = self._plan.agenda.find(session_id)
        while known and moment(known) > self._keeper.now():
            await self._sleep_until(moment(known))
            known = self._plan.agenda.find(session_id) or known  # what was taken off the agenda may come back by then
        return self._plan.agenda.find(session_id)

    async def _sleep_until(self, instant: datetime) -> None:
        """Sleep, but no longer than until the agenda changes."""
        news = asyncio.create_task(self._news.wait())
        sleep = asyncio.create_task(self._keeper.sleep_until(instant))
        try:
            await asyncio.wait({news, sleep}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
            sleep.cancel()
            await asyncio.gather(news, sleep, return_exceptions=True)

    async def _enter(self, member: CastMember, session: Session) -> None:
        room, person = meeting_room(session.room), self._people[member.id]
        if room == self._voice.room_of(person.id):
            return
        names = {each.key: each.name for each in venue_rooms(self._plan)}
        try:
            await person.join_voice(self._channel(names[room]))
        except CannotDo as fault:
            self.told.unexpected.append(f"{member.id} to the room of {session.id}: {fault}")

    async def _sit_through(self, member: CastMember, session: Session, chance: random.Random) -> None:
        """Stay until the session's end, or leave early, or stay on for the next one of the day."""
        if chance.random() < _LEAVE_EARLY:
            left = session.ends_at - self._keeper.now()
            await self._keeper.sleep_until(self._keeper.now() + chance.uniform(0.2, 0.8) * left)
        else:
            while (held := self._plan.agenda.find(session.id)) and held.ends_at > self._keeper.now():
                await self._sleep_until(held.ends_at)
            session = held or session
            to_come = [each for each in self._plan.agenda.on(session.day) if each.starts_at >= session.ends_at]
            if chance.random() < _STAY_ON and any(map(self._plan.counts_for_attendance, to_come)):
                return
        await self._people[member.id].leave_voice()

    async def _work_in_groups(self, work: GroupWork) -> None:
        """Go to the rooms of the groups once they are there; each group's first speaks for it, and recommends."""
        await self._keeper.sleep_until(wall(work.at, self._plan.tz))
        tries = _TRIES
        while len(offered := self._voice.of_groups(self.guild_id)) < len(work.recommendations) and tries:
            await self._keeper.sleep_until(self._keeper.now() + timedelta(seconds=10))
            tries -= 1
        session = self._plan.agenda.find(work.session)
        if session is None or len(offered) != len(work.recommendations):
            self.told.unexpected.append(f"{len(offered)} rooms of groups for the session {work.session}")
            return
        entered: dict[str, int | None] = {}
        for member in self._cast.people:
            person = self._people[member.id]
            if member.role == "participant" and self._voice.room_of(person.id) == meeting_room(session.room):
                entered[member.id] = await join_own(person, offered)
        for (room, member_id), recommended in zip(by_room(entered, offered), work.recommendations, strict=False):
            await self._speak_for_group(self._people[member_id], room, recommended, f"{member_id} for group {room}")

    async def _speak_for_group(self, person: Person, room: int, recommended: Recommendation, what: str) -> None:
        speaks = await self._try(what, lambda: self._press(person, room, "rapporteur:"))
        if not self._judge(what, speaks, Expected.ACCEPTED):
            return
        form = await self._try(what, lambda: self._press(person, room, "recommend:"))
        if form is None or form.modal is None:
            self.told.unexpected.append(f"{what}: no form, but {form.text if form else 'nothing'!r}")
            return
        modal, typed = form.modal, recommended.model_dump()
        if self._judge(what, await self._try(what, lambda: person.submit(modal, typed)), Expected.ACCEPTED):
            note_id = str(modal["custom_id"]).rpartition(":")[2]
            self.told.notes[note_id] = ToldNote(person.id, {"kind": "recommendation", **typed})

    async def _check_in(self, member: CastMember, session: Session) -> None:
        person, channel = self._people[member.id], self._channel(ANNOUNCEMENTS)
        what = f"check-in of {member.id} to {session.id}"

        async def attempt() -> ReceivedAnswer:
            if member.checks_in is Habit.COMMAND or self._refuses(ANNOUNCEMENTS):
                return await person.slash(channel, "checkin")
            return await self._press(person, channel, f"checkin:{session.id}:")

        if self._judge(what, await self._try(what, attempt), Expected.ACCEPTED):
            self.told.check_ins.add((person.id, session.id))

    async def _press(
        self, person: Person, channel: int, button: str, words: str = "", chosen: str = ""
    ) -> ReceivedAnswer:
        """Press the button whose custom id begins so, under the latest message that has one (and those words)."""
        for message in reversed(self._discord.messages(channel)):
            for custom_id in message.custom_ids:
                if custom_id.startswith(button) and words in message.text:
                    if chosen:
                        return await person.choose(message.id, channel, custom_id, chosen)
                    return await person.press(message.id, channel, custom_id)
        raise NothingToPressError(str(self._discord.backend.get_channel(channel).name), button)

    # --- rating ------------------------------------------------------------------------------------------------

    async def _rate(self, member: CastMember, session: Session) -> None:
        rates = rating(member, session.id, self._seed)
        if rates is None:
            return
        typed, minutes = rates
        if not await self._wait_for(session.id, lambda held: held.ends_at + timedelta(minutes=minutes)):
            return
        person, channel = self._people[member.id], self._channel(ANNOUNCEMENTS)
        what = f"the rating of {session.id} by {member.id}"
        shown = await self._try(what, lambda: self._press(person, channel, f"rate:{session.id}:"))
        if shown is None:
            return
        if shown.modal is None:
            self.told.unexpected.append(f"{what}: no form, but {shown.text!r}")
            return
        form = shown.modal
        if self._judge(what, await self._try(what, lambda: person.submit(form, typed)), Expected.ACCEPTED):
            self.told.feedback[person.id, session.id] = typed

    # --- sharing -----------------------------------------------------------------------------------------------

    async def _share(self, member: CastMember, note: SharedNote) -> None:
        chance = random.Random(f"{self._seed}/{member.id}/{note.title}")  # noqa: S311 - a rehearsal, seeded
        session = self._plan.agenda.find(note.after)
        if session is None:
            self.told.unexpected.append(f"the cast's note '{note.title}' is after '{note.after}', which isn't planned")
            return
        latest = session.length + timedelta(minutes=55)
        begins = session.starts_at + timedelta(minutes=5)
        await self._keeper.sleep_until(begins + chance.random() * (latest - timedelta(minutes=5)))
        what = f"the note '{note.title}' of {member.id}"
        form = await self._try(what, lambda: self._open_form(member, note))
        if form is None or form.modal is None:
            self.told.unexpected.append(f"{what}: no form, but {form.text if form else 'nothing'!r}")
            return
        await self._keeper.sleep_until(self._keeper.now() + timedelta(minutes=chance.uniform(1, 6)))
        await self._submit(member, note, form.modal, what)

    async def _open_form(self, member: CastMember, note: SharedNote) -> ReceivedAnswer:
        person, channel = self._people[member.id], self._channel(note.topic)
        if note.by == "button":
            return await self._press(person, channel, f"note:{note.topic}:")
        return await person.slash(channel, "note share", topic=note.topic)

    async def _submit(self, member: CastMember, note: SharedNote, form: dict[str, object], what: str) -> None:
        person, channel = self._people[member.id], self._channel(note.topic)
        typed = {name: getattr(note, name) for name in ("title", "topic", "kind", "did", "learned")}
        # The form stays open until it is accepted: sent again, it is the same note.
        answer = await self._try(what, lambda: person.submit(form, typed))
        if not self._judge(what, answer, Expected.ACCEPTED) or answer is None or answer.message_id is None:
            return
        self.told.follow(person.id, str(form["custom_id"]), typed)
        if note.shown:
            message, button = answer.message_id, _button_of(answer)
            shown = await self._try(what, lambda: person.press(message, channel, button))
            if self._judge(what, shown, Expected.ACCEPTED):
                self.told.follow(person.id, button, {})


def _typed(name: str, chance: random.Random) -> str:
    """A name as its owner may type it: small letters, the family's name first."""
    return " ".join(reversed(name.lower().split())) if chance.random() < _OTHER_ORDER else name


def _joins(member: CastMember) -> bool:
    """Who never comes to a session doesn't join either, unless they are there to run the workshop."""
    return member.role in {"organiser", "moderator"} or (
        member.role == "participant" and member.checks_in is not Habit.NEVER
    )


def _attends(member: CastMember, chance: random.Random) -> bool:
    if member.checks_in is Habit.NEVER or member.role == "visitor":
        return False
    return member.checks_in is not Habit.SELDOM or chance.random() < 0.5  # noqa: PLR2004 - about half


def _offers(answer: ReceivedAnswer) -> bool:
    """Whether there is something to press in an answer."""
    return any(part.get("custom_id") for part in walk_components(list(answer.components)))


def _sent(form: Mapping[str, Any], filled: Mapping[str, str]) -> dict[str, str]:
    """What a form is sent with: what it showed when it opened, but for what was filled in."""
    sent: dict[str, str] = {}
    for part in walk_components(form["components"]):
        if "options" in part:
            sent[part["custom_id"]] = next((one["value"] for one in part["options"] if one.get("default")), "")
        elif "custom_id" in part:
            sent[part["custom_id"]] = part.get("value") or ""
    return {**sent, **filled}


def _button_of(answer: ReceivedAnswer) -> str:
    """The custom id of the one button in an answer."""
    rows = [row for row in answer.components if "components" in row]
    return next(part["custom_id"] for row in rows for part in row["components"] if "custom_id" in part)
