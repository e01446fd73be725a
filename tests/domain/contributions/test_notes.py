"""What is kept of what people type into a note's form."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contributions.notes import (
    DETAIL_FORMS,
    PART_LENGTH,
    TITLE_LENGTH,
    Attribution,
    Audience,
    Detail,
    Note,
    NoteKind,
    Signature,
    Visibility,
    audience_of,
    has_card,
    invalid_links,
    signature,
    tidy,
    visible_to,
)
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
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


# --- who reads it, and by whom it is -----------------------------------------------------------------------------

NOTE = Note(
    "1", 7, "Ami", "t", NoteKind.WORKED, "T", "D", "L", Visibility.PRIVATE, datetime(2023, 2, 20, 11, tzinfo=UTC)
)
AUTHOR = Participant("a", "Amina", "Douane", "TN", OrganisationKind.CUSTOMS, None, Role.PARTICIPANT)


def test_each_audience_reads_what_is_open_to_it_and_to_wider_ones() -> None:
    seen = {v: [a for a in Audience if visible_to(replace(NOTE, visibility=v), a)] for v in Visibility}
    assert seen == {
        Visibility.PRIVATE: [],
        Visibility.ORGANISERS: [Audience.ORGANISERS],
        Visibility.PARTICIPANTS: [Audience.ORGANISERS, Audience.PARTICIPANTS],
        Visibility.SERIES: [Audience.ORGANISERS, Audience.PARTICIPANTS, Audience.SERIES],
        Visibility.PUBLIC: list(Audience),
    }
    assert [v for v in Visibility if has_card(replace(NOTE, visibility=v))] == list(Visibility)[2:]


def test_only_organisers_read_what_is_for_organisers() -> None:
    assert [role for role in Role if audience_of(role) is Audience.ORGANISERS] == [Role.ORGANISER]


CUSTOMS = OrganisationKind.CUSTOMS


@pytest.mark.parametrize(
    ("attribution", "known", "unknown"),
    [
        (Attribution.NAME, Signature(7, "Amina", "Douane", "TN", CUSTOMS), Signature(7, "Ami")),
        (Attribution.ADMINISTRATION, Signature(None, "", "Douane", "TN", CUSTOMS), Signature()),
        (Attribution.COUNTRY, Signature(country="TN"), Signature()),
        (Attribution.REGION, Signature(organisation=CUSTOMS, region=True), Signature()),
        (Attribution.ANONYMOUS, Signature(), Signature()),
    ],
)
def test_an_author_is_named_as_they_chose(attribution: Attribution, known: Signature, unknown: Signature) -> None:
    """Whoever has taken no place is nobody in particular, unless they want to be named."""
    note = replace(NOTE, attribution=attribution)
    assert (signature(note, AUTHOR), signature(note, None)) == (known, unknown)


def test_every_detail_stands_in_one_form_of_at_most_five() -> None:
    assert sorted(detail for form in DETAIL_FORMS.values() for detail in form) == sorted(Detail)
    assert max(map(len, DETAIL_FORMS.values())) <= 5


@pytest.mark.parametrize(
    "good", ["", "https://a.example", "http://a.example/b?c=d#e\nhttps://b.example:8443/", "https://é.example/ع"]
)
def test_addresses_of_the_web_are_links(good: str) -> None:
    assert invalid_links(good) == []


@pytest.mark.parametrize(
    "bad", ["javascript:alert(1)", "ftp://a.example", "a.example", "https://", "https://a@b.example", "file:///etc"]
)
def test_anything_else_is_no_link_and_is_named(bad: str) -> None:
    """Nor one that hides its host behind a name (`https://bank.example@evil.example`)."""
    assert invalid_links(f"https://a.example {bad}") == [bad]
