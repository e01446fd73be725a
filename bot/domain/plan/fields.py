"""The types of a plan's values: ids, texts in the workshop's languages, times of day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationInfo

from bot.domain.local_time import LocalTimeError, instant
from bot.domain.plan.references import references
from bot.domain.text import is_blank, measure


class PlanPart(BaseModel):
    """A part of a plan: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


#: Ids are part of custom ids, for which Discord allows 100 characters, and of file names.
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Months = Annotated[int, Field(ge=0, le=600)]


def unique_in(kind: str) -> Callable[[str, ValidationInfo], str]:
    """Return a validator: no other entry of that kind (`topics`, `rooms`, `sessions`) has the id."""

    def check(value: str, info: ValidationInfo) -> str:
        if (kind, value) in references(info).duplicates:
            raise ValueError(
                f"'{value}' is used twice; each id must be unique, so that nothing is told of the wrong one"
            )
        return value

    return check


# --- texts -----------------------------------------------------------------------------------------------------


def _in_every_language(value: object, info: ValidationInfo) -> object:
    """Take one plain text as the same text in every language of the workshop."""
    return dict.fromkeys(references(info).languages, value) if isinstance(value, str) else value


def _complete(value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    languages = references(info).languages
    if not languages:
        return value  # the fault is in `languages`, and is reported there
    missing = [language for language in languages if not value.get(language, "").strip()]
    surplus = [language for language in value if language not in languages]
    if missing:
        raise ValueError(f"no text in {', '.join(missing)}; the workshop's languages are {', '.join(languages)}")
    if surplus:
        raise ValueError(
            f"text in {', '.join(surplus)}, which the workshop doesn't speak; its languages are {', '.join(languages)}"
        )
    return value


def _readable(most: int) -> Callable[[dict[str, str], ValidationInfo], dict[str, str]]:
    """Return a validator: in each language the text has a visible character, and at most `most` characters."""

    def check(value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        for language, words in value.items() if not references(info).in_force else ():
            if is_blank(words):
                raise ValueError(f"nothing of the text in {language} can be seen; write letters")
            if measure(words) > most:
                raise ValueError(f"{measure(words):,} characters in {language}; shorten it to {most:,} at most")
        return value

    return check


_Wording = Annotated[dict[str, str], BeforeValidator(_in_every_language), AfterValidator(_complete)]
#: One line of a message.
Title = Annotated[_Wording, AfterValidator(_readable(500))]
#: Some lines of a message.
Prose = Annotated[_Wording, AfterValidator(_readable(4000))]


# --- times of day ----------------------------------------------------------------------------------------------


def _two_digit_hour(value: object) -> object:
    """Check a time of day as a clock on the wall shows it, such as `9:30`, and return it as `09:30`."""
    if isinstance(value, str) and not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f"'{value}' is not a time of day; write hours and minutes, such as 09:30")
    return value.zfill(5) if isinstance(value, str) else value


WallClock = Annotated[time, BeforeValidator(_two_digit_hour), PlainSerializer(lambda value: f"{value:%H:%M}")]


def must_exist(clock: time, days: Iterable[date], zone: ZoneInfo | None) -> time:
    """Return the time if the zone's clocks show it once on each of the days. Raises ValueError."""
    if zone is None:
        return clock  # the fault is in `zone`, and is reported there
    for day in days:
        try:
            instant(day, clock, zone)
        except LocalTimeError as unclear:
            raise ValueError(_unclear(clock, day, zone, unclear)) from None
    return clock


def _unclear(clock: time, day: date, zone: ZoneInfo, unclear: LocalTimeError) -> str:
    if not unclear.choices:
        return f"{day} is outside the calendar; write the day of the workshop"
    first, second = (f"{choice.astimezone(zone):%H:%M (UTC%z)}" for choice in unclear.choices)
    why = "is skipped" if unclear.args[0] == "skipped" else "comes twice"
    return (
        f"clocks change in {zone.key} on {day}, and {clock:%H:%M} {why}; it may mean {first} or {second}: "
        "write a time outside that hour"
    )
