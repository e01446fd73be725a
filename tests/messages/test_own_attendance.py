"""Longer answers: nothing is left out of them, each page fits, and the manual shows what a role may use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import discord_limits
from bot.domain.languages import LANGUAGES
from bot.domain.people.roles import Role
from bot.messages.fitting import pages
from bot.messages.help import HelpEntry, manual
from bot.messages.post import Post
from bot.platform.views import layout

LINES = st.text("abc 👩", min_size=1, max_size=8).map(lambda text: (text * 40)[:300].strip() or "a")
BLOCKS = st.lists(st.lists(LINES, min_size=1, max_size=30).map("\n".join), min_size=1, max_size=30)


@given(BLOCKS)
def test_pages_hold_every_line_in_order_and_fit(blocks: list[str]) -> None:
    told = pages(Post(tuple(blocks)))
    shown = "\n".join(block for page in told for block in page.blocks)
    assert shown == "\n".join(blocks)
    for page in told:
        assert page.length <= discord_limits.MESSAGE_TEXT
        assert len(list(layout(page).walk_children())) <= discord_limits.MESSAGE_COMPONENTS


def test_what_fits_one_page_is_one_page_a_block_a_text() -> None:
    (page,) = pages(Post(("a\nb", "c")))
    assert page.blocks == ("a\nb", "c")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", list(Role))
def test_the_manual_of_a_hundred_commands_names_each_that_the_role_may_use(role: Role, language: str) -> None:
    entries = [HelpEntry(f"</c{n}:{2**63}>", "D" * 100, f"Purpose {n % 9}", tuple(Role)[n % 4]) for n in range(100)]
    told = pages(manual(entries, role, language))
    assert all(page.length <= discord_limits.MESSAGE_TEXT for page in told)
    shown = "\n".join(block for page in told for block in page.blocks)
    for entry in entries:
        assert shown.count(entry.mention) == (entry.role <= role)
