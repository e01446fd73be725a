"""What people wrote and what organisers titled: languages, escaping, and shortening."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, cast

#: Languages that the program speaks (ISO 639-1); each has a catalogue in config/locales.
LANGUAGES = ("en", "fr", "ar")

#: A text in each of the workshop's languages.
Text = Mapping[str, str]

RIGHT_TO_LEFT = frozenset({"ar"})

# Everything that starts, ends or overrides a direction (Unicode Bidirectional Algorithm, UAX #9): typed by
# somebody, it could turn the rest of our message around.
_BIDI_CONTROLS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_BIDI = re.compile(f"[{_BIDI_CONTROLS}]")
# Unicode's control characters (category Cc) except the line feed and the tab.
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_SURROGATES = "\ud800-\udfff"
# The last two code points of each plane, and 32 in the Arabic block (Unicode 15, section 23.7).
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(f"{chr(end - 1)}{chr(end)}" for end in range(0xFFFF, 0x110000, 0x10000))
_UNWRITABLE = re.compile(f"[{_CONTROLS}{_SURROGATES}{_NONCHARACTERS}]")
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"

# NOTE: to Discord no address ends with punctuation: `https://_` alone is none, and its `_` would be active.
_URL = r"""https?://[^\s<>()\[\]|*`\\]+[^\s<>()\[\]|*`\\.,:;"']"""
_MARKDOWN = r"[\\*_~`|<>#\[\]@]"
_LIST_MARK = r"^\s*(?:[-+]|\d+\.)(?=\s)"
_ESCAPABLE = re.compile(f"(?P<url>{_URL})|(?P<mark>{_MARKDOWN})|(?P<list>{_LIST_MARK})", re.MULTILINE)

#: How Discord's styles of timestamps are told where Discord doesn't show them; the others become day and time.
_TIMESTAMP_STYLES = {"t": "%H:%M", "D": "%a %d %b", "d": "%d/%m/%Y"}
_TIMESTAMP = re.compile(r"<t:(\d{1,11})(?::(\w))?>")  # twelve digits are after the year 9999
_LINK = re.compile(r"<([#@]\d+)>")

# Letters that people type for one another and that Unicode doesn't take apart by itself.
_ALIKE = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "\u0131": "i", "þ": "th"}
    # Alef wasla; ta marbuta; alef maqsura, and the yeh and kaf of Persian keyboards; tatweel.
    | {"\u0671": "\u0627", "\u0629": "\u0647", "\u0649": "\u064a", "\u06cc": "\u064a", "\u06a9": "\u0643", "\u0640": ""}
)
_NO_WORD = re.compile(r"[\W_]+")


def fold(typed: str) -> str:
    """The words of a text as two people may type them alike, one blank between: for finding, never for showing.

    Without case, accents, vowel signs, punctuation; Arabic without hamza and harakat, its kinds of alef, of yeh and of
    heh as one; digits as 0 to 9.
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", typed).casefold())
    bare = "".join(sign for sign in apart if not unicodedata.category(sign).startswith("M")).translate(_ALIKE)
    digits = "".join(str(unicodedata.decimal(sign, sign)) for sign in bare)
    return _NO_WORD.sub(" ", digits).strip()


def clean(typed: str) -> str:
    """Return typed text as it is kept: without what no file can hold, direction overrides and outer blanks.

    Line breaks stay (as line feeds), and so does everything that joins letters or emoji.
    """
    return _BIDI.sub("", writable(typed)).strip()


def writable(text: str) -> str:
    """Return the text without the characters that some file format, Discord or the database refuses.

    These are control characters except line feed and tab, lone surrogates, and noncharacters.
    """
    # Most texts are printable, and so hold none of them: that check takes a tenth of the time of the substitution.
    return text if text.isprintable() else _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def all_writable(value: Any) -> Any:  # noqa: ANN401 - any value that JSON can hold
    """Return a value made of mappings, lists and tuples with each text in it writable."""
    if isinstance(value, str):
        return writable(value)
    if isinstance(value, Mapping):
        return {all_writable(key): all_writable(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [all_writable(item) for item in cast("Sequence[Any]", value)]
    return value


def one_line(typed: str) -> str:
    """What somebody typed as one line of words."""
    return " ".join(clean(typed).split())


def escape(typed: str) -> str:
    """Typed text as Discord will show it to the letter: no formatting, no mention, no masked link.

    Discord hides a backslash before any sign that is not a letter, digit or blank. Addresses stay as they
    are, so that they can be clicked.
    """

    def shield(match: re.Match[str]) -> str:
        found = match[0]
        return found if match["url"] else found[:-1] + "\\" + found[-1]

    return _ESCAPABLE.sub(shield, clean(typed))


def isolate(run: str) -> str:
    """A run whose direction must not leak into the sentence around it (a Latin name in an Arabic sentence)."""
    return f"{_FIRST_STRONG_ISOLATE}{run}{_POP_ISOLATE}"


def readable(posted: str, zone: tzinfo, names: Mapping[str, str]) -> str:
    """A text as Discord has it, with its timestamps as a reader in a zone sees them, and its links as names.

    `names`: what a channel (`#` and its id) or a person (`@` and their id) is called; who isn't in it stays a number.
    """

    def shown(match: re.Match[str]) -> str:
        moment = datetime.fromtimestamp(int(match[1]), zone)
        return f"{moment:{_TIMESTAMP_STYLES.get(match[2], '%a %d %b %H:%M')}}"

    return _TIMESTAMP.sub(shown, _LINK.sub(lambda match: names.get(match[1], match[0]), posted))


def shorten(text: str, limit: int) -> str:
    """The text in at most `limit` characters, the last of them `…` where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def spoken(text: Text, language: str) -> str:
    """The text in a language; where it was written before the workshop spoke that one, in the first that it has."""
    return text.get(language) or next(iter(text.values()))


def measure(text: str) -> int:
    """Characters as Discord counts them: UTF-16 units, so that an emoji may be two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape_within(typed: str, limit: int) -> str:
    """Escaped text that Discord counts as at most `limit` characters, cut with `…` where it must be."""
    kept, shown = typed, escape(typed)
    while measure(shown) > limit:
        surplus = measure(shown) - limit
        # An escaped character may weigh four: cutting a fourth of the surplus never cuts too much.
        # (One sign more than it has, so that even a single sign is cut.)
        kept = shorten(kept + "…", max(1, len(kept) - max(1, surplus // 4)))
        shown = escape(kept)
    return shown


def shares(needs: Sequence[int], room: int) -> list[int]:
    """How a room is shared: nobody gets more than they need, and what one doesn't need, the others get."""
    given = [0] * len(needs)
    for served, index in enumerate(sorted(range(len(needs)), key=lambda index: needs[index])):
        given[index] = min(needs[index], (room - sum(given)) // (len(needs) - served))
    return given
