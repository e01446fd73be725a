"""Failures: which of them are transient, and the answer to the person who pressed the button."""

from __future__ import annotations

import errno
import io
import logging
import secrets
import socket
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
import discord

from bot.messages.errors import TooOftenError, UserError
from bot.messages.i18n import text
from bot.platform.answers import REFUSED, answer
from bot.platform.interactions import Interaction, name_for_log, typed_text
from bot.store.engine.errors import StoreError

log = logging.getLogger(__name__)

#: Network errors of the system that have no exception class of their own.
_NETWORK = {
    errno.ENETDOWN, errno.ENETUNREACH, errno.ENETRESET, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL,
    errno.ENOBUFS, errno.ENOTCONN,
}  # fmt: skip


def is_transient(failure: BaseException) -> bool:
    """Whether a failure is transient: the same call may succeed when it is tried again.

    Only failures that discord.py does not, or no longer, retry by itself: it raises a 503 at once, and retries two
    network errors only.
    """
    if isinstance(failure, discord.HTTPException):
        return failure.status == HTTPStatus.TOO_MANY_REQUESTS or failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(failure, KeyError):
        return failure.args == ("retry_after",)  # NOTE: what discord.py makes of a 429 that lacks it
    return isinstance(failure, discord.RateLimited | aiohttp.ClientError) or _of_network(failure)


def _of_network(failure: BaseException) -> bool:
    """Whether an error of the system comes from the network, and not from this machine's disk."""
    if not isinstance(failure, OSError) or failure.filename is not None:
        return False
    by_class = ConnectionError | TimeoutError | ssl.SSLError | socket.gaierror | socket.herror
    return isinstance(failure, by_class) or failure.errno in _NETWORK


async def tell_failure(interaction: Interaction, failure: BaseException, language: str) -> None:
    """Report a failure: to the person in a sentence, to the log in full.

    If the sentence itself fails, a plain one follows, so that nobody waits for ever. Text that could not be stored goes
    back to its author as a file, because a message may be too short for it; refused text doesn't.
    """
    cause = getattr(failure, "original", failure)
    try:
        if isinstance(cause, UserError):
            try:
                words = typed_text(interaction) if isinstance(cause, TooOftenError) else ""
                await _say(interaction, text(language, cause.key, **cause.values), words)
            except Exception as unsaid:
                if is_transient(unsaid) or isinstance(unsaid, discord.NotFound):
                    raise
                cause = unsaid
            else:
                return
        words = typed_text(interaction)
        key = "refused.not_kept" if words and isinstance(cause, StoreError) else "refused.failure"
        await _say(interaction, text(language, key, reference=_logged(interaction, cause)), words)
    except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, KeyError) as unreachable:
        log.warning("The failure could not be reported to the person in %s: %r", name_for_log(interaction), unreachable)


async def _say(interaction: Interaction, sentence: str, words: str = "") -> None:
    if interaction.type is discord.InteractionType.autocomplete:
        await interaction.response.autocomplete([])
    else:
        files = [discord.File(io.BytesIO(words.encode("utf-8", "replace")), "text.txt")] if words else []
        await answer(interaction, f"{REFUSED} {sentence}", *files)


def _logged(interaction: Interaction, failure: BaseException) -> str:
    """Log a failure; return the reference that leads to it in the log."""
    reference = secrets.token_hex(3)
    if is_transient(failure) or isinstance(failure, discord.HTTPException):
        # Discord or the network failed; nothing in the program needs a fix.
        log.warning("Failure %s in %s: %r", reference, name_for_log(interaction), failure)
    else:
        log.error("Failure %s in %s", reference, name_for_log(interaction), exc_info=failure)
    return reference


@asynccontextmanager
async def returning_text(
    interaction: Interaction, language: str, words: str, not_stored: UserError, filename: str
) -> AsyncGenerator[None, None]:
    """Return the typed text to its author with the reason, if the block can't store it.

    As a file, because a message may be too short for it.
    """
    try:
        yield
    except (UserError, StoreError) as failure:
        refusal = failure if isinstance(failure, UserError) else not_stored
        if refusal is not failure:
            log.exception(
                "The text sent with %s could not be stored; its author gets it back", name_for_log(interaction)
            )
        reason = text(language, refusal.key, **refusal.values)
        file = discord.File(io.BytesIO(words.encode()), filename=filename)
        await answer(interaction, f"{REFUSED} {reason}", file)
