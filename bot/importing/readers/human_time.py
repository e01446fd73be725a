"""Days, times and lengths as people type them into tables, in each of our languages: day before month."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta
from functools import cache

from babel import Locale

from bot.domain.languages import RECORDS
from bot.domain.text import shorten

_ISO = re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(?P<day>\d{1,2})\s*[./-]\s*(?P<month>\d{1,2})\s*[./-]\s*(?P<year>\d{4}|\d{2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DAY = re.compile(r"(?<![\d:])\d{1,2}(?![\d:])")

_EN_DASH, _EM_DASH = "\u2013", "\u2014"
#: A spreadsheet's time whose cell is not formatted as one: a share of a day.
_SHARE = re.compile(r"0?\.\d+")
#: Characters of a cell that are searched for a day or a time, and characters that a message quotes.
_LONGEST, _QUOTED = 200, 60


class HumanTimeError(ValueError):
    """A typed text is no day, time or length; the message says what to type."""


def fold_letters(words: str) -> str:
    """Return words without case, accents, vowel signs and stretching, so that different spellings compare equal."""
    decomposed = unicodedata.normalize("NFKD", words.casefold()).replace("\u0640", "")
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return "".join(str(unicodedata.digit(sign, sign)) for sign in bare)


def _words(typed: str) -> str:
    """Return a text's beginning, folded, with single blanks: the patterns would take minutes on long runs."""
    return " ".join(fold_letters(typed[:_LONGEST]).split())


def _shown(typed: str) -> str:
    """Return a typed text as a message quotes it."""
    return f"'{shorten(typed, _QUOTED)}'"


@cache
def _clock() -> re.Pattern[str]:
    half = "|".join(_with_points(fold_letters(word)) for word in (*_words_of("morning"), *_words_of("afternoon")))
    return re.compile(
        rf"(?P<hour>\d{{1,2}})(?:\s*[:.h]\s*(?P<minute>\d{{2}})?(?::\d{{2}}(?:\.\d+)?)?)?\s*(?P<half>{half})?"
    )


@cache
def _range() -> re.Pattern[str]:
    words = (_until(fold_letters(word)) for word in _words_of("until"))
    return re.compile(rf"\s*(?:{'|'.join(('-', _EN_DASH, _EM_DASH, *words))})\s*")


@cache
def _length() -> re.Pattern[str]:
    hours = "|".join(("h", ":", *map(fold_letters, _words_of("hours"))))
    minutes = "|".join((r"min\S*", "m", "'", *map(fold_letters, _words_of("minutes"))))
    return re.compile(rf"(?:(?P<hours>\d{{1,2}})\s*(?:{hours})\s*)?(?:(?P<minutes>\d{{1,3}})\s*(?:{minutes})?)?")


@cache
def _afternoon() -> frozenset[str]:
    return frozenset(map(fold_letters, _words_of("afternoon")))


def _words_of(field: str) -> tuple[str, ...]:
    return tuple(word for record in RECORDS.values() for word in getattr(record, field))


def _with_points(word: str) -> str:
    """Return a pattern of `pm` that also matches `p.m.`."""
    return "".join(rf"{letter}\.?" for letter in word) if len(word) > 1 else word


def _until(word: str) -> str:
    if not word.isascii():  # Arabic may be written next to a number
        return word
    # French `à` is folded to `a`, with which many English words begin: it must stand before a number.
    return rf"\b{word}\b(?=\s*\d)" if len(word) == 1 else rf"\b{word}\b"


@cache
def _months() -> dict[str, int]:
    """Return the number of each month by its known names (folded)."""
    names: dict[str, int] = {}
    for locale in _words_of("month_locales"):
        for width in ("wide", "abbreviated"):
            names |= {
                fold_letters(name).rstrip("."): n for n, name in Locale.parse(locale).months["format"][width].items()
            }
    return names


