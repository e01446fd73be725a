"""The shared state of everybody in the cast, and how a person does one thing until the bot answers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from simcord.components import walk_components

from bot.domain.agenda.sessions import Session
from bot.domain.plan import Plan
from bot.rehearsal.cast.acknowledged import Acknowledged
from bot.rehearsal.cast.script import Cast, CastMember, Expected, Step
from bot.rehearsal.cast.voice_rooms import VoiceRooms
from bot.rehearsal.discord.calls import CannotDo, NoAnswer, ReceivedAnswer, SeenMessage
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.people import Person
from bot.rehearsal.timekeeper import Timekeeper

ACCEPTED, REFUSED = "✅", "⚠️"
#: How often a person tries again without an answer.
MOST_TRIES = 90

Attempt = Callable[[], Awaitable[ReceivedAnswer]]


class NothingToPressError(NoAnswer):
    """A channel has no message with the wanted button, or not yet."""

    def __init__(self, channel: str, button: str) -> None:
        super().__init__(f"no message with the button {button} yet")
        self.channel = channel


class Stage:
    """The plan in force, the people, the simulated Discord and its time; and what the bot acknowledged."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a rehearsal
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
        self.plan = plan
        self.cast = cast
        self.discord = discord
        self.keeper = keeper
        self.seed = seed
        self._plan_in_force = plan_in_force
        self._agenda_changed = asyncio.Event()
        """Set and replaced at each change of the agenda."""
        self._patient = patient
        """Whether people retry after a refusal, "please try again": in rehearsals with injected faults."""
        self.refuses = refuses
        """Whether a channel refuses the bot's messages now, so that there may be nothing to press in it."""
        self.people: dict[str, Person] = {}
        """By id in the cast."""
        self.voice = VoiceRooms(lambda: self.plan, discord, keeper)
        self.guild_id = 0
        self.acknowledged = Acknowledged(in_room=self.voice.stays)

    def person(self, member: CastMember) -> Person:
        """The Discord client of a member of the cast."""
        return self.people[member.id]

    def channel(self, name: str) -> int:
        """The id of a channel of the server."""
        return next(
            channel.id
            for channel in self.discord.backend.channels.values()
            if channel.guild_id == self.guild_id and channel.name == name
        )

    def chance(self, *subjects: str) -> random.Random:
        """Random numbers of one subject, the same in each rehearsal with this seed."""
        return random.Random("/".join((str(self.seed), *subjects)))  # noqa: S311 - a rehearsal, seeded

    def unexpected(self, remark: str) -> None:
        """Record what should not have happened."""
        self.acknowledged.unexpected.append(remark)

    # --- time --------------------------------------------------------------------------------------------------

    async def wait(self, duration: timedelta) -> None:
        """Let the rehearsal's time pass."""
        await self.keeper.sleep_until(self.keeper.now() + duration)

    async def wait_for(self, session_id: str, moment: Callable[[Session], datetime]) -> Session | None:
        """Wait for a moment of a session, wherever the agenda moves it; None if the session is not held."""
        known = self.plan.agenda.find(session_id)
        while known and moment(known) > self.keeper.now():
            await self.sleep_until(moment(known))
            known = self.plan.agenda.find(session_id) or known  # a cancelled session may be restored by then
        return self.plan.agenda.find(session_id)

    async def sleep_until(self, instant: datetime) -> None:
        """Sleep until an instant or the next change of the agenda, whichever is first."""
        change = asyncio.create_task(self._agenda_changed.wait())
        sleep = asyncio.create_task(self.keeper.sleep_until(instant))
        try:
            await asyncio.wait({change, sleep}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            change.cancel()
            sleep.cancel()
            await asyncio.gather(change, sleep, return_exceptions=True)

    async def follow_agenda(self) -> None:
        """Read the changed agenda, and wake everybody who waits for a session."""
        self.plan = await self._plan_in_force()
        self._agenda_changed.set()
        self._agenda_changed = asyncio.Event()

    # --- doing one thing ---------------------------------------------------------------------------------------

    async def attempt(
        self, what: str, attempt: Attempt, expected: Expected = Expected.ACCEPTED, says: str = ""
    ) -> ReceivedAnswer | None:
        """Repeat an attempt until the bot answers, as people do when "the application did not respond".

        None if it was never answered, which is recorded as unexpected unless only the answer was lost.
        """
        self.acknowledged.actions += 1
        unheard, refused, pressed = False, False, False
        for _ in range(MOST_TRIES):
            await self.discord.wait_online()
            try:
                answer = await attempt()
            except NoAnswer as silence:
                nothing = isinstance(silence, NothingToPressError)
                # A button that disappears after a press was pressed: only the answer was lost.
                if nothing and (pressed or self.refuses(silence.channel)):
                    return None
                pressed = pressed or not nothing
                unheard, refused = True, False
                self.acknowledged.unanswered += 1
                await self._wait_to_retry()
            except CannotDo as fault:
                if not self._patient:
                    self.unexpected(f"{what}: {fault}")
                    return None
                refused = True
                await asyncio.sleep(0.5)
            else:
                self.acknowledged.ack_ms.append(answer.ack_ms)
                answer = replace(answer, again=unheard)
                # A refusal with buttons offers another way, so the person does not retry.
                refused = answer.text.startswith(REFUSED) and not _has_buttons(answer)
                as_expected = not refused if expected is Expected.ACCEPTED else says in answer.text
                if as_expected or answer.modal or not self._patient:
                    return answer
                await asyncio.sleep(0.5)
        # If a thing can be done only once, the retry is refused because the first try did it: its answer was lost.
        if not (unheard and refused):
            self.unexpected(f"{what}: {'refused again and again' if refused else 'never answered'}")
        return None

    async def _wait_to_retry(self) -> None:
        """Pause before a retry; with injected faults a room may be unreachable for a minute of the rehearsal's time."""
        if self._patient:
            await self.wait(timedelta(seconds=5))
        else:
            await asyncio.sleep(0.05)

    def is_expected(self, what: str, answer: ReceivedAnswer | None, expected: Expected, says: str = "") -> bool:
        """Whether an answer is the expected one; another is recorded as unexpected."""
        if answer is None:
            return False
        sign = ACCEPTED if expected is Expected.ACCEPTED else REFUSED
        good = answer.ephemeral and (says in answer.text or answer.again)
        if expected is Expected.REFUSED or answer.text.startswith(REFUSED):
            good = good and answer.text.startswith(sign)
        if not good:
            self.unexpected(f"{what}: expected {expected}, was told: {answer.text[:200]!r}")
        return good

    async def open_form(self, what: str, attempt: Attempt) -> dict[str, Any] | None:
        """Repeat an attempt until a form opens; another answer is recorded as unexpected."""
        answer = await self.attempt(what, attempt)
        if answer is None or answer.modal is None:
            self.unexpected(f"{what}: no form, but {answer.text if answer else 'nothing'!r}")
            return None
        return answer.modal

    # --- pressing ----------------------------------------------------------------------------------------------

    async def press(
        self, person: Person, channel: int, button: str, words: str = "", chosen: str = ""
    ) -> ReceivedAnswer:
        """Press the latest button whose custom id begins with `button`, under a message that has those words.

        `chosen` is the value to choose if it is a select. Raises NothingToPressError if there is no such message.
        """
        for message in reversed(self.discord.messages(channel)):
            for custom_id in message.custom_ids:
                if custom_id.startswith(button) and words in message.text:
                    if chosen:
                        return await person.choose(message.id, channel, custom_id, chosen)
                    return await person.press(message.id, channel, custom_id)
        raise NothingToPressError(str(self.discord.backend.get_channel(channel).name), button)

    async def press_answer(self, person: Person, channel: int, answer: ReceivedAnswer, step: Step) -> ReceivedAnswer:
        """Press a button of an answer, or choose from its select."""
        parts = [part for row in answer.components for part in walk_components([row])]
        custom_id = next(
            (part["custom_id"] for part in parts if str(part.get("custom_id")).startswith(step.press)), None
        )
        if custom_id is None or answer.message_id is None:
            raise CannotDo(f"the answer has no {step.press!r}, but says {answer.text[:200]!r}")
        if step.choose:
            return await person.choose(answer.message_id, channel, custom_id, step.choose)
        pressed = await person.press(answer.message_id, channel, custom_id)
        self.follow(person, pressed, custom_id, {})
        return pressed

    def follow(self, person: Person, answer: ReceivedAnswer | None, custom_id: str, values: Mapping[str, str]) -> None:
        """Record a form or press that belongs to a note, if the bot accepted it."""
        if answer and answer.text.startswith(ACCEPTED):
            self.acknowledged.follow(person.id, custom_id, values)

    def latest_message(self, channel: int, words: str) -> SeenMessage:
        """The latest message in a channel that has those words. Raises NoAnswer if there is none yet."""
        for message in reversed(self.discord.messages(channel)):
            if words in message.text:
                return message
        raise NoAnswer(f"no message with the words {words!r} yet")


def _has_buttons(answer: ReceivedAnswer) -> bool:
    return any(part.get("custom_id") for part in walk_components(list(answer.components)))
