"""The one check of whether Discord takes what a post becomes, for every test that has a post in its hands."""

from __future__ import annotations

from bot.messages.fitting import fitted, pages
from bot.messages.post import Post
from bot.platform.views import layout
from bot.rehearsal.discord.payloads import message_faults


def assert_discord_takes(post: Post) -> None:
    """As one posted message, with every button; and as the messages of an answer, of which nothing is left out."""
    for page in (post, *pages(post)):
        assert list(message_faults({"components": layout(page).to_components()})) == []
    assert {button.custom_id for button in post.buttons} <= {button.custom_id for button in fitted(post).buttons}
