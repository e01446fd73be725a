"""What is kept of what people type into a note's form."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.notes import PART_LENGTH, TITLE_LENGTH, tidy
from bot.domain.text import clean


def seen(sign: str) -> bool:
    """Whether a reader sees it."""
    return unicodedata.category(sign) not in {"Cc", "Cf", "Zs", "Zl", "Zp"}


@given(st.text(max_size=60), st.integers(1, 50))
def test_a_part_is_kept_whole_or_not_at_all(typed: str, limit: int) -> None:
    """Nothing that somebody wrote is cut behind their back."""
    kept = tidy(typed, limit)
    if kept is None:
        assert len(clean(typed)) > limit or not any(seen(sign) for sign in typed)
    else:
        assert kept == clean(typed)


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t\n", "\u202e", "\x00\x07", " \u2067 "])
def test_what_nobody_could_read_is_nothing(nothing: str) -> None:
    """Blanks, direction overrides and control characters alone."""
    assert tidy(nothing, 100) is None


@pytest.mark.parametrize("nothing", ["\u200b", "\u200d\u200d", "\ufeff"])
def test_joiners_that_join_nothing_are_nothing(nothing: str) -> None:
    """A title made of zero-width characters would be a card without a title."""
    assert tidy(nothing, 100) is None


@pytest.mark.parametrize("something", ["ع", "👍", "\U0001fae8", "1", "?", "e\u0301"])
def test_a_single_sign_is_something(something: str) -> None:
    """Also an emoji that is newer than Python."""
    assert tidy(something, 100) == something


@pytest.mark.parametrize("limit", [TITLE_LENGTH, PART_LENGTH])
def test_all_that_a_form_takes_is_kept(limit: int) -> None:
    """Up to the limit, and not one more."""
    assert tidy("é" * limit, limit) == "é" * limit
    assert tidy("é" * (limit + 1), limit) is None
