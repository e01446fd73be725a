"""Posts as Discord's components (V2), and the roles that they notify."""

from __future__ import annotations

from typing import Any, TypeVar

import discord

from bot.domain import discord_limits
from bot.messages.fitting import fitted
from bot.messages.post import Button, Post

V = TypeVar("V", discord.ui.LayoutView, discord.ui.Modal)


def layout(post: Post, mark: int | None = None) -> discord.ui.LayoutView:
    """Render a post as components, within Discord's limits.

    `mark`: the id of the component that holds its text, if it needs one.
    """
    post = fitted(post)
    container: discord.ui.Container[Any] = discord.ui.Container(id=mark)
    for index, block in enumerate(post.blocks):
        if index:
            container.add_item(discord.ui.Separator())
        container.add_item(discord.ui.TextDisplay(block))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    pictures = [discord.MediaGalleryItem(f"attachment://{file.name}") for file in post.files if file.is_picture]
    if pictures:
        view.add_item(discord.ui.MediaGallery[Any](*pictures))
    for file in post.files:
        if not file.is_picture:
            view.add_item(discord.ui.File[Any](f"attachment://{file.name}"))
    for first in range(0, len(post.buttons), discord_limits.ROW_BUTTONS):
        row = post.buttons[first : first + discord_limits.ROW_BUTTONS]
        view.add_item(discord.ui.ActionRow(*(_button(button) for button in row)))
    return stateless(view)


def _button(button: Button) -> discord.ui.Button[Any]:
    style = discord.ButtonStyle.primary if button.primary else discord.ButtonStyle.secondary
    return discord.ui.Button(style=style, label=button.label, custom_id=button.custom_id)


def allowed_mentions(post: Post) -> discord.AllowedMentions:
    """Allow the one role that the post is addressed to, and nobody else, whatever was typed."""
    if post.notifies is None:
        return discord.AllowedMentions.none()
    return discord.AllowedMentions(
        everyone=False, users=False, roles=[discord.Object(post.notifies)], replied_user=False
    )


def stateless(view: V) -> V:
    """Stop a view, so that discord.py doesn't keep it in memory; the router answers its buttons. Returns the view."""
    view.stop()
    return view
