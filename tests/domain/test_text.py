"""What people type is shown to the letter, whatever it holds, and never longer than Discord allows."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.text import (
    clean,
    escape,
    escape_within,
    fold,
    is_blank,
    isolate,
    measure,
    share_out,
    shorten,
    shorten_markdown,
    split_markdown,
)

PIECES = (
    *("@everyone", "@here", "<@1>", "<@&2>", "<#3>", "<:wave:4>", "</note:5>", "<t:6:R>", "[a](https://evil.example)"),
    *("https://wcoomd.org/a_b_c", "https://_", "http://a.example/~b", "https://"),
    *(
        "**",
        "__",
        "~~",
        "||",
        "`",
        "```",
        "\\",
        "_",
        ".",
        "(",
        ")",
        "> ",
        ">>> ",
        "# ",
        "-# ",
        "- ",
        "+ ",
        "1. ",
        "27. ",
    ),
    *("\n", "\r\n", "\t", " ", "word", "É", "جمارك", "👩‍🔧", "\u202e", "\u2067", "\u0000"),
)
TYPED = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=80)

# --- how Discord reads a message: a small model, made from its documentation and not from our code ------------------

#: A backslash hides itself in front of any ASCII sign.
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
#: An address ends at a blank or at `<`, and not with a sign of punctuation.
_ADDRESS = re.compile(r"""https?://[^\s<]+[^<.,:;"'\]\s]""")
#: What opens something; a `<` does so only if a bare `>` closes it, and a `]` alone does nothing.
_OPENS = re.compile(r"[\\*_~`|>\[@#]|<[^\s<>]*(?<!\\)>")
_LIST = re.compile(r"^\s*(?:[-+*]|\d+\.)\s", re.MULTILINE)


def shown(markdown: str) -> str:
    """What a reader sees of text in which nothing is active."""
    return _ESCAPED.sub(r"\1", markdown)


def active(markdown: str) -> list[str]:
    """The signs that Discord would act on: neither escaped nor part of an address."""
    found = list(_LIST.findall(markdown))
    at = 0
    while at < len(markdown):
        passive = _ESCAPED.match(markdown, at) or _ADDRESS.match(markdown, at)
        if passive:
            at = passive.end()
            continue
        opened = _OPENS.match(markdown, at)
        found += [opened[0]] if opened else []
        at += 1
    return found


@pytest.mark.parametrize(
    "typed", ["**bold**", "<@1>", "@everyone", "[a](https://b.example)", "- a", "1. a", "# a", "a \\* b*"]
)
def test_the_model_sees_what_is_active(typed: str) -> None:
    """A model that finds nothing would prove nothing."""
    assert active(typed)


# --- escape ---------------------------------------------------------------------------------------------------------


@given(TYPED)
@example("https://_ https://_")
@example("\\")
def test_nothing_in_escaped_text_is_active(typed: str) -> None:
    """No formatting, no mention, no masked link, no list."""
    assert active(escape(typed)) == []


@given(TYPED)
def test_escaped_text_is_shown_to_the_letter(typed: str) -> None:
    """Without the backslashes that Discord hides it is what was typed."""
    assert shown(escape(typed)) == clean(typed)


@given(TYPED, st.sampled_from(["@everyone", "@here", "<@1>", "<@!1>", "<@&1>", "<#1>", "[a](https://b.example)"]))
def test_no_mention_and_no_masked_link_survives(around: str, reference: str) -> None:
    """Wherever it stands, its first sign is escaped (an address that runs into it is only an address)."""
    escaped = escape(f"{around} {reference} {around}")
    bare = re.compile(rf"(?<!\\){re.escape(reference)}")
    assert not bare.search(_ADDRESS.sub("", escaped))


@pytest.mark.parametrize(
    "address",
    [
        "https://www.wcoomd.org/en/topics/facilitation/study_report_2022.aspx?lang=fr&page=2#top",
        "http://a.example/_b_",
        "https://univ.example/~karim/paper.pdf",
    ],
)
def test_an_address_can_still_be_clicked(address: str) -> None:
    """It stays as it was typed, in a sentence too."""
    assert escape(f"*See* {address} for more") == f"\\*See\\* {address} for more"


