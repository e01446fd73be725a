"""How a cog's methods become commands, suggestions and handlers of presses."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord import app_commands

from bot.domain.people.roles import Role
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.platform import errors
from bot.platform.answers import REFUSED
from bot.platform.router import Router, check_command, command, pressed, suggests

Choices = list[app_commands.Choice[Any]]


class Cog:
    """A cog with one of each."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    @command(Role.PARTICIPANT, "Say a word", name="say")
    @app_commands.describe(word="Which word")
    async def speak(self, context: Any, word: app_commands.Range[str, 1, 5], times: int = 1) -> None:  # noqa: ANN401
        """Record it."""
        self.calls.append((context, word, times))

    @suggests("word", speak)
    async def suggest_words(self, context: Any) -> list[tuple[str, str]]:  # noqa: ANN401, ARG002
        """Two words."""
        return [("hi", "Hi there"), ("bye", "Good-bye")]

    @pressed("greet", Role.PARTICIPANT)
    async def greet(self, context: Any, who: str, mark: str = "") -> None:  # noqa: ANN401
        """Record it."""
        self.calls.append((context, who, mark))


class FakeAccess:
    """Lets everybody in, unless it is told not to."""

    def __init__(self) -> None:
        self.asked: list[Role] = []
        self.refusal: UserError | None = None

    def limit(self, interaction: object) -> None:
        """Anything as often as anybody likes."""

    def language(self, _interaction: object) -> str:
        return "en"

    async def require(self, _interaction: object, role: Role, _rules: object) -> None:
        self.asked.append(role)
        if self.refusal:
            raise self.refusal


class FakeHost:
    """One workshop, whose contexts are the text "context"."""

    def __init__(self) -> None:
        self.access = FakeAccess()
        self.contexts = 0

    def access_of(self, _interaction: object) -> Any:  # noqa: ANN401
        return self.access

    def context_of(self, _interaction: object) -> str:
        self.contexts += 1
        return "context"


def interaction(host: FakeHost, **data: object) -> Any:  # noqa: ANN401
    return SimpleNamespace(client=host, data=data, type=discord.InteractionType.component, command=None)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What people are told when something fails."""
    heard: list[str] = []

    async def answer(_interaction: object, post: str) -> None:
        heard.append(post)

    monkeypatch.setattr(errors, "answer", answer)
    return heard


def test_a_command_has_its_role_its_name_and_the_options_of_its_signature() -> None:
    assert (Cog.speak.name, Cog.speak.description, Cog.speak.extras["role"]) == ("say", "Say a word", Role.PARTICIPANT)
    word, times = Cog.speak.parameters
    assert (word.name, word.description, word.max_value, word.required) == ("word", "Which word", 5, True)
    assert (times.name, times.type, times.required) == ("times", discord.AppCommandOptionType.integer, False)


async def test_a_command_is_handled_with_a_context_in_place_of_the_interaction() -> None:
    host, cog = FakeHost(), Cog()
    await cast("Any", Cog.speak.callback)(cog, interaction(host), word="hi", times=2)
    assert cog.calls == [("context", "hi", 2)]


async def test_suggestions_are_those_whose_names_hold_what_was_typed() -> None:
    suggest = cast("Any", Cog.speak._params["word"].autocomplete)  # noqa: SLF001 - discord.py shows no callback
    found: Choices = await suggest(Cog(), interaction(FakeHost()), "GOOD")
    assert [(choice.value, choice.name) for choice in found] == [("bye", "Good-bye")]


async def test_a_press_reaches_its_handler_with_its_arguments() -> None:
    host, cog = FakeHost(), Cog()
    router = Router(host)
    router.add(cog)
    await router.route(interaction(host, custom_id="greet:you"))
    await router.route(interaction(host, custom_id="greet:me:mark"))
    assert cog.calls == [("context", "you", ""), ("context", "me", "mark")]
    assert host.access.asked == [Role.PARTICIPANT] * 2


@pytest.mark.parametrize("custom_id", ["gone", "greet", "greet:a:b:c"])
async def test_a_press_that_nothing_handles_is_answered(told: list[str], custom_id: str) -> None:
    host, cog = FakeHost(), Cog()
    router = Router(host)
    router.add(cog)
    await router.route(interaction(host, custom_id=custom_id))
    assert told == [f"{REFUSED} {text('en', 'refused.gone')}"]
    assert cog.calls == []


async def test_nobody_who_is_refused_gets_a_context(told: list[str]) -> None:
    """Neither for a press nor for a command: what comes after the check may rely on it."""
    host, cog = FakeHost(), Cog()
    host.access.refusal = UserError("refused.not_in_server")
    router = Router(host)
    router.add(cog)
    await router.route(interaction(host, custom_id="greet:you"))
    assert not await check_command(host, interaction(host))
    assert len(told) == 2
    assert (cog.calls, host.contexts) == ([], 0)


def test_a_handler_says_how_many_arguments_it_takes() -> None:
    class Vague:
        @pressed("vague", Role.PARTICIPANT)
        async def anything(self, context: Any, *arguments: str) -> None:  # noqa: ANN401
            """Take anything."""

    with pytest.raises(TypeError, match="how many arguments"):
        Router(FakeHost()).add(Vague())
