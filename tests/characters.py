"""Characters of every kind that Unicode has, for tests of what is typed and of what is written."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import defaultdict
from typing import Any, cast

from bot.domain.plan import Plan

#: What no file can hold: controls except line feed and tab, lone surrogates, noncharacters.
CONTROLS = tuple(chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t\r")
SURROGATES = tuple(map(chr, (0xD800, 0xDABC, 0xDBFF, 0xDC00, 0xDEAD, 0xDFFF)))
NONCHARACTERS = tuple(
    chr(code)
    for code in (
        *range(0xFDD0, 0xFDF0),
        *(plane + low for plane in range(0, 0x110000, 0x10000) for low in (0xFFFE, 0xFFFF)),
    )
)
UNWRITABLE = frozenset((*CONTROLS, *SURROGATES, *NONCHARACTERS))
DIRECTIONS = tuple("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _of_every_category(count: int) -> tuple[str, ...]:
    """Some characters of each category, from the whole range of its code points."""
    categories: defaultdict[str, list[str]] = defaultdict(list)
    for code in (*range(0xD800), *range(0xE000, sys.maxunicode + 1)):  # surrogates are in it anyway
        categories[unicodedata.category(chr(code))].append(chr(code))
    return tuple(
        character for known in categories.values() for character in known[:: max(1, len(known) // count)][: count + 1]
    )


#: Each kind, and all that is special: joiners, marks, fillers, private use, unassigned, other planes, emoji.
EVERY = tuple(
    dict.fromkeys(
        (
            *_of_every_category(12), *sorted(UNWRITABLE), *DIRECTIONS, *"\n\t\r\u2028\u2029\u200c\u200d",
            *"\ufeff\u00ad\ufffd\ufffc",
            *"\u0301\u0651\u20e3\ufe0f\ue000\uf8ff\U000f0000\U00100000\u0378\U0001f469\U0001f3fd\U000e0067",
        )
    )
)  # fmt: skip
#: All of them in one text.
TEXT = "".join(f"a{character}b " for character in EVERY).strip()
#: Texts that must never be changed.
LEGITIMATE = (
    "👩‍🔧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 👍🏽 1️⃣", "می‌خواهم", "مُحَمَّد", "e\u0301", "\U0001d4b3 𐍈 𠜎",
    "\ue000\U000f0000", "a\tb\nc", "ﷺ", "क्ष", "\u00adx\u200bx",
)  # fmt: skip


def with_text_everywhere(plan: Plan, text: str) -> Plan:
    """The plan with that text wherever it has one, uncleaned, as an old database may have it."""

    def spoilt(value: Any) -> Any:  # noqa: ANN401 - what a plan holds
        if isinstance(value, list):
            return [spoilt(item) for item in cast("list[Any]", value)]
        if not isinstance(value, dict):
            return value
        keys = cast("dict[str, Any]", value)
        wording = keys and keys.keys() <= {"en", "fr", "ar"}
        return {key: f"{text} {key}" if wording else spoilt(item) for key, item in keys.items()}

    return Plan.from_json(json.dumps(spoilt(json.loads(plan.as_json()))))
