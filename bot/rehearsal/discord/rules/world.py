"""simcord's world under Discord's own rules about what permissions imply, about stages, and about servers' settings.

Sources: `topics/permissions.mdx`, `topics/threads.mdx`, `resources/voice.mdx`, `resources/stage-instance.mdx`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final, cast

from simcord.backend import Backend, errors, serializers
from simcord.backend.errors import BackendError
from simcord.backend.models import Channel, Guild, Member, VoiceState
from simcord.backend.permissions import flag
from simcord.enums import ChannelType

#: The permissions of @everyone in a new server: threads, events and mentions of everyone are among them.
EVERYONE: Final = 2_248_473_465_835_073
VOICE = (ChannelType.VOICE, ChannelType.STAGE_VOICE)
#: The feature of servers that screen new members (`resources/guild.mdx`, "Guild Features").
SCREENING: Final = "MEMBER_VERIFICATION_GATE_ENABLED"
#: The permissions of a stage's moderators.
STAGE_MODERATOR = ("manage_channels", "mute_members", "move_members")
#: The permissions that require two-factor authentication of the bot's owner, in a server that requires it.
_TWO_FACTOR = frozenset({
    "kick_members", "ban_members", "administrator", "manage_channels", "manage_guild", "manage_messages",
    "manage_roles", "manage_webhooks", "manage_expressions", "manage_threads",
})  # fmt: skip


@dataclass(slots=True)
class ServerSettings:
    """Settings of a server that simcord does not have, by their names in payloads."""

    mfa_level: int = 0
    """1 if moderation requires two-factor authentication."""
    premium_tier: int = 0
    """The boost level, 0 to 3."""
    features: tuple[str, ...] = ()


class _Clock:
    """The rehearsal's clock in the shape simcord asks for."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now


class World(Backend):
    """The servers, channels and people. `now` is the rehearsal's clock (aware, UTC)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(clock=cast("Any", _Clock(now)))
        self.settings: dict[int, ServerSettings] = {}
        """By server; a server that is not there has the defaults."""
        self.owner_has_two_factor = True
        """Whether the account that owns the bot has two-factor authentication."""

    def require_permissions(self, guild_id: int | None, user_id: int, channel_id: int | None, *names: str) -> None:
        """Check permissions as Discord does.

        In a voice or stage channel, whoever lacks CONNECT lacks everything else ("Implicit Permissions"). A thread is
        managed with MANAGE_THREADS. simcord requires Manage Events to write any event: see `events` instead.
        """
        channel = self.channels.get(channel_id or 0)
        asked = [self._asked(channel, name) for name in names if name != "manage_events"]
        super().require_permissions(guild_id, user_id, channel_id, *asked)
        if guild_id is None or not names:
            return
        if channel is not None and not self.connects(user_id, channel):
            raise errors.missing_access()
        if self.settings_of(guild_id).mfa_level and not self.owner_has_two_factor and _TWO_FACTOR.intersection(asked):
            raise BackendError(403, 60003, "Two factor is required for this operation")

    def _asked(self, channel: Channel | None, name: str) -> str:
        return "manage_threads" if name == "manage_channels" and channel and channel.is_thread else name

    def connects(self, user_id: int, channel: Channel) -> bool:
        """Whether a channel is no voice or stage channel, or one that a member may connect to."""
        if channel.type not in VOICE or channel.guild_id is None:
            return True
        return bool(self.compute_permissions(channel.guild_id, user_id, channel.id) & flag("connect"))

    def holds(self, guild_id: int, user_id: int, channel_id: int | None, *names: str) -> bool:
        """Whether a member holds every one of these permissions."""
        held = self.compute_permissions(guild_id, user_id, channel_id)
        return all(held & flag(name) for name in names)

    # ---------------------------------------------------------------- settings of servers

    def settings_of(self, guild_id: int) -> ServerSettings:
        """The settings of a server."""
        return self.settings.setdefault(guild_id, ServerSettings())

    def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        """Publish an event; a server is shown with its settings."""
        if event in {"GUILD_CREATE", "GUILD_UPDATE"}:
            payload = {**payload, **self.shown_settings(int(payload["id"]))}
        super().emit(event, payload)

    def shown_settings(self, guild_id: int) -> dict[str, Any]:
        """The settings of a server as its payloads show them."""
        settings = asdict(self.settings_of(guild_id))
        return {**settings, "features": list(settings["features"])}

    # ---------------------------------------------------------------- members

    def add_member(  # noqa: PLR0913 - as simcord has it
        self,
        guild_id: int,
        user_id: int,
        *,
        roles: Iterable[int] = (),
        nick: str | None = None,
        avatar: str | None = None,
        announce: bool = False,
    ) -> Member:
        """Let somebody join; without a role they are pending where the server screens its members."""
        screened = SCREENING in self.settings_of(guild_id).features and not self.get_user(user_id).bot
        pending = screened and not (roles := tuple(roles))
        member = super().add_member(
            guild_id, user_id, roles=roles, nick=nick, avatar=avatar, announce=announce and not pending
        )
        if pending:
            member.pending = True
            payload = serializers.member_payload(self, self.get_guild(guild_id), member)
            self.emit("GUILD_MEMBER_ADD", {**payload, "guild_id": str(guild_id)})
        return member

    def pass_screening(self, guild_id: int, user_id: int) -> None:
        """Let a pending member accept the rules of the server."""
        self.get_member(guild_id, user_id).pending = False
        self.announce_member_update(guild_id, user_id)

    def add_member_role(self, guild_id: int, user_id: int, role_id: int) -> None:
        """Give a member a role; one who is given a role need not pass the membership screening any more."""
        self.get_member(guild_id, user_id).pending = False
        super().add_member_role(guild_id, user_id, role_id)

    # ---------------------------------------------------------------- stages

    def prepare_voice_state(
        self, guild_id: int, user_id: int, channel_id: int | None, **flags: bool | str | None
    ) -> VoiceState | None:
        """A member's next voice state.

        Everybody enters a stage as audience, suppressed. A person who is brought to the microphone is asked first:
        their request to speak is set, and they are a speaker once they have cleared it (`resources/voice.mdx`).
        """
        before = self.get_guild(guild_id).voice_states.get(user_id)
        state = super().prepare_voice_state(guild_id, user_id, channel_id, **flags)
        if state is None:
            return None
        if before is None or before.channel_id != channel_id:
            on_stage = channel_id is not None and self.get_channel(channel_id).type == ChannelType.STAGE_VOICE
            return replace(state, suppress=on_stage, request_to_speak_timestamp=None)
        if flags.get("suppress") is True:
            return replace(state, request_to_speak_timestamp=None)
        if flags.get("suppress") is False and before.suppress and "request_to_speak_timestamp" not in flags:
            asks = None if self.get_user(user_id).bot else self.now_iso()
            return replace(state, request_to_speak_timestamp=asks)
        return state


def guild_payload(backend: Backend, guild: Guild) -> dict[str, Any]:
    """A server as GUILD_CREATE shows it, with the settings that simcord does not have."""
    payload: Mapping[str, Any] = serializers.guild_create_payload(backend, guild)
    return {**payload, **(backend.shown_settings(guild.id) if isinstance(backend, World) else {})}
