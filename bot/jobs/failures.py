"""What a failure means for the next attempt."""

from __future__ import annotations

from datetime import timedelta

import discord

from bot.domain.backoff import REFUSED, TRANSIENT, Backoff
from bot.platform.errors import is_transient
from bot.store.engine.errors import TransactionError


def backoff_for(failure: Exception) -> Backoff:
    """The back-off after a failure: short if it is transient or a role or channel is gone, long for a refusal."""
    return TRANSIENT if is_transient(failure) or isinstance(failure, LookupError | TransactionError) else REFUSED


def asked_for(failure: Exception) -> timedelta:
    """How long Discord wants to be left alone, where it says so."""
    return timedelta(seconds=failure.retry_after if isinstance(failure, discord.RateLimited) else 0)


def release_global_limit(client: discord.Client) -> None:
    """Let requests go on after a deadline has cut one off.

    NOTE: discord.py holds up all requests during a global rate limit; if the request that waits for its end is
    cancelled meanwhile, nothing ever releases them.
    """
    client.http._global_over.set()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
