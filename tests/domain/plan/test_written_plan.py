"""The rules that a plan must obey, and what a fault says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from bot.domain.plan import Plan
from tests.domain.plan.days import day

Tiny = Callable[..., Plan]


def refused(tiny: Tiny, **keys: Any) -> dict[tuple[int | str, ...], str]:  # noqa: ANN401 - whatever YAML holds
    """The faults of a plan, by their place; less those that pydantic adds to a list because a member has one."""
    with pytest.raises(ValidationError) as failure:
        tiny(**keys)
    faults = {fault["loc"]: fault["msg"].removeprefix("Value error, ") for fault in failure.value.errors()}
    return {
        place: said
        for place, said in faults.items()
        if "at least" not in said or not any(other[: len(place)] == place for other in faults if other != place)
    }


def test_plain_text_stands_for_every_language(tiny: Tiny) -> None:
    """`organiser: Nobody` is the same in all of them."""
    plan = tiny(languages=["fr", "ar"], title={"fr": "Atelier", "ar": "ورشة"})
    assert plan.organiser == {"fr": "Nobody", "ar": "Nobody"}


@pytest.mark.parametrize(
    ("keys", "place", "said"),
    [
        ({"id": "Not An Id"}, ("id",), "pattern"),
        ({"id": "x" * 41}, ("id",), "at most 40"),
        ({"zone": "Brussels"}, ("zone",), "no such time zone: 'Brussels'; write an IANA name"),
        ({"languages": ["en", "de"]}, ("languages",), "can't speak de; the program speaks en, fr, ar"),
        ({"title": {"en": "A", "fr": "B"}}, ("title",), "text in fr, which the workshop doesn't speak"),
        ({"title": {"fr": "B"}}, ("title",), "no text in en"),
        ({"title": {"en": "  "}}, ("title",), "no text in en"),
        ({"series": {"title": "S", "number": 6, "of": 5}}, ("series",), "number may be at most 5"),
        ({"days": []}, ("days",), "at least 1"),
        ({"days": [day({}), day({"id": "again"})]}, ("days",), "one comes twice"),
        ({"days": [day({}, on="2023-02-21"), day({"id": "b"})]}, ("days",), "earliest first"),
        ({"days": [day({"end": "09:00"})]}, ("days", 0, "sessions", 0, "end"), "ends at 09:00, but starts at 09:00"),
        ({"days": [day({"start": "24:00"})]}, ("days", 0, "sessions", 0, "start"), "hours and minutes, such as 09:30"),
        ({"days": [day({"topic": "ai"})]}, ("days", 0, "sessions", 0, "topic"), "no such topic: 'ai'; the plan has: l"),
        ({"days": [day({"room": "attic"})]}, ("days", 0, "sessions", 0, "room"), "no such room: 'attic'; the plan has"),
        ({"attendance": {"percent": 101}}, ("attendance", "percent"), "less than or equal to 100"),
        ({"announcements": {"soon": {"lead": 0}}}, ("announcements", "soon", "lead"), "greater than or equal to 1"),
    ],
)
def test_each_rule_refuses_what_breaks_it(
    tiny: Tiny, keys: dict[str, Any], place: tuple[int | str, ...], said: str
) -> None:
    """At its place, and nowhere else, with what is allowed."""
    faults = refused(tiny, **keys)
    assert list(faults) == [place]
    assert said in faults[place]


def test_an_address_of_a_material_must_be_one(tiny: Tiny) -> None:
    """Discord shows it as a link."""
    days = [day({"materials": [{"title": "M", "url": "file:///etc/passwd"}]})]
    assert ("days", 0, "sessions", 0, "materials", 0, "url") in refused(tiny, days=days)


@pytest.mark.parametrize(("on", "why"), [("2023-03-26", "is skipped"), ("2023-10-29", "comes twice")])
def test_a_time_that_clocks_skip_or_repeat_is_refused_with_its_choices(tiny: Tiny, on: str, why: str) -> None:
    """With what to write instead."""
    faults = refused(tiny, days=[day({"start": "02:30", "end": "04:00"}, on=on)])
    ((place, said),) = faults.items()
    assert place == ("days", 0, "sessions", 0, "start")
    assert f"clocks change in Europe/Brussels on {on}, and 02:30 {why}" in said
    assert "it may mean" in said
    assert "write a time outside that hour" in said


def test_an_id_used_for_two_sessions_is_told_at_both(tiny: Tiny) -> None:
    """On different days too."""
    faults = refused(tiny, days=[day({"id": "same"}), day({"id": "same"}, on="2023-02-21")])
    assert list(faults) == [("days", 0, "sessions", 0, "id"), ("days", 1, "sessions", 0, "id")]


def test_a_topic_may_have_the_id_of_a_session(tiny: Tiny) -> None:
    """Only the two sessions are at fault."""
    faults = refused(tiny, days=[day({"id": "ledgers"}, {"id": "ledgers", "start": "10:00", "end": "11:00"})])
    assert list(faults) == [("days", 0, "sessions", 0, "id"), ("days", 0, "sessions", 1, "id")]