@pytest.mark.parametrize(
    ("typed", "escaped"),
    [
        ("3. c\n1. a", "3\\. c\n1\\. a"),
        ("- a\n  + b", "\\- a\n  \\+ b"),
        ("-5 degrees, 3.5 tonnes", "-5 degrees, 3.5 tonnes"),
        ("", ""),
    ],
)
def test_lists_stay_lines_and_numbers_stay_numbers(typed: str, escaped: str) -> None:
    """Discord would renumber a list."""
    assert escape(typed) == escaped


@pytest.mark.parametrize(
    ("typed", "escaped"),
    [
        ("<@1>", r"\<\@1\>"),
        ("@everyone", r"\@everyone"),
        ("[a](https://b.example)", r"\[a\](https://b.example)"),
        (r"\*", r"\\\*"),
        ("||a|| ~~b~~ `c`", r"\|\|a\|\| \~\~b\~\~ \`c\`"),
    ],
)
def test_every_sign_of_a_reference_is_escaped(typed: str, escaped: str) -> None:
    """Not only the one that would be enough."""
    assert escape(typed) == escaped


# --- clean ----------------------------------------------------------------------------------------------------------


@given(TYPED)
def test_cleaned_text_holds_nothing_that_steers_it(typed: str) -> None:
    """No control character but line breaks and tabs, no direction override, no outer blanks; clean again, the same."""
    cleaned = clean(typed)
    assert not [sign for sign in cleaned if unicodedata.category(sign) == "Cc" and sign not in "\n\t"]
    assert not set(cleaned) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert cleaned == cleaned.strip() == clean(cleaned)


@pytest.mark.parametrize("joined", ["👩‍🔧", "می‌خواهم", "🏳️‍🌈"])
def test_what_joins_letters_and_emoji_stays(joined: str) -> None:
    """Zero-width joiners and non-joiners belong to the spelling."""
    assert clean(joined) == joined


def test_line_breaks_of_every_system_are_one() -> None:
    """Windows, old Macs, and everyone else."""
    assert clean("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_an_isolated_run_ends_its_own_direction() -> None:
    """FSI in front, PDI behind."""
    assert isolate("WCO") == "\u2068WCO\u2069"


# --- measure and shorten --------------------------------------------------------------------------------------------


@given(st.text())
def test_text_is_measured_as_discord_does(text: str) -> None:
    """A sign outside the basic plane, such as most emoji, counts twice."""
    assert measure(text) == sum(2 if ord(sign) > 0xFFFF else 1 for sign in text)


@given(st.text(), st.integers(1, 50))
def test_shortened_text_fits_and_says_that_it_was_cut(text: str, limit: int) -> None:
    """What fits stays; what is cut is a beginning, and ends with an ellipsis."""
    short = shorten(text, limit)
    assert measure(short) <= limit
    cut = short.rstrip("\u2069")
    assert short == text or (measure(text) > limit and cut.endswith("…") and text.startswith(cut[:-1]))


@given(TYPED | st.builds(str.__mul__, st.sampled_from(PIECES), st.integers(1, 1500)), st.integers(1, 2000))
@example("\\" * 4000, 1800)
@example("👩‍🔧" * 1300, 1801)
@example("جمارك*" * 666, 1800)
@example("- a\n" * 1000, 1799)
def test_escaped_text_fits_its_room(typed: str, limit: int) -> None:
    """Measured as Discord does; what fits is whole, what doesn't is a beginning of it and still has nothing active."""
    fitted = escape_within(typed, limit)
    assert measure(fitted) <= limit
    assert active(fitted) == []
    if measure(escape(typed)) <= limit:
        assert fitted == escape(typed)
    else:
        assert fitted.endswith("…")
        assert clean(typed).startswith(shown(fitted)[:-1].rstrip())


@pytest.mark.parametrize(
    ("markdown", "limit", "shortened"),
    [
        ("**A bold title**", 12, "**A bold…**"),
        ("see https://a.example/long for more", 28, "see https://a.example/long …"),
        ("see https://a.example/long for more", 20, "see…"),
        ("at <t:1676883600:t> sharp", 15, "at…"),
        ("[a title](https://a.example) and more", 20, "…"),
        (r"a\*b\*c\*d", 6, r"a\*b…"),
        ("`code **x** y` and", 11, "`code **…`"),
        ("\u2068جمرك تونس\u2069 في", 9, "\u2068جمرك…\u2069"),
    ],
)
def test_shortened_markdown_stays_what_it_is(markdown: str, limit: int, shortened: str) -> None:
    """Styles and isolates are closed, and nothing that only means something whole is cut."""
    assert shorten_markdown(markdown, limit) == shortened
    assert measure(shortened) <= limit


@pytest.mark.parametrize("sign", ["👩‍🔧", "🇹🇳", "e\u0301", "👍🏽", "بِ"])
def test_no_sign_is_cut_in_two(sign: str) -> None:
    """An emoji made of several, a flag, a letter with its vowel sign."""
    for limit in range(2, 40):
        kept = shorten(sign * 20, limit)[:-1]
        assert kept == sign * (len(kept) // len(sign))


@given(TYPED | st.builds(str.__mul__, st.sampled_from(PIECES), st.integers(1, 300)), st.integers(20, 90))
def test_split_markdown_leaves_nothing_out(markdown: str, limit: int) -> None:
    """Only what closes a style at the end of one part, and opens it again in the next, comes on top."""
    parts = list(split_markdown(markdown, limit))
    assert all(measure(part) <= limit for part in parts)
    marks = str.maketrans("", "", "*_|~`\u2066\u2067\u2068\u2069")
    assert "".join(parts).translate(marks) == markdown.translate(marks)


@pytest.mark.parametrize("text", ["", " \n", "\u202e", "\u200b\u2060", "\u3164", "\u0301", "\ufeff"])
def test_what_leaves_no_ink_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "\u202e.", "👩‍🔧", "ع", "\U0001fae9"])
def test_what_leaves_ink_is_not_blank(text: str) -> None:
    """Neither is an emoji that is newer than this Python."""
    assert not is_blank(text)


