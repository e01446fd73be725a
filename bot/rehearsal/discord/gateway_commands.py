"""What a client may ask of the gateway: members, voice rooms, soundboard sounds, and what voice rooms show.

Source: "Send Events" in `events/gateway-events.mdx` of Discord's documentation.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from simcord.backend import serializers
from simcord.enums import VOICE_CHANNEL_TYPES

from bot.rehearsal.discord.gateway_connection import CloseCode, Json, Opcode, Refused
from bot.rehearsal.discord.gateway_session import GatewaySession, Payload

if TYPE_CHECKING:
    from simcord.backend import Backend
    from simcord.backend.models import Guild, Member

_MEMBERS_A_CHUNK = 1000
_MEMBERS_ASKED_FOR = 100
_LONGEST_NONCE = 32  # bytes
_ALL_MEMBERS_EVERY = 30.0  # seconds, for each server
_CONNECT, _VIEW_CHANNEL, _MOVE_MEMBERS = 1 << 20, 1 << 10, 1 << 24
_STATUSES = frozenset({"online", "dnd", "idle", "invisible", "offline"})


Tell: TypeAlias = Callable[[GatewaySession, str, Payload], None]
"""Sends an event to one session."""


class GatewayCommands:
    """Carries out the requests of sessions, and answers them with events."""

    def __init__(self, backend: Backend, tell: Tell) -> None:
        self._backend = backend
        self._tell = tell
        self._all_members_at: dict[int, float] = {}

    def run(self, session: GatewaySession, opcode: Opcode, data: Json) -> None:
        """Carry out a request. Raises Refused if it is not as documented."""
        if not isinstance(data, dict):
            raise Refused(CloseCode.DECODE_ERROR)
        request = cast("Mapping[str, Json]", data)
        match opcode:
            case Opcode.PRESENCE_UPDATE:
                _check_presence(request)
            case Opcode.VOICE_STATE_UPDATE:
                self._move(session, request)
            case Opcode.REQUEST_GUILD_MEMBERS:
                self._send_members(session, request)
            case Opcode.REQUEST_SOUNDBOARD_SOUNDS:
                for guild in self._guilds(session, request.get("guild_ids")):
                    self._tell(session, "SOUNDBOARD_SOUNDS", {"guild_id": str(guild.id), "soundboard_sounds": []})
            case Opcode.REQUEST_CHANNEL_INFO:
                for guild in self._guilds(session, request.get("guild_id")):
                    self._tell(session, "CHANNEL_INFO", {"guild_id": str(guild.id), "channels": []})
            case _:
                raise Refused(CloseCode.UNKNOWN_OPCODE)

    def _guilds(self, session: GatewaySession, named: Json) -> Iterator[Guild]:
        """The servers that are named, without those that the session does not have."""
        for number in _snowflakes(named):
            guild = self._backend.guilds.get(number)
            if guild is not None and session.handles(number) and number not in session.absent:
                yield guild

    def _move(self, session: GatewaySession, request: Mapping[str, Json]) -> None:
        """Let the bot enter, leave or change a voice room; nothing happens if it may not.

        NOTE: there is no voice server here, so its address is null, as Discord sends it while none is allocated.
        """
        guild = next(self._guilds(session, request.get("guild_id")), None)
        room = next(iter(_snowflakes(request.get("channel_id"))), None)
        if guild is None or (room is not None and not self._may_enter(guild, room)):
            return
        muted = {flag: bool(request.get(flag)) for flag in ("self_mute", "self_deaf")}
        self._backend.set_voice_state(guild.id, self._backend.bot_user.id, room, **muted)
        if room is not None:
            server = {"token": secrets.token_hex(8), "guild_id": str(guild.id), "endpoint": None}
            self._tell(session, "VOICE_SERVER_UPDATE", server)

    def _may_enter(self, guild: Guild, room: int) -> bool:
        channel = self._backend.channels.get(room)
        if channel is None or channel.guild_id != guild.id or channel.type not in VOICE_CHANNEL_TYPES:
            return False
        held = self._backend.compute_permissions(guild.id, self._backend.bot_user.id, room)
        inside = [state for state in guild.voice_states.values() if state.channel_id == room]
        full = bool(channel.user_limit) and len(inside) >= channel.user_limit and not held & _MOVE_MEMBERS
        return held & _CONNECT != 0 and held & _VIEW_CHANNEL != 0 and not full

    def _send_members(self, session: GatewaySession, request: Mapping[str, Json]) -> None:
        query, user_ids, limit = request.get("query"), request.get("user_ids"), request.get("limit")
        if (query is None) == (user_ids is None) or (query is not None and not isinstance(limit, int)):
            raise Refused(CloseCode.DECODE_ERROR)
        guild = next(self._guilds(session, request.get("guild_id")), None)
        if guild is None:
            return
        nonce = _nonce(request.get("nonce"))
        if user_ids is not None:
            asked = _snowflakes(user_ids)[:_MEMBERS_ASKED_FOR]
            members = [guild.members[number] for number in asked if number in guild.members]
            missing = [str(number) for number in asked if number not in guild.members]
            self._send_chunks(session, guild, members, {**({"not_found": missing} if missing else {}), **nonce})
        elif query or limit:
            members = [member for member in guild.members.values() if self._begins(member, str(query))]
            self._send_chunks(session, guild, members[: min(limit or _MEMBERS_ASKED_FOR, _MEMBERS_ASKED_FOR)], nonce)
        elif session.has("members") and self._may_have_all(session, guild, nonce):
            self._send_chunks(session, guild, list(guild.members.values()), nonce)

    def _begins(self, member: Member, query: str) -> bool:
        """Whether a name of a member begins with the query."""
        user = self._backend.users[member.user_id]
        names = (user.name, user.global_name, member.nick)
        return any(name.lower().startswith(query.lower()) for name in names if name is not None)

    def _may_have_all(self, session: GatewaySession, guild: Guild, nonce: Mapping[str, str]) -> bool:
        """Whether all members of a server may be sent: once in 30 s; otherwise the session is told to wait."""
        now = time.monotonic()
        wait = self._all_members_at.get(guild.id, -_ALL_MEMBERS_EVERY) + _ALL_MEMBERS_EVERY - now
        if wait > 0:
            meta = {"guild_id": str(guild.id), **nonce}
            limited = {"opcode": Opcode.REQUEST_GUILD_MEMBERS, "retry_after": wait, "meta": meta}
            self._tell(session, "RATE_LIMITED", limited)
            return False
        self._all_members_at[guild.id] = now
        return True

    def _send_chunks(
        self, session: GatewaySession, guild: Guild, members: list[Member], further: Mapping[str, Any]
    ) -> None:
        chunks = [members[first : first + _MEMBERS_A_CHUNK] for first in range(0, len(members), _MEMBERS_A_CHUNK)]
        for index, chunk in enumerate(chunks or [[]]):
            self._tell(session, "GUILD_MEMBERS_CHUNK", {
                "guild_id": str(guild.id),
                "members": [serializers.member_payload(self._backend, guild, member) for member in chunk],
                "chunk_index": index,
                "chunk_count": max(1, len(chunks)),
                **further,
            })  # fmt: skip


def _check_presence(presence: Mapping[str, Json]) -> None:
    if presence.get("status") not in _STATUSES or not isinstance(presence.get("activities", []), list):
        raise Refused(CloseCode.DECODE_ERROR)


def _nonce(nonce: Json) -> dict[str, str]:
    """The nonce as it is sent back: one that is too long, or no text, is ignored."""
    return {"nonce": nonce} if isinstance(nonce, str) and len(nonce.encode()) <= _LONGEST_NONCE else {}


def _snowflakes(named: Json) -> list[int]:
    """One id or several, as numbers. Raises Refused if they are none."""
    ids = cast("list[Json]", named) if isinstance(named, list) else [] if named is None else [named]
    if not all(isinstance(number, (str, int)) and str(number).isdecimal() for number in ids):
        raise Refused(CloseCode.DECODE_ERROR)
    return [int(number) for number in ids]
