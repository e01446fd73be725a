"""Lists that simcord answers whole, cut to the page that the bot asks for with `before`, `after` and `limit`.

Source: developers/reference.mdx, "Snowflake IDs in Pagination", and the operation of each list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rehearsal.discord.requests import Wire

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _List:
    """A list in an answer: under `key` (or the answer itself), its items' ids, and the default length of a page."""

    key: str | None
    id_of: Callable[[Json], int]
    limit: int


def _own_id(item: Json) -> int:
    return int(item["id"])


def _user_id(item: Json) -> int:
    return int(item["user"]["id"])


def _member_id(item: Json) -> int:
    return int(item["user_id"])


_LISTS = {
    "GET /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}": _List(None, _own_id, 25),
    "GET /channels/{channel_id}/polls/{message_id}/answers/{answer_id}": _List("users", _own_id, 25),
    "GET /channels/{channel_id}/thread-members": _List(None, _member_id, 100),
    "GET /guilds/{guild_id}/bans": _List(None, _user_id, 1000),
    "GET /guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}/users": _List(None, _user_id, 100),
}
_ARCHIVED = "GET /channels/{channel_id}/threads/archived/"
_JOINED = "GET /channels/{channel_id}/users/@me/threads/archived/private"
#: Operations that simcord must answer whole, whatever the query says.
WHOLE = frozenset(_LISTS)


def page(operation: str, query: Mapping[str, str], answer: Wire) -> Wire:
    """The page of a list that a query asks for; other answers as they are."""
    if operation.startswith(_ARCHIVED) or operation == _JOINED:
        return _archived(query, answer, by_id=operation == _JOINED)
    described = _LISTS.get(operation)
    if described is None:
        return answer
    items: list[Json] = answer if described.key is None else answer[described.key]
    items = sorted(items, key=described.id_of)
    limit = int(query.get("limit", described.limit))
    if "after" in query:
        items = [item for item in items if described.id_of(item) > int(query["after"])][:limit]
    elif "before" in query:
        items = [item for item in items if described.id_of(item) < int(query["before"])][-limit:]
    else:
        items = items[:limit]
    return items if described.key is None else {**answer, described.key: items}


def _archived(query: Mapping[str, str], answer: Json, *, by_id: bool) -> Json:
    """Archived threads, those archived last first; those that the bot has joined by id ("List Public Archived...")."""

    def place(thread: Json) -> float:
        if by_id:
            return int(thread["id"])
        return datetime.fromisoformat(thread["thread_metadata"]["archive_timestamp"]).timestamp()

    threads = sorted(answer["threads"], key=place, reverse=True)
    if "before" in query:
        before = int(query["before"]) if by_id else datetime.fromisoformat(query["before"]).timestamp()
        threads = [thread for thread in threads if place(thread) < before]
    limit = int(query.get("limit", len(threads)))
    shown = {thread["id"] for thread in threads[:limit]}
    members = [member for member in answer["members"] if member["id"] in shown]
    return {"threads": threads[:limit], "members": members, "has_more": len(threads) > limit}
