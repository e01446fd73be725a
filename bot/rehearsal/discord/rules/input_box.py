"""Where a person can type: their input box is closed where they may not send messages.

Sources: `topics/permissions.mdx`, `topics/threads.mdx`, `interactions/application-commands.mdx`; that no command can be
typed in a closed input box: the documentation's issues 2696, 3801, 6761 and 6916, and its pull request 4626.
"""

from __future__ import annotations

from simcord.backend.access import channel_accessible
from simcord.enums import ChannelType

from bot.rehearsal.discord.rules.membership import Membership
from bot.rehearsal.discord.rules.world import World


class InputBox:
    """What people can see, press and type."""

    def __init__(self, world: World, membership: Membership) -> None:
        self._world = world
        self._membership = membership

    def sees(self, channel_id: int, user_id: int) -> bool:
        """Whether a person sees a channel and reads its messages, those of a voice room with CONNECT only."""
        channel = self._world.channels.get(channel_id)
        return (
            channel is not None
            and channel_accessible(self._world, channel_id, user_id)
            and self._world.connects(user_id, channel)
        )

    def hindrance(self, channel_id: int, user_id: int) -> str | None:
        """Why a person who sees a channel can do nothing in it, in words: nothing to press, and nothing to type."""
        guild_id = self._world.get_channel(channel_id).guild_id
        return None if guild_id is None else self._membership.restriction(guild_id, user_id)

    def closed(self, channel_id: int, user_id: int) -> str | None:
        """Why a person can type neither messages nor commands in a channel, in words; None if they can."""
        channel = self._world.get_channel(channel_id)
        if channel.guild_id is None:
            return None
        needed = "send_messages_in_threads" if channel.is_thread else "send_messages"
        if not self._world.holds(channel.guild_id, user_id, channel_id, needed):
            return f"may not send messages in #{channel.name}"
        if channel.type == ChannelType.FORUM:
            return f"can only open posts in #{channel.name}"
        state = channel.thread_metadata
        if state and state.locked and not self._world.holds(channel.guild_id, user_id, channel_id, "manage_threads"):
            return f"may not write in the locked thread #{channel.name}"
        return self._membership.silence(channel.guild_id, user_id)
