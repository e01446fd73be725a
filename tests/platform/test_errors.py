"""What a person hears when something fails: a short sentence, always."""

from __future__ import annotations

import errno
import logging
import socket
import ssl
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest
from aiohttp.client_reqrep import ConnectionKey

from bot.domain import discord_limits
from bot.domain.text import measure
from bot.messages.errors import UserError
from bot.platform import errors
from bot.platform.answers import REFUSED
from bot.platform.errors import is_transient, tell_failure
from bot.store.engine.errors import DamageError, TransactionError

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

        monkeypatch.setattr(errors, "answer", answer)


@pytest.mark.parametrize("key", ["refused.closing.failed", "refused.setup"])
async def test_what_others_wrote_never_makes_a_refusal_long(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """Such as an error's text, or the page that some proxy answered with."""
    person = Person(monkeypatch)
    await tell_failure(person.interaction, UserError(key, problem=LONG), "en")
    (sentence,) = person.heard
    assert measure(sentence) <= discord_limits.PLAIN_TEXT


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
    assert sentence.startswith(f"{REFUSED} Something went wrong")


# --- which failures are transient -----------------------------------------------------------------------------------

_KEY = ConnectionKey("discord.com", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionResetError(errno.ECONNRESET, "reset"),
        BrokenPipeError(errno.EPIPE, "pipe"),
        OSError(errno.ECONNREFUSED, "refused"),
        OSError(errno.ENETUNREACH, "unreachable"),
        OSError(errno.EHOSTUNREACH, "no route"),
        OSError(errno.ETIMEDOUT, "timed out"),
        socket.gaierror(socket.EAI_AGAIN, "no name"),
        ssl.SSLError(1, "handshake"),
        TimeoutError(),
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientConnectorError(_KEY, OSError(errno.EACCES, "a firewall")),
        discord.RateLimited(1.0),
        KeyError("retry_after"),
    ],
    ids=repr,
)
def test_trouble_of_the_network_passes(failure: Exception) -> None:
    assert is_transient(failure)


@pytest.mark.parametrize(
    "failure",
    [
        OSError(errno.ENOSPC, "full"),
        OSError(errno.EDQUOT, "quota"),
        OSError(errno.EIO, "disk"),
        OSError(errno.EROFS, "read-only"),
        OSError(errno.EMFILE, "too many files"),
        PermissionError(errno.EACCES, "denied", "plenary.db.erased"),
        FileNotFoundError(errno.ENOENT, "gone", "report.typ"),
        TimeoutError(errno.ETIMEDOUT, "a share that hangs", "/mnt/backups/plenary.db"),
        OSError("something"),
        TransactionError("disk I/O error"),
        DamageError("database disk image is malformed"),
        ValueError("ours"),
        KeyError("ours"),
    ],
    ids=repr,
)
def test_trouble_of_this_machine_does_not(failure: Exception) -> None:
    """Taken for the network's, it would be tried again for ever, and nobody would look at the disk."""
    assert not is_transient(failure)
