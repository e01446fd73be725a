"""What restricts members of a server: screening, verification, and the AFK channel.

Sources: `resources/guild.mdx` ("Membership Screening Object", "Verification Level", `afk_timeout`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from simcord.backend.models import VoiceState
from simcord.enums import ChannelType

from bot.rehearsal.discord.rules.world import World

_MEDIUM, _HIGH = 2, 3
_REGISTERED_FOR: Final = timedelta(minutes=5)
_MEMBER_FOR: Final = timedelta(minutes=10)
_EPOCH_MS: Final = 1_420_070_400_000


class Membership:
    """The restrictions of people. `now` is the rehearsal's clock."""

    def __init__(self, world: World, now: Callable[[], datetime]) -> None:
        self._world = world
        self._now = now
        self._spoke: dict[tuple[int, int], datetime] = {}
        """By server and person in a voice room: when they were last heard, or came."""
        world.subscribers.append(self._on_event)

    def restriction(self, guild_id: int, user_id: int) -> str | None:
        """Why a member cannot act in a server at all, in words; None if they can."""
        member = self._world.get_guild(guild_id).members.get(user_id)
        if member is None:
            return "is no member of the server"
        return "has not passed the membership screening" if member.pending else None

    def silence(self, guild_id: int, user_id: int) -> str | None:
        """Why a member cannot write yet, in words: the server's verification level. Members with a role are exempt."""
        guild = self._world.get_guild(guild_id)
        member = guild.members[user_id]
        if member.role_ids or user_id == guild.owner_id:
            return None
        registered = datetime.fromtimestamp(((user_id >> 22) + _EPOCH_MS) / 1000, self._now().tzinfo)
        if guild.verification_level >= _MEDIUM and self._now() - registered < _REGISTERED_FOR:
            return "has been on Discord for less than 5 minutes"
        joined = datetime.fromisoformat(member.joined_at)
        if guild.verification_level >= _HIGH and self._now() - joined < _MEMBER_FOR:
            return "has been in the server for less than 10 minutes"
        return None

    def heard(self, guild_id: int, user_id: int) -> None:
        """Note that a person in a voice room is heard now."""
        self._spoke[guild_id, user_id] = self._now()

    def advance(self) -> None:
        """Move those who have been silent for the server's AFK timeout to its AFK channel."""
        for guild in self._world.guilds.values():
            if guild.afk_channel_id is None:
                continue
            for state in list(guild.voice_states.values()):
                if self._is_away(state, guild.afk_channel_id, timedelta(seconds=guild.afk_timeout)):
                    self._world.set_voice_state(guild.id, state.user_id, guild.afk_channel_id)

    def _is_away(self, state: VoiceState, afk_channel: int, timeout: timedelta) -> bool:
        if state.channel_id in {None, afk_channel} or self._world.get_user(state.user_id).bot:
            return False
        if self._world.get_channel(state.channel_id or 0).type != ChannelType.VOICE:
            return False
        return self._spoke[state.guild_id, state.user_id] + timeout <= self._now()

    def _on_event(self, event: str, payload: Mapping[str, Any]) -> None:
        if event != "VOICE_STATE_UPDATE":
            return
        person = int(payload["guild_id"]), int(payload["user_id"])
        if payload["channel_id"] is None:
            self._spoke.pop(person, None)
        else:
            self._spoke[person] = self._now()
