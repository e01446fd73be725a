"""A member of a server in its voice rooms, and on its stages.

Sources: `topics/permissions.mdx`, `resources/stage-instance.mdx` ("Definitions"), `resources/voice.mdx`.
"""

from __future__ import annotations

from typing import Protocol

from simcord.backend.models import VoiceState
from simcord.enums import ChannelType

from bot.rehearsal.discord.calls import CannotDo
from bot.rehearsal.discord.gateway import SimulatedGateway
from bot.rehearsal.discord.limits import Limits
from bot.rehearsal.discord.rules.world import STAGE_MODERATOR, World


class VoiceSide(Protocol):
    """The parts of the simulated Discord that people in voice rooms use."""

    @property
    def backend(self) -> World: ...
    @property
    def gateway(self) -> SimulatedGateway: ...
    @property
    def limits(self) -> Limits: ...


class VoiceMember:
    """A member who enters and leaves voice rooms. Each act returns once the bot, if online, has been told."""

    def __init__(self, discord: VoiceSide, guild_id: int, user_id: int, name: str) -> None:
        self._voice_side = discord
        self._backend = discord.backend
        self.guild_id = guild_id
        self.id = user_id
        self.name = name

    async def join_voice(self, channel_id: int) -> None:
        """Enter a voice or stage room, or move to it from another. Raises CannotDo if they lack the permission."""
        if hindrance := self._voice_side.limits.membership.restriction(self.guild_id, self.id):
            raise CannotDo(f"{self.name} {hindrance}")
        if not self._backend.holds(self.guild_id, self.id, channel_id, "view_channel", "connect"):
            raise CannotDo(f"{self.name} may not enter the room {channel_id}")
        self._backend.set_voice_state(self.guild_id, self.id, channel_id)
        await self._voice_side.gateway.caught_up()

    async def leave_voice(self) -> None:
        """Leave the voice or stage room that they are in, if any."""
        self._backend.set_voice_state(self.guild_id, self.id, None)
        await self._voice_side.gateway.caught_up()

    def speak(self) -> None:
        """Say something. Raises CannotDo in the audience of a stage, and without SPEAK in a voice room."""
        state = self._voice_state()
        on_stage = self._backend.get_channel(state.channel_id or 0).type == ChannelType.STAGE_VOICE
        if on_stage and not self.is_speaker:
            raise CannotDo(f"{self.name} is in the audience")
        if not on_stage:
            self._must_hold(state.channel_id or 0, "speak")
        self._voice_side.limits.membership.heard(self.guild_id, self.id)

    @property
    def is_speaker(self) -> bool:
        """Whether they are a speaker of the stage that they are in: not suppressed, and no request open."""
        state = self._voice_state()
        return not state.suppress and state.request_to_speak_timestamp is None

    async def raise_hand(self) -> None:
        """Request to speak on a stage. Raises CannotDo without REQUEST_TO_SPEAK."""
        state = self._voice_state()
        self._must_hold(state.channel_id or 0, "request_to_speak")
        await self._set(request_to_speak_timestamp=self._backend.now_iso())

    async def accept_invitation(self) -> None:
        """Come to the microphone after a moderator's invitation. Raises CannotDo without one."""
        if self._voice_state().suppress:
            raise CannotDo(f"nobody has invited {self.name} to speak")
        await self._set(request_to_speak_timestamp=None)

    async def invite_to_speak(self, other: VoiceMember) -> None:
        """Invite somebody in the audience to the microphone. Raises CannotDo for those who don't moderate the stage."""
        channel = other._voice_state().channel_id or 0
        self._must_hold(channel, *STAGE_MODERATOR)
        await other._set(suppress=False)

    async def _set(self, **flags: bool | str | None) -> None:
        self._backend.set_voice_state(self.guild_id, self.id, self._voice_state().channel_id, **flags)
        await self._voice_side.gateway.caught_up()

    def _voice_state(self) -> VoiceState:
        state = self._backend.get_guild(self.guild_id).voice_states.get(self.id)
        if state is None:
            raise CannotDo(f"{self.name} is in no voice room")
        return state

    def _must_hold(self, channel_id: int, *names: str) -> None:
        if not self._backend.holds(self.guild_id, self.id, channel_id, *names):
            raise CannotDo(f"{self.name} lacks {' and '.join(names)} in the channel {channel_id}")