@pytest.mark.parametrize("sign", ["a", "\\", "*", "🎉", "ع"])
@pytest.mark.parametrize("limit", [10, 500, 1777])
def test_no_more_is_cut_than_must_be(sign: str, limit: int) -> None:
    """The room is filled but for a sign or two."""
    assert measure(escape_within(sign * 4000, limit)) >= limit - 6


# --- fold ------------------------------------------------------------------------------------------------------
@given(st.lists(st.integers(0, 5000), max_size=12), st.integers(0, 5000))
def test_a_room_is_shared_so_that_who_needs_little_gets_it_all(needs: list[int], room: int) -> None:
    """Nobody gets more than they need; nobody who goes short gets less than another."""
    given_ = share_out(needs, room)
    assert sum(given_) <= room
    assert all(0 <= got <= need for got, need in zip(given_, needs, strict=True))
    short = [got for got, need in zip(given_, needs, strict=True) if got < need]
    if short:
        assert min(short) >= max(given_) - 1
        assert sum(given_) > room - len(needs)


# --- folding ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hélène ÇA ŒUVRE", "helene ca œuvre"),
        ("ﬁn", "FIN"),
        ("ٱلله", "الله"),
        ("مصطفى", "مصطفي"),
        ("کریم", "كريم"),
        ("Al-Doseri", "AL DOSERI"),
        ("Straße", "STRASSE"),
        ("cœur", "coeur"),
        ("Ødegård", "odegard"),
        ("أحمد", "احمد"),
        ("إسراء", "اسراء"),
        ("آمنة", "امنه"),
        ("هبة الشناوي", "هبه الشناوى"),
        ("مُحَمَّد", "محمد"),
        ("محـــمد", "محمد"),
        ("ﻣﺤﻤﺪ", "محمد"),
        ("٢٠٢٣", "2023"),
        ("  l\u2019OMD,\n2023 ", "l omd 2023"),
    ],
)
def test_what_people_type_alike_is_folded_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@given(st.text())
def test_folding_twice_is_folding_once_and_leaves_words_with_single_blanks(typed: str) -> None:
    folded = fold(typed)
    assert fold(folded) == folded
    assert folded.split(" ") == folded.split() or folded == ""
    assert fold(typed.upper().lower()) == fold(typed.lower().upper().lower())


@given(st.text(alphabet="abcdé أبتةىi", max_size=20), st.text(alphabet="abc é", max_size=20))
def test_folding_keeps_what_is_contained(typed: str, more: str) -> None:
    """So that a search for some words finds them in a text."""
    assert fold(typed) in fold(f"{more} {typed} {more}")


@given(TYPED)
def test_case_and_composition_make_no_difference(typed: str) -> None:
    folded = fold(typed)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, typed)) == folded
    assert fold(typed.casefold()) == folded


def test_different_words_stay_different() -> None:
    words = ("cote", "cotes", "سور", "سوق", "كريم", "كرم", "a b", "ab")
    assert len({fold(word) for word in words}) == len(words)
