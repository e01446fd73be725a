"""What Discord tells a bot, in the sizes in which it does: servers, members, and what they press."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot.domain.plan import Plan
from bot.domain.venue import Room, RoomForm, venue_rooms
from bot.domain.venue_permissions import permission_bits
from bot.domain.venue_steps import EVERYONE, ME, GrantPermissions, Server, ServerChannel, setup_steps
from bot.platform import wanted_venue

APPLICATION, BOT, OWNER = 100_000_000_000_000_001, 100_000_000_000_000_002, 100_000_000_000_000_003
GUILD = 200_000_000_000_000_000
BOT_ROLE, ORGANISER, MODERATOR, PARTICIPANT = (GUILD + number for number in (1, 2, 3, 4))
FIRST_CHANNEL = 300_000_000_000_000_000
FIRST_PERSON = 400_000_000_000_000_000
JOINED = "2023-01-01T08:00:00.000000+00:00"
_TYPES = {RoomForm.TEXT: 0, RoomForm.VOICE: 2, RoomForm.CATEGORY: 4, RoomForm.STAGE: 13}

Payload = dict[str, Any]


def user(number: int, name: str, *, bot: bool = False) -> Payload:
    """A person, as Discord tells of them."""
    return {
        "id": str(number), "username": name, "global_name": name, "discriminator": "0", "public_flags": 0,
        "avatar": "8342729096ea3675442027381ff50dfe", "avatar_decoration_data": None, "bot": bot, "clan": None,
    }  # fmt: skip


def member(number: int, name: str, *roles: int) -> Payload:
    """A member of the server."""
    return {
        "user": user(number, name), "nick": name, "avatar": None, "banner": None,
        "roles": [str(role) for role in roles],
        "joined_at": JOINED, "premium_since": None, "deaf": False, "mute": False, "flags": 0, "pending": False,
        "communication_disabled_until": None, "unusual_dm_activity_until": None, "permissions": str(permission_bits()),
    }  # fmt: skip


def _role(number: int, name: str, position: int, permissions: int = 0) -> Payload:
    return {
        "id": str(number), "name": name, "color": 0, "colors": {"primary_color": 0}, "hoist": False, "icon": None,
        "unicode_emoji": None, "position": position, "permissions": str(permissions), "managed": False,
        "mentionable": False, "flags": 0,
    }  # fmt: skip


def channel(number: int, kind: int, name: str, parent: int | None = None) -> Payload:
    """A channel of a server."""
    return {
        "id": str(number), "type": kind, "name": name, "position": 0, "parent_id": str(parent) if parent else None,
        "permission_overwrites": [], "topic": None, "nsfw": False, "last_message_id": None, "rate_limit_per_user": 0,
        "bitrate": 64000, "user_limit": 0, "rtc_region": None, "flags": 0,
    }  # fmt: skip


def guild(number: int, name: str, channels: list[Payload], roles: list[Payload]) -> Payload:
    """A server."""
    return {
        "id": str(number), "name": name, "icon": None, "splash": None, "discovery_splash": None, "owner_id": str(OWNER),
        "afk_channel_id": None, "afk_timeout": 300, "verification_level": 1, "default_message_notifications": 1,
        "explicit_content_filter": 0, "mfa_level": 0, "application_id": None, "system_channel_id": None,
        "system_channel_flags": 0, "rules_channel_id": None, "public_updates_channel_id": None, "max_members": 500000,
        "vanity_url_code": None, "description": None, "banner": None, "premium_tier": 0, "nsfw_level": 0,
        "premium_subscription_count": 0, "preferred_locale": "en-US", "features": [], "emojis": [], "stickers": [],
        "joined_at": JOINED, "large": True, "unavailable": False, "member_count": 300, "voice_states": [],
        "members": [{**member(BOT, "Plenary", number + 1), "user": user(BOT, "Plenary", bot=True)}],
        "channels": channels, "threads": [], "presences": [], "stage_instances": [], "guild_scheduled_events": [],
        "soundboard_sounds": [], "roles": [_role(number, "@everyone", 0), *roles],
        "premium_progress_bar_enabled": False,
    }  # fmt: skip


def home(plan: Plan, extra: int, now: datetime) -> tuple[Payload, dict[str, int]]:
    """The workshop's server with everything made and granted at `now`, and `extra` rooms beside.

    And what the store knows of it by key.
    """
    wanted = [
        *venue_rooms(plan),
        *(Room(f"extra:{number}", RoomForm.TEXT, f"extra-{number}", None) for number in range(extra)),
    ]
    known = {room.key: FIRST_CHANNEL + place for place, room in enumerate(wanted)}
    channels = [
        channel(
            known[room.key], _TYPES[room.form], room.name, None if room.form is RoomForm.CATEGORY else FIRST_CHANNEL
        )
        for room in wanted
    ]
    roles = [
        _role(BOT_ROLE, "Plenary", 4, permission_bits() & ~(1 << 44)),
        _role(ORGANISER, "Organiser", 3),
        _role(MODERATOR, "Moderator", 2),
        _role(PARTICIPANT, "Participant", 1),
    ]
    known |= {"role:organiser": ORGANISER, "role:moderator": MODERATOR, "role:participant": PARTICIPANT}
    there = {known[room.key]: ServerChannel(known[room.key], room.form, room.name) for room in wanted}
    bare = Server(BOT, GUILD, dict.fromkeys((ORGANISER, MODERATOR, PARTICIPANT), ""), there)
    ids = {**known, ME: BOT, EVERYONE: GUILD}
    for step in setup_steps(wanted_venue.wanted(plan, (), now), bare, known):
        assert isinstance(step, GrantPermissions), step
        granted = {"id": str(ids[str(step.who)]), "type": int(step.who == ME),
                   "allow": str(step.rights.allow), "deny": str(step.rights.deny)}  # fmt: skip
        channels[step.channel.id - FIRST_CHANNEL]["permission_overwrites"].append(granted)
    return guild(GUILD, "Workshop", channels, roles), known


def others(count: int) -> list[Payload]:
    """Other servers that the bot was invited to: 40 channels, 20 roles and 20 emojis each."""
    return [_other(GUILD + 10_000_000 * (number + 1), number) for number in range(count)]


def _other(first: int, number: int) -> Payload:
    channels = [channel(first + 100 + place, 0 if place % 4 else 2, f"room-{place}") for place in range(40)]
    roles = [_role(first + 1 + place, f"Role {place}", place + 1, permission_bits()) for place in range(20)]
    made = guild(first, f"Server {number}", channels, roles)
    made["emojis"] = [
        {
            "id": str(first + 200 + place), "name": f"emoji_{place}", "roles": [], "user": user(OWNER, "Owner"),
            "require_colons": True, "managed": False, "animated": False, "available": True,
        }
        for place in range(20)
    ]  # fmt: skip
    return made


def application() -> Payload:
    """The bot's application."""
    return {
        "id": str(APPLICATION), "name": "Plenary", "icon": None, "description": "", "flags": 0, "bot_public": True,
        "bot_require_code_grant": False, "verify_key": "0", "owner": user(OWNER, "Owner"), "team": None,
    }  # fmt: skip


