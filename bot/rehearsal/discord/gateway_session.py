"""A gateway session: it outlives its connection, so that a RESUME replays the events it missed."""

from __future__ import annotations

import json
import secrets
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from simcord.intents import required_intent

from bot.rehearsal.discord.gateway_connection import CloseCode, GatewayConnection, Refused

Payload: TypeAlias = Mapping[str, Any]

_REPLAYED_AT_MOST = 10_000  # events kept for a RESUME

#: The intents by simcord's names. Source: "List of Intents" in `events/gateway.mdx`.
INTENTS: Final[Mapping[str, int]] = {
    name: 1 << bit
    for name, bit in {
        "guilds": 0, "members": 1, "moderation": 2, "emojis_and_stickers": 3, "integrations": 4, "webhooks": 5,
        "invites": 6, "voice_states": 7, "presences": 8, "guild_messages": 9, "guild_reactions": 10,
        "guild_typing": 11, "dm_messages": 12, "dm_reactions": 13, "dm_typing": 14, "message_content": 15,
        "guild_scheduled_events": 16, "auto_moderation_configuration": 20, "auto_moderation_execution": 21,
        "guild_polls": 24, "dm_polls": 25,
    }.items()
}  # fmt: skip
PRIVILEGED: Final = INTENTS["members"] | INTENTS["presences"] | INTENTS["message_content"]
_KNOWN = sum(INTENTS.values())
_MORE_EVENTS = {"VOICE_CHANNEL_STATUS_UPDATE": "guilds", "VOICE_CHANNEL_START_TIME_UPDATE": "guilds"}
#: Events that carry the server itself, with its id as `id`.
_OF_SERVERS = frozenset({"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"})


def check_intents(asked: object, approved: int) -> int:
    """The intents of an IDENTIFY; `approved` are the privileged ones of the developer portal. Raises Refused."""
    if not isinstance(asked, int) or asked < 0 or asked & ~_KNOWN:
        raise Refused(CloseCode.INVALID_INTENTS)
    if asked & PRIVILEGED & ~approved:
        raise Refused(CloseCode.DISALLOWED_INTENTS)
    return asked


def check_shard(asked: object) -> tuple[int, int] | None:
    """The shard of an IDENTIFY, as its number and the number of shards. Raises Refused if it is none."""
    match asked:
        case None:
            return None
        case [int(number), int(count)] if 0 <= number < count:
            return number, count
        case _:
            raise Refused(CloseCode.INVALID_SHARD)


class GatewaySession:
    """What one IDENTIFY began: intents, a shard, and the events so far, numbered."""

    def __init__(self, intents: int, shard: tuple[int, int] | None, large_threshold: int, bot_id: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.shard = shard
        self.large_threshold = large_threshold
        """The number of members from which a server counts as large."""
        self.connection: GatewayConnection | None = None
        self.left_at = 0.0
        """When its connection ended, in seconds of time.monotonic()."""
        self.absent: set[int] = set()
        """Servers that are not available to it: its client has not heard of them yet, or they are in an outage."""
        self._bot_id = str(bot_id)
        self._sequence = 0
        self._sent: deque[tuple[int, str]] = deque(maxlen=_REPLAYED_AT_MOST)

    @property
    def sequence(self) -> int:
        """The number of the last event."""
        return self._sequence

    def has(self, intent: str) -> bool:
        return bool(self.intents & INTENTS[intent])

    def handles(self, guild_id: int | None) -> bool:
        """Whether a server's events come to its shard; those of no server come to the first shard."""
        number, count = self.shard or (0, 1)
        return number == ((guild_id or 0) >> 22) % count if guild_id else number == 0

    def wants(self, event: str, payload: Payload) -> bool:
        """Whether the session has the intent for an event, the shard for its server, and has been sent that server.

        NOTE: a change to the bot itself as a member is told without the intent for members.
        """
        guild_id = payload["id"] if event in _OF_SERVERS else payload.get("guild_id")
        number = int(guild_id) if guild_id else None
        if not self.handles(number) or number in self.absent:
            return False
        needed = _MORE_EVENTS.get(event) or required_intent(event, payload)
        own = event == "GUILD_MEMBER_UPDATE" and payload["user"]["id"] == self._bot_id
        return needed is None or own or self.has(needed)

    def send(self, event: str, payload: Payload, *, silent: bool = False) -> None:
        """Number an event, keep it for a RESUME, and send it if a connection is open, unless `silent`.

        The payload is serialised at once, because it is simcord's own state, which changes.
        """
        self._sequence += 1
        text = json.dumps({"t": event, "s": self._sequence, "op": 0, "d": payload})
        self._sent.append((self._sequence, text))
        if self.connection is not None and not silent:
            self.connection.send_text(text)

    def replay(self, after: int) -> bool:
        """Replay the events after a sequence number; False if they are no longer kept."""
        if self.connection is None or after < self._sequence - len(self._sent):
            return False
        for sequence, text in self._sent:
            if sequence > after:
                self.connection.send_text(text)
        return True

    def leave(self) -> None:
        """Note that its connection has ended."""
        self.connection = None
        self.left_at = time.monotonic()
