"""Texts that people wrote: cleaning, escaping, folding and shortening."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, cast

#: A text in each of the workshop's languages.
Text = Mapping[str, str]

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
_ISOLATES = frozenset("\u2066\u2067\u2068")

# NOTE: to Discord no address ends with punctuation: `https://_` alone is none, and its `_` would be active.
_URL = r"""https?://[^\s<>()\[\]|*`\\]+[^\s<>()\[\]|*`\\.,:;"']"""
_MARKDOWN = r"[\\*_~`|<>#\[\]@]"
_LIST_MARK = r"^\s*(?:[-+]|\d+\.)(?=\s)"
_ESCAPABLE = re.compile(f"(?P<url>{_URL})|(?P<mark>{_MARKDOWN})|(?P<list>{_LIST_MARK})", re.MULTILINE)

#: The signs that open and close a style of Discord's markdown.
_STYLES = ("```", "`", "**", "__", "~~", "||")
#: Plain words, and what must not be cut in two: addresses, masked links, mentions, timestamps, escaped signs, styles.
_PIECE = re.compile(
    r"(?P<plain>(?:[^h\\<\[`*_~|\u2066-\u2069]|h(?!ttps?://))+)"
    rf"|(?P<address>{_URL})|\[(?:\\.|[^\[\]\\\n])*\]\([^()\s]+\)|<[^<>\s]+>|\\[!-/:-@\[-`{{-~]|"
    rf"{'|'.join(map(re.escape, _STYLES))}|.",
    re.DOTALL,
)
_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
_FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
#: Signs that may be shown as one: more than this is an attack, and may be cut.
_CLUSTER = 16
#: Unicode's categories that leave no ink, and the letters and symbols that leave none either.
_INKLESS = frozenset({"Cc", "Cf", "Cs", "Mn", "Zs", "Zl", "Zp"})
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")

#: The formats of Discord's timestamp styles outside Discord; the others become day and time.
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
    """Typed text as one line of words."""
    return " ".join(clean(typed).split())


def escape(typed: str) -> str:
    """Typed text as Discord will show it to the letter: no formatting, no mention, no masked link.

    Discord hides a backslash before any sign that is not a letter, digit or blank. Addresses stay as they
    are, so that they can be clicked.
    """

    def shield(match: re.Match[str]) -> str:
        text = match[0]
        return text if match["url"] else text[:-1] + "\\" + text[-1]

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


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of it; what Unicode assigned after this Python's tables counts as seen."""
    return all(sign in _FILLERS or unicodedata.category(sign) in _INKLESS for sign in text)


def shorten(text: str, limit: int) -> str:
    """The plain text in at most `limit` UTF-16 units, the last of them `…` where something was cut."""
    if measure(text) <= limit:
        return text
    kept = _beginning(text, limit - 1)
    while (left_open := _left_open(kept)) and measure(kept) + 1 + left_open > limit:
        kept = _beginning(kept, limit - 1 - left_open)
    return (kept.rstrip() + "…" + _POP_ISOLATE * left_open)[: max(limit, 0)]


def shorten_markdown(text: str, limit: int) -> str:
    """Discord's markdown in at most `limit` UTF-16 units, with `…` where it was cut and its styles closed.

    No address, masked link, mention, timestamp or escaped sign is cut in two.
    """
    return text if measure(text) <= limit else _cut(text, limit, "…")[0]


def split_markdown(text: str, limit: int) -> Iterator[str]:
    """Discord's markdown in parts of at most `limit` UTF-16 units; an open style goes on in the next part."""
    while measure(text) > limit:
        part, rest = _cut(text, limit, "")
        if measure(rest) >= measure(text):  # a single piece is longer, or nothing but styles fits
            part = _beginning(text, limit)
            rest = text[len(part) :]
        yield part
        text = rest
    yield text


def _cut(text: str, limit: int, ending: str) -> tuple[str, str]:
    """As much of the text as fits with the ending, and the rest."""
    open_marks: list[str] = []
    room = limit - 2 * len(ending)  # the ending, and a blank where it would become a part of an address
    length = kept = after_address = 0
    closing = reopening = ""
    for match in _PIECE.finditer(text):
        piece = match[0]
        _follow(open_marks, piece)
        closed = "".join(_POP_ISOLATE if mark in _ISOLATES else mark for mark in reversed(open_marks))
        if length + measure(piece) + len(closed) > room:
            if match.lastgroup == "plain":
                kept += len(_beginning(piece, room - length - len(closed)))
            break
        length += measure(piece)
        kept, closing, reopening = match.end(), closed, "".join(open_marks)
        after_address = kept if match.lastgroup == "address" else after_address
    beginning = text[:kept].rstrip() if ending else text[:kept]
    gap = " " if ending and kept and len(beginning) == after_address else ""
    return (beginning + gap + ending + closing)[: max(limit, 0)], reopening + text[kept:]


def _beginning(text: str, room: int) -> str:
    """As many of the text's signs as fit, none of them without what is shown as a part of it."""
    kept = len(text.encode("utf-16-le", "surrogatepass")[: 2 * max(room, 0)].decode("utf-16-le", "ignore"))
    whole = kept
    while 0 < whole < len(text) and kept - whole < _CLUSTER and _joins(text, whole):
        whole -= 1
    return text[: kept if kept - whole == _CLUSTER else whole]


def _joins(text: str, at: int) -> bool:
    """Whether the sign there is shown as one with the sign before it."""
    before, sign = text[at - 1], text[at]
    if _ZERO_WIDTH_JOINER in {before, sign} or sign in _SKIN_TONES or unicodedata.category(sign).startswith("M"):
        return True
    # Two letters make a flag, and the next two another.
    letters = next((n for n in range(at) if text[at - 1 - n] not in _FLAG_LETTERS), at)
    return sign in _FLAG_LETTERS and letters % 2 == 1


def _left_open(text: str) -> int:
    """How many isolates are open at its end."""
    level = 0
    for sign in text:
        level = level + 1 if sign in _ISOLATES else max(0, level - 1) if sign == _POP_ISOLATE else level
    return level


def _follow(open_marks: list[str], piece: str) -> None:
    """Keep account of the styles and isolates that are open after a piece; in code, only its end counts."""
    in_code = bool(open_marks) and "`" in open_marks[-1]
    if open_marks and (piece == open_marks[-1] or (piece == _POP_ISOLATE and open_marks[-1] in _ISOLATES)):
        open_marks.pop()
    elif not in_code and (piece in _ISOLATES or (piece in _STYLES and piece not in open_marks)):
        open_marks.append(piece)


def spoken(text: Text, language: str) -> str:
    """The text in a language; where it was written before the workshop spoke that one, in the first that it has."""
    return text.get(language) or next(iter(text.values()))


def measure(text: str) -> int:
    """Characters as Discord counts them: UTF-16 units, so that an emoji may be two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape_within(typed: str, limit: int) -> str:
    """Escaped text that Discord counts as at most `limit` characters, cut with `…` where it must be."""
    return shorten_markdown(escape(typed), limit)


def share_out(needs: Sequence[int], room: int) -> list[int]:
    """Share room fairly: no part gets more than it needs, and the others get the rest."""
    given = [0] * len(needs)
    for served, index in enumerate(sorted(range(len(needs)), key=lambda index: needs[index])):
        given[index] = min(needs[index], (room - sum(given)) // (len(needs) - served))
    return given
