"""Routes of Discord that simcord lacks."""

from __future__ import annotations

from collections import Counter

from simcord.http.router import RequestContext, route


@route("GET", "/guilds/{guild_id}/roles/member-counts")
def _member_counts(context: RequestContext) -> dict[str, int]:
    """The number of members of each role."""
    guild = context.backend.get_guild(context.int_arg("guild_id"))
    held = Counter(number for member in guild.members.values() for number in member.role_ids)
    return {str(number): held[number] for number in guild.roles if number != guild.id}
