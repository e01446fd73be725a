"""Interactions that people wait on, and the answers and messages that they see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simcord.backend.models.interaction import ResponseKind
from simcord.components import walk_components
from simcord.enums import ComponentType

from bot.rehearsal.discord.latency import PassingTime
from bot.rehearsal.discord.limits import FIRST_ANSWER
from bot.rehearsal.discord.requests import DiscordRequest

if TYPE_CHECKING:
    from simcord.backend import Backend
    from simcord.backend.models import Interaction, Message

Json = dict[str, Any]
#: Seconds that a person waits for the answer after "thinking…".
PATIENCE = 15.0
_AT_WORK = "⚙️"  # begins an answer that only reports progress: the person waits on


class CannotDo(Exception):  # noqa: N818 - it reads as what happened
    """The person's client does not allow this; the sentence gives the reason."""


class NoAnswer(Exception):  # noqa: N818 - the same
    """The bot did not answer in time, or is offline."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to upload, or one to download."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReceivedAnswer:
    """The bot's answer to one press or command, as the person sees it.

    `ack_ms` are milliseconds of the rehearsal's time from the press to the bot's first sign of life.
    """

    text: str
    ephemeral: bool
    modal: Json | None
    message_id: int | None
    attachments: tuple[Attachment, ...]
    components: tuple[Json, ...]
    ack_ms: float
    choices: tuple[Json, ...]
    again: bool = False
    """Whether it answers a retry. The first try, whose answer was lost, may have done what was asked for."""


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message in a channel. `received` is the instant (UTC) at which Discord had it."""

    id: int
    channel_id: int
    channel: str
    author: str
    is_bot: bool
    timestamp: str
    edited_timestamp: str | None
    text: str
    custom_ids: tuple[str, ...]
    received: datetime
    nonce: str | None


def shown_text(message: Message) -> str:
    """The text that a message displays: its content, then each text display in order."""
    displays = (
        part["content"] for part in walk_components(message.components) if part["type"] == ComponentType.TEXT_DISPLAY
    )
    return "\n".join(text for text in (message.content, *displays) if text)


def custom_ids(message: Message) -> tuple[str, ...]:
    """The custom ids of the buttons and selects of a message, in order."""
    return tuple(part["custom_id"] for part in walk_components(message.components) if part.get("custom_id"))


class _Call:
    """One interaction that a person waits on."""

    def __init__(self, record: Interaction, began: datetime) -> None:
        self.record = record
        self.began = began
        self.ack_ms: float | None = None
        self.answer: ReceivedAnswer | None = None
        self.lost = False
        self.acknowledged = asyncio.Event()
        self.answered = asyncio.Event()

    def lose(self) -> None:
        self.lost = True
        self.acknowledged.set()
        self.answered.set()


class Calls:
    """The open interactions; each ends when the bot answers or disconnects."""

    def __init__(self, backend: Backend, now: Callable[[], datetime], passing: PassingTime) -> None:
        self._backend = backend
        self._now = now
        self._passing = passing
        self._open: dict[int, _Call] = {}

    def open(self, record: Interaction) -> _Call:
        """Register an interaction before it is sent, so that no answer can come earlier."""
        call = self._open[record.id] = _Call(record, self._now())
        return call

    def progress(self, request: DiscordRequest, arrived: datetime) -> None:
        """Read an accepted request that may answer an interaction; `arrived` in the rehearsal's time."""
        interaction_id = self._backend.interaction_tokens.get(request.interaction_token or "")
        call = self._open.get(interaction_id or 0)
        if call is None or call.answered.is_set() or request.method not in {"POST", "PATCH"}:
            return
        first = call.ack_ms is None
        if call.ack_ms is None:
            call.ack_ms = (arrived - call.began).total_seconds() * 1000
            call.acknowledged.set()
        kind = call.record.response_kind
        if kind != ResponseKind.DEFERRED and not (first and kind == ResponseKind.DEFERRED_UPDATE):
            answer = self._read(call.record, call.ack_ms)
            if not answer.text.startswith(_AT_WORK):
                call.answer = answer
                call.answered.set()

    def lose_all(self) -> None:
        """End all open interactions, because the bot disconnected."""
        for call in self._open.values():
            call.lose()

    async def answer(self, call: _Call) -> ReceivedAnswer:
        """Wait for the whole answer. Raises NoAnswer if it does not come in time."""
        try:
            await self._in_time(call.acknowledged, FIRST_ANSWER, "the bot said nothing")
            if not call.lost:
                await self._in_time(call.answered, PATIENCE, "the bot said it was thinking, and nothing more")
        finally:
            del self._open[call.record.id]
        if call.answer is None:
            raise NoAnswer("the bot went away before it answered")
        return call.answer

    async def _in_time(self, event: asyncio.Event, seconds: float, sentence: str) -> None:
        if not await self._passing.wait(event, seconds):
            raise NoAnswer(f"{sentence} within {seconds:.0f} s")

    def _read(self, record: Interaction, ack_ms: float) -> ReceivedAnswer:
        message = self._shown(record)
        return ReceivedAnswer(
            text=shown_text(message) if message else "",
            ephemeral=message.is_ephemeral if message else False,
            modal=record.modal,
            message_id=message.id if message else None,
            attachments=self._files(message) if message else (),
            components=tuple(message.components) if message else (),
            ack_ms=ack_ms,
            choices=tuple(record.autocomplete_choices or ()),
        )

    def _shown(self, record: Interaction) -> Message | None:
        """The message that holds the answer: the follow-up after a silent deferral, if there is one."""
        followed = record.response_kind == ResponseKind.DEFERRED_UPDATE and record.followup_ids
        message_id = record.followup_ids[-1] if followed else record.message_id
        return self._backend.messages[record.channel_id].get(message_id or 0)

    def _files(self, message: Message) -> tuple[Attachment, ...]:
        files = ((file["filename"], self._backend.cdn.get(file["url"])) for file in message.attachments)
        return tuple(Attachment(name, content) for name, content in files if content is not None)
