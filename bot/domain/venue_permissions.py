"""The permissions that the bot needs, and those that people get in each room.

Source: https://discord.com/developers/docs/topics/permissions.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.venue import Door, RoomForm

#: The permissions that the bot needs, by Discord's names: the bit, and why. The invite link asks for exactly these.
PERMISSIONS = {
    "add_reactions": (1 << 6, "forbid reactions in the rooms that are only read: nobody can forbid what they lack"),
    "stream": (1 << 9, "close the voice rooms of ended breakouts and of the archive to video"),
    "manage_channels": (1 << 4, "make the category and the rooms"),
    "view_channel": (1 << 10, "see the rooms that it keeps"),
    "send_messages": (1 << 11, "post the agenda and the announcements"),
    "read_message_history": (
        1 << 16,
        "find its own messages again, so that none is sent twice; save transcripts",
    ),
    "mention_everyone": (1 << 17, "let moderators ping a role (optional)"),
    "connect": (1 << 20, "let participants into the voice rooms: nobody can grant what they lack"),
    "speak": (1 << 21, "let participants speak in the voice rooms"),
    "mute_members": (1 << 22, "let the team bring people to the microphone of a stage"),
    "move_members": (1 << 24, "bring the people of breakout rooms back to the session's room"),
    "manage_nicknames": (1 << 27, "show those who join under their name and country"),
    "manage_roles": (1 << 28, "make the three roles, give them to who joins, and open and close rooms for them"),
    "create_public_threads": (1 << 35, "forbid new threads in the rooms that are only read"),
    "create_private_threads": (1 << 36, "forbid new private threads there too"),
    "send_messages_in_threads": (1 << 38, "forbid writing in the threads of rooms that are only read"),
    # It covers changing and ending one's own events, so that Manage Events is not needed.
    "create_events": (1 << 44, "show each session among the server's events"),
    "pin_messages": (1 << 51, "pin the participants' buttons in the help desk"),
}


#: The permissions without which everything else still works.
DISPENSABLE = frozenset({
    "add_reactions", "create_events", "create_private_threads", "create_public_threads", "manage_nicknames",
    "mention_everyone", "move_members", "mute_members", "pin_messages", "send_messages_in_threads", "stream",
})  # fmt: skip


def grantable(held: int) -> int:
    """Return the permissions (bits) that a bot with `held` may allow or deny in a channel, as far as it can know.

    Discord takes from a bot only permissions that it holds itself. One that it can't do without is asked for in any
    case: Discord's refusal then says what is missing.
    """
    return ~sum(PERMISSIONS[name][0] for name in DISPENSABLE if not held & PERMISSIONS[name][0])


def permission_bits() -> int:
    """Return all permissions that the bot needs, as the bits of Discord's permissions field and of invite links."""
    return sum(bit for bit, _ in PERMISSIONS.values())


_VOICE_NEEDS = ("view_channel", "connect", "speak", "send_messages", "read_message_history", "manage_roles")


#: What the bot needs in a room of each form; what it needs for the server as a whole is in PERMISSIONS.
NEEDED = {
    RoomForm.CATEGORY: ("view_channel", "manage_channels", "manage_roles"),
    RoomForm.TEXT: ("view_channel", "send_messages", "read_message_history", "manage_roles"),
    RoomForm.VOICE: _VOICE_NEEDS,
    RoomForm.STAGE: _VOICE_NEEDS,
}


def missing_permissions(held: int) -> tuple[str, ...]:
    """Return the permissions that the bot needs in the server and doesn't hold. `held`: bits."""
    return tuple(name for name, (bit, _) in PERMISSIONS.items() if not held & bit)


def missing_in_channel(form: RoomForm, held: int, in_server: int | None = None) -> tuple[str, ...]:
    """Return the permissions that the bot lacks in a room; only those that it has `in_server`, if that is given.

    A channel that is not visible allows nothing else: then only `view_channel` is returned.
    """
    lacks = tuple(name for name in NEEDED[form] if not held & PERMISSIONS[name][0])
    named = ("view_channel",) if "view_channel" in lacks else lacks
    return tuple(name for name in named if in_server is None or in_server & PERMISSIONS[name][0])


#: Discord's own words for permissions, where they are not the names: for a server, and for a single channel.
_SERVER_WORDS = {"view_channel": "View Channels", "stream": "Video"}


_CHANNEL_WORDS = {"manage_channels": "Manage Channel", "manage_roles": "Manage Permissions"}


def permission_words(name: str, *, in_channel: bool = False) -> str:
    """Return Discord's English name of a permission in the settings of a server, or of a channel."""
    words = _CHANNEL_WORDS if in_channel else _SERVER_WORDS
    return words.get(name, name.replace("_", " ").title())


@dataclass(frozen=True, slots=True)
class Rights:
    """The permissions that a channel allows and denies somebody, as bits."""

    allow: int = 0
    deny: int = 0

    def upon(self, present: Rights) -> Rights:
        """Return these rights, and those of `present` that these neither allow nor deny."""
        return Rights(present.allow & ~self.deny | self.allow, present.deny & ~self.allow | self.deny)

    def within(self, bits: int) -> Rights:
        """Return these rights, as far as they are about `bits`."""
        return Rights(self.allow & bits, self.deny & bits)

    def __or__(self, other: Rights) -> Rights:
        """Return what both allow, and what both deny."""
        return Rights(self.allow | other.allow, self.deny | other.deny)


def _rights(*, allow: tuple[str, ...] = (), deny: tuple[str, ...] = ()) -> Rights:
    return Rights(sum(PERMISSIONS[name][0] for name in allow), sum(PERMISSIONS[name][0] for name in deny))


_READ = ("view_channel", "read_message_history")
_THREADS = ("create_public_threads", "create_private_threads", "send_messages_in_threads")
_WRITE = ("send_messages", "add_reactions", *_THREADS)


#: The rights that a door gives where people write, and where they meet. Threads have permissions of their own: those
#: who may not send messages may still open and fill them.
WRITING_RIGHTS = {
    Door.CLOSED: _rights(deny=("view_channel",)),
    Door.READ: _rights(allow=_READ, deny=_WRITE),
    Door.OPEN: _rights(allow=(*_READ, *_WRITE)),
}


# NOTE: reading the messages of a voice room needs Connect, so a room that is only read lets people in, without a voice.
MEETING_RIGHTS = {
    Door.CLOSED: WRITING_RIGHTS[Door.CLOSED],
    Door.READ: _rights(allow=(*_READ, "connect"), deny=("send_messages", "add_reactions", "speak", "stream")),
    Door.OPEN: _rights(allow=(*_READ, "send_messages", "add_reactions", "connect", "speak", "stream")),
}

#: The rights that make somebody a moderator of a stage, who brings people to the microphone.
#: Source: https://discord.com/developers/docs/resources/stage-instance#definitions.
STAGE_MODERATOR = _rights(allow=("manage_channels", "mute_members", "move_members"))
