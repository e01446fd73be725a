"""Sentences in three languages: plurals by each language's own rule, values that never turn a sentence around."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.languages import LANGUAGES
from bot.messages.i18n import day_name, enumeration, every, preload, short_day, text

FSI, PDI = "\u2068", "\u2069"
MONDAY = date(2023, 2, 20)


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "لا توجد إعلانات مقبلة."),
        (1, "بقي إعلان واحد."),
        (2, "بقي إعلانان."),
        (3, f"بقيت {FSI}3{PDI} إعلانات."),
        (10, f"بقيت {FSI}10{PDI} إعلانات."),
        (11, f"بقي {FSI}11{PDI} إعلاناً."),
        (99, f"بقي {FSI}99{PDI} إعلاناً."),
        (100, f"بقي {FSI}100{PDI} إعلان."),
        (103, f"بقيت {FSI}103{PDI} إعلانات."),
    ],
)
def test_arabic_has_six_forms(n: int, said: str) -> None:
    """None, one, two, a few, many, and hundreds."""
    assert text("ar", "announce.list", n=n) == said


@pytest.mark.parametrize("n", [2, 3, 100])
def test_french_and_english_have_one_plural(n: int) -> None:
    """With the number in it."""
    assert text("fr", "announce.list", n=n) == f"{n} annonces sont encore à venir."
    assert text("en", "announce.list", n=n) == f"{n} announcements are still to come."


def test_one_is_singular() -> None:
    """In both."""
    assert text("fr", "announce.list", n=1) == "1 annonce est encore à venir."
    assert text("en", "announce.list", n=1) == "One announcement is still to come."


def test_none_is_singular_in_french_and_plural_in_english() -> None:
    """CLDR's rules."""
    assert text("fr", "announce.list", n=0).endswith("annonce est encore à venir.")
    assert text("en", "announce.list", n=0) == "0 announcements are still to come."


@pytest.mark.parametrize("key", ["announce.list", "export.done"])
def test_french_does_not_say_one_of_none(key: str) -> None:
    """An empty list is no list of one."""
    assert text("fr", key, n=0, rule="") != text("fr", key, n=1, rule="")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_values_in_arabic_are_isolated(value: str) -> None:
    """Whatever their own direction; in the other languages nothing is added."""
    assert f"{FSI}{value}{PDI}" in text("ar", "checkin.done", title=value, when="10:00")
    assert text("en", "checkin.done", title=value, when="10:00") == f"You are checked in to {value}, at 10:00."


def test_isolates_are_closed() -> None:
    """As many as there are values."""
    said = text("ar", "checkin.done", title="WCO Data Model", when="10:00")
    assert (said.count(FSI), said.count(PDI)) == (2, 2)


def test_braces_in_a_value_are_only_braces() -> None:
    """Somebody's title can't reach into the program."""
    assert "{when.__class__}" in text("fr", "checkin.done", title="{when.__class__}", when="10:00")


def test_a_value_that_is_missing_is_an_error() -> None:
    """Rather than a sentence with a hole; the tests of the sentences rest on it."""
    with pytest.raises(KeyError, match="when"):
        text("en", "checkin.done", title="Opening")


def test_a_value_that_a_sentence_does_not_use_is_let_be() -> None:
    """Languages may say less: Arabic says `two` without a number."""
    assert text("en", "now.over", title="Opening") == text("en", "now.over")


def test_a_key_that_is_unknown_stands_for_itself() -> None:
    """As gettext does; a test of the codebase finds it before a person does."""
    assert text("ar", "no.such.key") == "no.such.key"


def test_a_language_that_is_unknown_is_an_error() -> None:
    """Callers choose among those that the program speaks."""
    with pytest.raises(FileNotFoundError):
        text("xx", "now.over")


def test_every_language_gets_its_own_sentence_and_its_own_value() -> None:
    """A text that is itself in several languages is taken in the one spoken."""
    said = every(LANGUAGES, "start.speakers", names={"en": "Chair", "fr": "Présidente", "ar": "الرئيسة"})
    assert said == [
        "Speakers: Chair",
        text("fr", "start.speakers", names="Présidente"),
        f"المتحدثون: {FSI}الرئيسة{PDI}",
    ]


def test_catalogues_can_be_read_ahead() -> None:
    """All of them, without a fault."""
    preload()


@pytest.mark.parametrize(("language", "listed"), [("en", "A, B and C"), ("fr", "A, B et C"), ("ar", "A وB وC")])
def test_names_are_listed_as_the_language_does(language: str, listed: str) -> None:
    """`and` before the last; no comma before it in British English."""
    assert enumeration(language, ["A", "B", "C"]) == listed
    assert enumeration(language, ["A"]) == "A"


@pytest.mark.parametrize(
    ("language", "full"),
    [("en", "Monday, 20 February 2023"), ("fr", "lundi 20 février 2023"), ("ar", "الاثنين، 20 فبراير 2023")],
)
def test_days_are_named_as_the_language_does(language: str, full: str) -> None:
    """The day before the month."""
    assert day_name(language, MONDAY).replace("Monday 20", "Monday, 20") == full


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_short_day_has_its_number(language: str) -> None:
    """And no year."""
    assert "20" in short_day(language, MONDAY)
    assert "2023" not in short_day(language, MONDAY)
