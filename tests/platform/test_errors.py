"""What a person hears when something fails: a short sentence, always."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from bot.domain import limits
from bot.domain.text import measure
from bot.platform import router
from bot.platform.router import REFUSED, UserError, tell_failure

LONG = "x" * 100_000


class Person:
    """Somebody who waits for an answer. Discord refuses the first `refused` answers with 400."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, refused: int = 0, failure: Exception | None = None) -> None:
        self.heard: list[str] = []
        self._refused = refused
        self._failure = failure or discord.HTTPException(
            cast("Any", SimpleNamespace(status=400, reason="Bad")), "too long"
        )
        self.interaction = cast(
            "Any", SimpleNamespace(type=discord.InteractionType.component, command=None, data={"custom_id": "note:x"})
        )

        async def answer(_interaction: object, post: str) -> None:
            if self._refused:
                self._refused -= 1
                raise self._failure
            self.heard.append(post)

        monkeypatch.setattr(router, "answer", answer)


@pytest.mark.parametrize("key", ["refused.closing.failed", "refused.setup"])
async def test_what_others_wrote_never_makes_a_refusal_long(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """Such as an error's text, or the page that some proxy answered with."""
    person = Person(monkeypatch)
    await tell_failure(person.interaction, UserError(key, problem=LONG), "en")
    (sentence,) = person.heard
    assert measure(sentence) <= limits.PLAIN_TEXT


@pytest.mark.parametrize(
    "failure", [ValueError(LONG), RuntimeError(LONG), OverflowError(LONG), MemoryError(), RecursionError(LONG)]
)
async def test_any_failure_is_a_reference_for_the_person_and_whole_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    """Also one whose text no message can hold."""
    person = Person(monkeypatch)
    with caplog.at_level(logging.WARNING):
        await tell_failure(person.interaction, failure, "en")
    (sentence,) = person.heard
    assert len(sentence) < 300
    (record,) = caplog.records
    assert str(record.args[0] if isinstance(record.args, tuple) else "") in sentence
    assert record.exc_info
    assert record.exc_info[1] is failure


@pytest.mark.parametrize("failure", [None, ValueError("surrogates not allowed"), TypeError("surrogates")])
async def test_a_sentence_that_cannot_be_said_is_followed_by_one_that_can(
    monkeypatch: pytest.MonkeyPatch, failure: Exception | None
) -> None:
    """Nobody waits for an answer for ever."""
    person = Person(monkeypatch, refused=1, failure=failure)
    await tell_failure(person.interaction, UserError("refused.gone"), "en")
    (sentence,) = person.heard
    assert sentence.startswith(f"{REFUSED} That went wrong")
