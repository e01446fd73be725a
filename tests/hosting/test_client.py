"""Which workshop something on Discord belongs to, and the context that its handlers get."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.hosting.client import WorkshopClient
from bot.messages.errors import UserError

HOME, ELSEWHERE = 1, 2


def pressed_by(person: int, guild: int | None = HOME, locale: discord.Locale = discord.Locale.french) -> Any:  # noqa: ANN401
    return SimpleNamespace(
        id=77,
        user=SimpleNamespace(id=person, display_name="Amina"),
        guild_id=guild,
        guild=None,
        locale=locale,
        type=discord.InteractionType.component,
    )


async def test_a_workshop_lives_in_one_server(unconnected: WorkshopClient) -> None:
    assert unconnected.workshop_of(HOME) is None
    await unconnected.workshop.venue.adopt(HOME)
    assert unconnected.workshop_of(HOME) is unconnected.workshop
    assert unconnected.workshop_of(ELSEWHERE) is None
    assert unconnected.workshop_of(None) is None
    assert unconnected.workshops == (unconnected.workshop,)


async def test_a_context_speaks_the_language_that_the_person_chose(unconnected: WorkshopClient) -> None:
    context = unconnected.context_of(pressed_by(5))
    assert (context.language, context.say("refused.gone")) == ("fr", context.say("refused.gone"))
    await context.store.participants.choose_language(5, "ar")
    assert context.language == "fr", "an answer is in one language from its first word to its last"
    assert unconnected.context_of(pressed_by(5)).language == "ar"


async def test_a_context_is_of_one_instant_and_one_person(unconnected: WorkshopClient) -> None:
    context = unconnected.context_of(pressed_by(5))
    assert context.now is context.now
    assert (context.person.id, context.name, context.place) == (5, "Amina", None)
    entry = context.audit_entry("place", "place approved", "x", None, "Moderator")
    assert (entry.at, entry.who, entry.latter) == (context.now, 5, "Moderator")
    assert entry.id == "place/77"


async def test_a_refusal_carries_its_sentence(unconnected: WorkshopClient) -> None:
    context = unconnected.context_of(pressed_by(5))
    with pytest.raises(UserError) as refused:
        context.refuse("refused.no_such_day", last=3)
    assert (refused.value.key, refused.value.values) == ("refused.no_such_day", {"last": 3})
    with pytest.raises(UserError):
        _ = context.guild