@cache
def _month() -> re.Pattern[str]:
    longest_first = sorted(_months(), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")


def parse_day(typed: str) -> date | None:
    """Return the day named anywhere in the text, such as `Monday 20 February 2023` or `20/02/2023`; None if none.

    Raises HumanTimeError for a day that isn't in the calendar.
    """
    words = _words(typed)
    match = _ISO.search(words) or _NUMBERS.search(words)
    if match:
        year = match["year"]
        return _date(typed, int(f"20{year}" if len(year) == 2 else year), int(match["month"]), int(match["day"]))  # noqa: PLR2004 - digits
    month = _month().search(words)
    year = _YEAR.search(words)
    if month is None or year is None:
        return None
    # `Day 1: 20 February 2023`: the number nearest to the month.
    numbers = sorted(_DAY.finditer(words), key=lambda number: _distance(number, month))
    return _date(typed, int(year[0]), _months()[month[0]], int(numbers[0][0])) if numbers else None


def _distance(first: re.Match[str], second: re.Match[str]) -> int:
    return max(first.start() - second.end(), second.start() - first.end())


def _date(typed: str, year: int, month: int, day_: int) -> date:
    try:
        return date(year, month, day_)
    except ValueError:
        raise HumanTimeError(
            f"{_shown(typed)} is no day of the calendar; "
            "write the day before the month, such as 20/02/2023, or 2023-02-20"
        ) from None


def parse_clock(typed: str) -> time:
    """Parse a time of day: `9:30`, `9h30`, `14.30`, `2 pm`, `٩:٣٠ ص`; seconds are dropped. Raises HumanTimeError."""
    words = _words(typed)
    if _SHARE.fullmatch(words):
        minutes = round(float(words) * 24 * 60) % (24 * 60)
        return time(*divmod(minutes, 60))
    match = _clock().fullmatch(words)
    if match and (match["minute"] or match["half"] or "h" in words):
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if match["half"] and 1 <= hour <= 12:  # noqa: PLR2004 - a clock with hands
            hour = hour % 12 + (12 if match["half"].replace(".", "") in _afternoon() else 0)
        if hour < 24 and minute < 60:  # noqa: PLR2004 - a clock without
            return time(hour, minute)
    raise HumanTimeError(f"{_shown(typed)} is not a time of day; write hours and minutes, such as 09:30")


def parse_clock_range(typed: str) -> tuple[time, time | None]:
    """Parse a time of day, or two: `09:30` or `09:30 - 10:15`. Raises HumanTimeError."""
    begun, *ended = _range().split(_words(typed), maxsplit=1)
    try:
        start, end = parse_clock(begun), parse_clock(ended[0]) if ended and ended[0] else None
    except HumanTimeError:
        raise HumanTimeError(f"{_shown(typed)} is not a time of day; write hours and minutes, such as 09:30") from None
    # `2:00 - 3:00 pm`: both are in the afternoon; of `11:00 - 1:00 pm`, one.
    afternoon = start.replace(hour=(start.hour + 12) % 24)
    matches = (_clock().fullmatch(part.strip()) for part in (begun, *ended))
    halves = [match["half"] if match else None for match in matches]
    if end and len(halves) == 2 and not halves[0] and halves[1] and start < afternoon < end:  # noqa: PLR2004 - a range
        start = afternoon
    return start, end


def parse_length(typed: str) -> timedelta:
    """Parse a length: `45`, `45 min`, `1h30`, `1:30` or `0:45:00`. Raises HumanTimeError."""
    words = re.sub(r"(\d+:\d{2}):\d{2}", r"\1", _words(typed))
    match = _length().fullmatch(words)
    if match and (match["hours"] or match["minutes"]):
        lasts = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
        if timedelta(0) < lasts <= timedelta(hours=24):
            return lasts
    raise HumanTimeError(
        f"{_shown(typed)} is not a length; write minutes, such as 45, or hours and minutes, such as 1:30"
    )
