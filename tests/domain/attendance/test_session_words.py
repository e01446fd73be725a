"""The word that a chair says: always the same, found however it is typed, and not to be guessed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attendance.session_words import guess_hash, session_word, word_matches
from bot.domain.languages import LANGUAGES
from bot.store.plan_in_force import word_list

WORDS = word_list()
ANY_WORD = st.sampled_from(WORDS)
ANY_LANGUAGE = st.sampled_from(LANGUAGES)


@given(st.text(min_size=1), st.text(), st.text())
def test_a_session_has_one_word_for_ever(secret: str, workshop: str, session: str) -> None:
    word = session_word(secret, workshop, session, WORDS)
    assert word in WORDS
    assert session_word(secret, workshop, session, WORDS[::-1]) == word


def test_words_are_spread_and_hang_on_the_secret() -> None:
    drawn = Counter(session_word("secret", "w", str(n), WORDS)["en"] for n in range(2000))
    assert len(drawn) > 100
    assert max(drawn.values()) < 50
    same = sum(
        session_word("secret", "w", str(n), WORDS) == session_word("other", "w", str(n), WORDS) for n in range(500)
    )
    assert same < 30


@given(st.text(), ANY_WORD)
def test_a_word_taken_off_the_list_changes_only_where_it_was_drawn(session: str, gone: dict[str, str]) -> None:
    before = session_word("secret", "w", session, WORDS)
    after = session_word("secret", "w", session, [word for word in WORDS if word is not gone])
    assert after == before or before is gone


@given(ANY_WORD, ANY_LANGUAGE, st.sampled_from([str.upper, str.title, str.lower, " {} ".format, "« {} » !".format]))
def test_a_word_is_known_however_it_is_written(word: dict[str, str], language: str, write: object) -> None:
    assert callable(write)
    assert word_matches(str(write(word[language])), word, LANGUAGES)


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("ELEPHANT", "fr"), ("éléphant", "en"), ("l\u2019éléphant", "fr"), ("L'elephant", "fr"), ("the elephant", "en"),
        ("الفيل", "ar"), ("فِيل", "ar"), ("فيـــل", "ar"),
    ],
)  # fmt: skip
def test_accents_articles_vowel_signs_and_strokes_are_forgiven(typed: str, language: str) -> None:
    elephant = next(word for word in WORDS if word["en"] == "elephant")
    assert word_matches(typed, elephant, [language])


@pytest.mark.parametrize(
    ("typed", "english"), [("حديقه", "garden"), ("اسد", "lion"), ("مراه", "mirror"), ("مستشفي", "hospital")]
)
def test_arabic_spellings_are_forgiven(typed: str, english: str) -> None:
    assert word_matches(typed, next(word for word in WORDS if word["en"] == english), ["ar"])


@given(ANY_WORD, ANY_WORD, ANY_LANGUAGE)
def test_no_word_of_the_list_is_taken_for_another(one: dict[str, str], other: dict[str, str], language: str) -> None:
    assert word_matches(one[language], other, LANGUAGES) == (one is other)


@given(st.text(), ANY_WORD)
def test_a_language_that_the_workshop_does_not_speak_does_not_count(typed: str, word: dict[str, str]) -> None:
    assert not word_matches(typed, word, [])
    assert not word_matches("", word, LANGUAGES)


def test_the_list_has_each_word_in_every_language_in_one_piece() -> None:
    assert len(WORDS) >= 100
    for word in WORDS:
        assert tuple(word) == LANGUAGES
        assert all(wording.isalpha() and len(wording) >= 2 for wording in word.values()), word


@given(st.text(), st.text())
def test_what_was_tried_is_told_apart_and_not_kept(one: str, other: str) -> None:
    assert len(guess_hash(one)) == 16
    if guess_hash(one) != guess_hash(other):
        assert one != other
    assert guess_hash(" É ") == guess_hash("e") != guess_hash("f")
