"""The scripted actions of the cast: slash commands, menus and buttons, with the forms and buttons that follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias

from simcord.components import walk_components

from bot.domain.text import clean
from bot.domain.venue import ANNOUNCEMENTS, HELP_DESK
from bot.rehearsal.cast.acknowledged import AcknowledgedAnnouncement
from bot.rehearsal.cast.script import Expected, ScriptedAction, Step, wall
from bot.rehearsal.cast.stage import Attempt, Stage
from bot.rehearsal.discord.calls import Attachment, CannotDo, ReceivedAnswer
from bot.rehearsal.discord.people import Person

Option: TypeAlias = int | str | Person | Attachment

#: Options that are numbers.
_NUMBERS = {"day", "groups", "minutes"}
_CHECKBOX = 23  # a type of component
#: Buttons that change the agenda.
_CHANGE_THE_AGENDA = ("agree", "undo", "lead:later", "lead:skip", "lead:start", "lead:end")


class Command:
    """One scripted action of one person."""

    def __init__(self, stage: Stage, action: ScriptedAction) -> None:
        self._stage = stage
        self._action = action
        self._person = stage.people[action.who]
        self._options: dict[str, Option] = {}
        """The chosen options. A command that is sent again is sent as it was."""
        self._presses = 0

    async def play(self, number: int) -> None:
        """Do it at its minute; `number` is its place in the script, which orders the actions of one minute."""
        stage, action = self._stage, self._action
        await stage.keeper.sleep_until(wall(action.at, stage.plan.tz) + timedelta(milliseconds=number))
        if action.write:
            stage.discord.backend.create_message(stage.channel(action.channel), self._person.id, action.write)
            return
        command = f"/{action.command}" if action.command else action.press
        what = f"{command} by {action.who} at {action.at}"
        default = HELP_DESK if action.command else ANNOUNCEMENTS  # where people can't write, they can't type a command
        channel = stage.channel(action.channel or ("general" if action.command == "workshop setup" else default))
        answer = await self._step(what, action, partial(self._send, channel))
        for step in action.then:
            before = answer
            answer = before and await self._step(
                f"{step.press} after {what}", step, partial(stage.press_answer, self._person, channel, before, step)
            )
        if answer and action.answer is Expected.ACCEPTED:
            self._remember()

    async def _send(self, channel: int) -> ReceivedAnswer:
        stage, action = self._stage, self._action
        if action.press:
            self._presses += 1
            stage.acknowledged.presses_repeated += action.press.startswith("lead:") and self._presses > 1
            return await stage.press(self._person, channel, action.press, action.on, action.choose)
        if action.on:
            message = stage.latest_message(channel, action.on)
            return await self._person.menu(message.id, channel, action.command)
        for name, value in action.options.items():
            if name not in self._options:
                self._options[name] = await self._option(channel, name, value)
        stage.acknowledged.panels_requested += action.command == "show panel"
        return await self._person.slash(channel, action.command, **self._options)

    async def _step(self, what: str, step: Step, attempt: Attempt) -> ReceivedAnswer | None:
        """Do one step and fill in the form that it opens; returns the answer if it is the expected one."""
        stage, person = self._stage, self._person
        answer = await stage.attempt(what, attempt, step.answer, step.says)
        if answer and answer.modal and step.fill:
            form = answer.modal
            filled = _typed_values(form, step.fill)
            answer = await stage.attempt(what, lambda: person.submit(form, filled), step.answer, step.says)
            stage.follow(person, answer, form["custom_id"], _submitted_values(form, step.fill))
        if not stage.is_expected(what, answer, step.answer, step.says):
            return None
        if step.press.startswith("roster") and step.answer is Expected.ACCEPTED:
            stage.acknowledged.reports.append(f"<@{person.id}> imported a list of participants")
        if step.press.startswith(_CHANGE_THE_AGENDA) and step.answer is Expected.ACCEPTED:
            stage.acknowledged.changes += 1
            await stage.follow_agenda()
        return answer

    async def _option(self, channel: int, name: str, value: str) -> Option:
        """The value of an option as the script writes it: `#channel`, `@person`, `?typed` to take a suggestion."""
        stage = self._stage
        if name == "file":
            return Attachment("people.csv", value.encode())
        if value.startswith("#"):
            return stage.channel(value[1:])
        if value.startswith("@") and value[1:] in stage.people:
            return stage.people[value[1:]]
        if value.startswith("?"):
            suggestions = await self._person.autocomplete(channel, self._action.command, name, value[1:])
            if not suggestions:
                raise CannotDo(f"nothing is suggested for {name} {value!r}")
            return suggestions[0]["value"]
        if value in {"true", "false"}:
            return value == "true"
        return int(value) if name in _NUMBERS else value

    # --- what was acknowledged ---------------------------------------------------------------------------------

    def _remember(self) -> None:
        """Record what the bot acknowledged."""
        acknowledged, action = self._stage.acknowledged, self._action
        if action.command == "show panel":
            acknowledged.panels += 1
        elif action.command.startswith("announce "):
            self._remember_announcement(action.command.removeprefix("announce "), action.options)
        elif action.command == "note withdraw":
            acknowledged.withdraw(str(self._options["note"]))
        elif action.command == "me delete":
            acknowledged.forget(self._person.id)
        elif action.command == "attendance mark" and not action.then:
            marked = self._stage.people[action.options["member"].removeprefix("@")].id
            acknowledged.corrections[marked, action.options["session"]] = action.options["status"]
        elif action.fill:
            self._remember_form(action.fill)

    def _remember_announcement(self, command: str, options: Mapping[str, str]) -> None:
        plan, announced = self._stage.plan, self._stage.acknowledged.announced
        if command == "new":
            days = 1
            if options.get("daily") == "true":
                days += (plan.agenda.days[-1] - wall(options["when"], plan.tz).date()).days
            announced[clean(options["text"])] = AcknowledgedAnnouncement(options["channel"].removeprefix("#"), days)
        elif command in {"cancel", "edit"}:
            words = options["announcement"].removeprefix("?")
            former = next(text for text in announced if words in text)
            announcement = announced.pop(former)
            if command == "edit":
                announced[clean(options.get("text", former))] = announcement

    def _remember_form(self, values: dict[str, str]) -> None:
        kind, *arguments = (self._action.command or self._action.press).split(":")
        acknowledged, person = self._stage.acknowledged, self._person.id
        if kind == "ask":
            acknowledged.questions.append((person, clean(values["text"])))
        elif kind == "rate":
            acknowledged.feedback[person, arguments[0]] = values
        elif kind == "pledge":
            acknowledged.pledges[person] = clean(values["text"])


def _typed_values(form: Mapping[str, Any], filled: Mapping[str, str]) -> dict[str, str | bool]:
    """The values to fill in; those of checkboxes, which a script writes as yes or no, as Discord knows them."""
    boxes = {part["custom_id"] for part in walk_components(form["components"]) if part["type"] == _CHECKBOX}
    return {name: value == "yes" if name in boxes else value for name, value in filled.items()}


def _submitted_values(form: Mapping[str, Any], filled: Mapping[str, str]) -> dict[str, str]:
    """The values that a form is submitted with: those that it showed when it opened, then those filled in."""
    values: dict[str, str] = {}
    for part in walk_components(form["components"]):
        if "options" in part:
            defaults = (option["value"] for option in part["options"] if option.get("default"))
            values[part["custom_id"]] = next(defaults, "")
        elif "custom_id" in part:
            values[part["custom_id"]] = part.get("value") or ""
    return {**values, **filled}
