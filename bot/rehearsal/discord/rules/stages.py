"""Stages: their channels, who moderates them, and who may speak.

Sources: `resources/stage-instance.mdx`, `resources/voice.mdx` ("Modify User Voice State"), `resources/guild.mdx`
("Guild Features": COMMUNITY).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simcord.backend import errors
from simcord.backend.errors import BackendError
from simcord.enums import ChannelType

from bot.rehearsal.discord.refusals import invalid
from bot.rehearsal.discord.rules.world import STAGE_MODERATOR, World

_TOPIC: Final = 120
_PUBLIC: Final = 1


class Stages:
    """Checks each request of the bot about stages. All raise BackendError."""

    def __init__(self, world: World) -> None:
        self._world = world

    def channel_created(self, guild_id: int, body: Mapping[str, Any]) -> None:
        """Only Community servers have stage channels."""
        if (
            body.get("type") == ChannelType.STAGE_VOICE
            and "COMMUNITY" not in self._world.settings_of(guild_id).features
        ):
            raise invalid("type", "BASE_TYPE_CHOICES", "This server has no stage channels: it is no Community server")

    def opened(self, body: Mapping[str, Any]) -> None:
        """A moderator of the stage opens it once, with a topic."""
        channel_id = int(body["channel_id"])
        self.moderated(channel_id)
        if channel_id in self._world.stage_instances:
            raise BackendError(400, 150006, "The Stage is already open")
        topic = str(body.get("topic") or "").strip()
        if not 1 <= len(topic) <= _TOPIC:
            raise invalid("topic", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {_TOPIC} in length.")
        if body.get("privacy_level") == _PUBLIC:
            raise invalid("privacy_level", "BASE_TYPE_CHOICES", "Public stages are not possible any more")

    def moderated(self, channel_id: int) -> None:
        """The bot is a moderator of the stage: it holds all three permissions in its channel."""
        channel = self._world.get_channel(channel_id)
        if channel.type != ChannelType.STAGE_VOICE:
            raise errors.cannot_execute_on_channel_type()
        self._world.require_permissions(channel.guild_id, self._world.bot_user.id, channel_id, *STAGE_MODERATOR)

    def voice_state_edited(self, guild_id: int, user_id: int, body: Mapping[str, Any]) -> None:
        """Whether somebody speaks is a matter of MUTE_MEMBERS, in the stage that they are in."""
        state = self._world.get_guild(guild_id).voice_states.get(user_id)
        if state is None or state.channel_id is None:
            return
        if self._world.get_channel(state.channel_id).type != ChannelType.STAGE_VOICE:
            raise errors.cannot_execute_on_channel_type()
        if int(body.get("channel_id") or state.channel_id) != state.channel_id:
            raise invalid("channel_id", "USER_NOT_IN_VOICE", "The user is in another channel")
        bot = self._world.bot_user.id
        names = ("mute_members",) if user_id != bot or body.get("suppress") is False else ()
        if user_id == bot and body.get("request_to_speak_timestamp"):
            names = (*names, "request_to_speak")
        self._world.require_permissions(guild_id, bot, state.channel_id, *names)
