"""Any post within Discord's limits: shortened where it is posted, split over several where it is an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.domain import discord_limits
from bot.domain.text import is_blank, measure, share_out, shorten, shorten_markdown, split_markdown
from bot.messages.post import Button, Lines, Post, left_out, most_blocks

#: Items of a list are shortened to no fewer characters than this; items without room are counted.
_LEAST = 60
#: Characters of the line that counts them.
_COUNTED = 20


def fitted(post: Post) -> Post:
    """The post as it can be posted: every block gets its share of the room, and so does every item of a list.

    Text without room is marked with `…`, items without room are counted; `post.whole`, if set, shows all of it.
    """
    buttons = _pressable(post.buttons, discord_limits.BUTTONS)
    blocks = [block for block in post.blocks if not is_blank(block)] or ["…"]
    shortened = len(buttons) < len(post.buttons) or not replace(post, blocks=tuple(blocks), buttons=buttons).fits
    if shortened and post.whole:
        buttons = (*_pressable(post.buttons, discord_limits.BUTTONS - 1), *_pressable((post.whole,), 1))
    blocks = _merged(blocks, most_blocks(buttons))
    rooms = share_out([measure(block) for block in blocks], discord_limits.MESSAGE_TEXT - len(blocks) + 1)
    shown = tuple(str(_within(block, room)) for block, room in zip(blocks, rooms, strict=True))
    return replace(post, blocks=shown, buttons=buttons, whole=None)


def pages(post: Post) -> tuple[Post, ...]:
    """All of the post in as few posts as Discord takes, cut between lines where that is possible; buttons come last."""
    filled: list[list[str]] = [[]]
    for block in post.blocks:
        for part in () if is_blank(block) else _parts(block):
            page = [*filled[-1], part]
            if filled[-1] and not Post(tuple(page), post.buttons).fits:
                filled.append([])
            filled[-1].append(part)
    *first, last = (Post(tuple(page)) for page in filled)
    return (*first, replace(last, buttons=post.buttons))


def _pressable(buttons: Sequence[Button], most: int) -> tuple[Button, ...]:
    """At most `most` of the buttons, each once and with a label."""
    distinct = {button.custom_id: button for button in buttons}
    return tuple(
        replace(button, label="…" if is_blank(button.label) else shorten(button.label, discord_limits.BUTTON_LABEL))
        for button in list(distinct.values())[:most]
    )


def _merged(blocks: Sequence[str], most: int) -> list[str]:
    """At most `most` blocks: the last ones become the items of one."""
    if len(blocks) <= most:
        return list(blocks)
    return [*blocks[: most - 1], Lines(blocks[most - 1 :])]


def _within(block: str, room: int) -> str:
    if measure(block) <= room:
        return block
    return _listed(block.items, room) if isinstance(block, Lines) else shorten_markdown(block, room)


def _listed(items: Sequence[str], room: int) -> str:
    """The items that have room, shortened fairly, and how many have none."""
    needs = [measure(item) for item in items]
    if sum(min(need, _LEAST) + 1 for need in needs) > room + 1:
        room -= _COUNTED
        taken, count = 0, 0
        for need in needs:
            taken += min(need, _LEAST) + 1
            if taken > room:
                break
            count += 1
        items, needs, left = items[:count], needs[:count], len(items) - count
    else:
        left = 0
    rooms = share_out(needs, room - len(items) + (not left))
    shown = map(shorten_markdown, items, rooms)
    return "\n".join((*shown, *((left_out(left),) if left else ())))


def _parts(block: str) -> Iterator[str]:
    """Yield parts of a block that each fit a post: cut between lines, or within a line that is too long by itself."""
    part: str | None = None
    for line in block.split("\n"):
        for piece in split_markdown(line, discord_limits.MESSAGE_TEXT):
            longer = piece if part is None else f"{part}\n{piece}"
            if part is not None and measure(longer) > discord_limits.MESSAGE_TEXT:
                yield part
                longer = piece
            part = longer
    yield part or ""
