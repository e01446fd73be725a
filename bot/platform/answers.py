"""Answers to the one person who pressed or typed, and the values suggested while they type."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar

import discord
from discord import app_commands

from bot.domain import discord_limits
from bot.domain.text import fold, measure
from bot.messages.fitting import pages
from bot.messages.post import Post
from bot.platform.forms import option_label
from bot.platform.interactions import Interaction
from bot.platform.views import layout

Value = TypeVar("Value", str, int)

#: In front of every answer, so that its outcome is seen at a glance.
DONE, REFUSED = "✅", "⚠️"
#: In front of an answer that another one will replace, because the work goes on.
WAITING = "⚙️"
#: Messages that one answer may take.
_PAGES = 8


async def answer(interaction: Interaction, post: Post | str, *files: discord.File) -> None:
    """Answer the one person who pressed or typed, with files where there are any; nobody else sees it.

    A text too long for one message continues in the next; buttons and files come under the last. A post too long for
    `_PAGES` messages is shortened, and its whole text is attached as a file.
    """
    if (
        isinstance(post, str)
        and not files
        and not interaction.response.is_done()
        and measure(post) <= discord_limits.PLAIN_TEXT
    ):
        # A sentence alone needs no layout: making one costs 20 % of the CPU of a storm (`make bench ARGS=storm`).
        await interaction.response.send_message(post, ephemeral=True, suppress_embeds=True)
        return
    post = Post((post,)) if isinstance(post, str) else post
    messages = pages(post)
    if len(messages) > _PAGES:
        whole = "\n\n".join(post.blocks).encode("utf-8", "replace")
        messages, files = (replace(post, files=()),), (*files, discord.File(io.BytesIO(whole), filename="answer.md"))
    await _send(interaction, messages, files)


async def answer_all(interaction: Interaction, posts: Iterable[Post]) -> None:
    """Answer with several posts, each with its own buttons."""
    await _send(interaction, [page for post in posts for page in pages(post)])


async def _send(interaction: Interaction, messages: Sequence[Post], files: Sequence[discord.File] = ()) -> None:
    for number, page in enumerate(messages, start=1):
        view = layout(page)
        enclosed = files if number == len(messages) else ()
        for file in enclosed:
            view.add_item(discord.ui.File(file))  # NOTE: with components, Discord shows only the files they name
        if number > 1:
            await interaction.followup.send(view=view, files=enclosed, ephemeral=True)
        elif interaction.response.is_done():
            await interaction.edit_original_response(content=None, view=view, attachments=enclosed)
        else:
            await interaction.response.send_message(view=view, files=enclosed, ephemeral=True)


def suggestions(typed: object, named: Iterable[tuple[Value, str]]) -> list[app_commands.Choice[Value]]:
    """Return the choices whose name contains the typed text, ignoring case and accents; at most 25."""
    fitting = ((value, name) for value, name in named if fold(str(typed)) in fold(name))
    return [
        app_commands.Choice(name=option_label(name), value=value)
        for value, name in islice(fitting, discord_limits.OPTIONS)
    ]