# --- what people do --------------------------------------------------------------------------------------------


def message(number: int, channel_id: int, content: str = "", components: list[Payload] | None = None) -> Payload:
    """A message of the bot's."""
    return {
        "id": str(number), "channel_id": str(channel_id), "author": user(BOT, "Plenary", bot=True), "content": content,
        "timestamp": JOINED, "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [],
        "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "type": 0, "flags": 1 << 15,
        "components": components or [],
    }  # fmt: skip


def button(custom_id: str) -> Payload:
    """A press of a button in an announcement."""
    pressed = {"type": 2, "id": 5, "style": 1, "label": "I am here", "custom_id": custom_id}
    shown = [
        {"type": 17, "id": 1, "accent_color": None, "spoiler": False, "components": [
            {"type": 10, "id": 2, "content": "**The session begins.** " + "Please check in. " * 10}]},
        {"type": 1, "id": 4, "components": [pressed]},
    ]  # fmt: skip
    data = {"id": 5, "custom_id": custom_id, "component_type": 2}
    return {"type": 3, "data": data, "message": message(FIRST_PERSON - 1, FIRST_CHANNEL + 4, components=shown)}


def form(custom_id: str, typed: dict[str, str], chosen: dict[str, str]) -> Payload:
    """A form, sent."""
    fields = [{"type": 4, "custom_id": name, "value": value} for name, value in typed.items()]
    fields += [{"type": 3, "custom_id": name, "values": [value]} for name, value in chosen.items()]
    labels = [{"type": 18, "id": place, "component": field} for place, field in enumerate(fields, 1)]
    return {"type": 5, "data": {"custom_id": custom_id, "components": labels}}


def command(name: str, *, typing: tuple[str, str] | None = None) -> Payload:
    """A command sent, or (`typing`: an option and what is in it so far) about to be."""
    data: Payload = {"id": "1", "name": name, "type": 1, "guild_id": str(GUILD), "options": []}
    if typing:
        data["options"] = [{"name": typing[0], "type": 3, "value": typing[1], "focused": True}]
    return {"type": 4 if typing else 2, "data": data}


def interaction(number: int, person: int, what: Payload) -> Payload:
    """What somebody did, as the gateway tells it."""
    channel_id = FIRST_CHANNEL + 4
    return {
        "id": str(number), "application_id": str(APPLICATION), "token": f"{'aW50ZXJhY3Rpb246' * 12}{number}",
        "version": 1, "guild_id": str(GUILD), "guild": {"id": str(GUILD), "locale": "en-US", "features": []},
        "guild_locale": "en-US", "locale": "en-GB", "channel_id": str(channel_id),
        "channel": channel(channel_id, 0, "announcements"), "app_permissions": str(permission_bits()),
        "entitlements": [], "authorizing_integration_owners": {"0": str(GUILD)}, "context": 0,
        "attachment_size_limit": 10 << 20, "member": member(FIRST_PERSON + person, f"Delegate {person}", PARTICIPANT),
        **what,
    }  # fmt: skip


def event(kind: str, data: Payload, sequence: int) -> bytes:
    """An event as the gateway sends it."""
    return json.dumps({"op": 0, "t": kind, "s": sequence, "d": data}, separators=(",", ":")).encode()
