"""The transcript of a rehearsal: every message as the simulated Discord has it at the end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.plan import Plan
from bot.domain.text import readable
from bot.domain.venue import venue_rooms
from bot.rehearsal.discord.calls import SeenMessage
from bot.rehearsal.discord.loopback import LoopbackDiscord


def transcript(plan: Plan, server: str, discord: LoopbackDiscord) -> str:
    """The transcript in Markdown, by channel, with times in the workshop's zone."""
    lines = [f"# {server}", "", f"Every message as Discord has it at the end. Times are in {plan.zone}.", ""]
    by_channel: dict[str, list[SeenMessage]] = {}
    for message in discord.all_messages():
        by_channel.setdefault(message.channel, []).append(message)
    for channel in _in_order(plan, by_channel):
        lines += [f"## #{channel}", ""]
        for message in by_channel[channel]:
            lines += [*_entry(plan, message, discord), ""]
    return "\n".join(lines)


def _in_order(plan: Plan, names: Iterable[str]) -> list[str]:
    order = {room.name: number for number, room in enumerate(venue_rooms(plan))}
    return sorted(names, key=lambda name: (order.get(name, -1), name))


def _entry(plan: Plan, message: SeenMessage, discord: LoopbackDiscord) -> list[str]:
    sent = datetime.fromisoformat(message.timestamp).astimezone(plan.tz)
    edited = " (edited)" if message.edited_timestamp else ""
    channels = discord.backend.channels.values()
    text = readable(message.text, plan.tz, {f"#{channel.id}": f"#{channel.name}" for channel in channels})
    return [f"**{message.author}**, {sent:%a %d %b %H:%M:%S}{edited}", "", *(f"> {line}" for line in text.splitlines())]
