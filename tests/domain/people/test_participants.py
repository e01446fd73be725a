"""Who is meant by a name, what a roster changes, and how people are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.discord_limits import NICKNAME
from bot.domain.people import participants
from bot.domain.people.participants import (
    OrganisationKind,
    Participant,
    introduced_id,
    matching_places,
    roster_id,
    same_name,
)
from bot.domain.people.roles import Role

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


def place(name: str, administration: str = "Customs", *, person: int | None = None, **more: object) -> Participant:
    made = Participant(
        roster_id(name, administration), name, administration, "TN", OrganisationKind.CUSTOMS, "fr", Role.PARTICIPANT,
        person, NOON if person else None,
    )  # fmt: skip
    return replace(made, **more)  # pyright: ignore[reportArgumentType]


ROSTER = tuple(map(place, ("Hélène Vandermeulen", "نورة المري", "Karim Boudjellal", "Karim Ziani", "Lucía Arrieta")))
NAMES = st.sampled_from([one.name for one in ROSTER])


# --- names -----------------------------------------------------------------------------------------------------


@given(NAMES, st.randoms(use_true_random=False))
def test_a_name_is_found_whatever_its_case_order_and_signs(name: str, chance: object) -> None:
    words = name.split()
    chance.shuffle(words)  # pyright: ignore[reportAttributeAccessIssue]
    for typed in (" ".join(words), "  ".join(words).upper(), "-".join(words).lower(), f"« {', '.join(words)} »"):
        assert [one.name for one in matching_places(ROSTER, typed)] == [name]
        assert same_name(typed, name)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("helene vandermeulen", ["Hélène Vandermeulen"]),
        ("نوره المرى", ["نورة المري"]),
        ("المَرّي نُورة", ["نورة المري"]),
        ("karim", ["Karim Boudjellal", "Karim Ziani"]),
        ("Karim Ahmed Ziani", ["Karim Ziani"]),
        ("ziani karim", ["Karim Ziani"]),
        ("kari", []),
        ("Ali", []),
        ("", []),
        ("… !", []),
    ],
)
def test_whom_a_name_may_mean(typed: str, found: list[str]) -> None:
    assert [one.name for one in matching_places(ROSTER, typed)] == found


def test_who_has_just_that_name_comes_before_who_has_more() -> None:
    both = (place("Karim Ziani Omar"), place("Ziani Karim"))
    assert matching_places(both, "karim ziani") == (both[1],)


@given(st.text(max_size=60), st.sampled_from(["", "TN"]))
def test_a_nickname_fits_and_names_the_country(name: str, country: str) -> None:
    shown = place(name, country=country).nickname
    assert len(shown) <= NICKNAME
    assert shown.endswith(f" · {country}" if country else "")
    assert len(name) > 20 or shown.startswith(name)


# --- the roster ------------------------------------------------------------------------------------------------


def test_an_id_lives_through_another_spelling_and_tells_namesakes_apart() -> None:
    assert roster_id("Hélène  VANDERMEULEN", "WCO") == roster_id("Helene Vandermeulen", "wco")
    assert roster_id("Karim Ziani", "Customs A") != roster_id("Karim Ziani", "Customs B")


def test_a_roster_brings_the_new_changes_the_known_and_removes_the_untaken() -> None:
    held = place("Amel Ziani", person=1)
    gone, untouched, old = place("Gone Person"), place("Same Person"), place("Moved Person")
    new, changed = place("New Person"), replace(old, country="DZ")
    change = participants.roster_change((held, gone, untouched, old), (new, untouched, changed))
    assert (change.new, change.changed, change.unchanged, change.gone) == ((new,), (changed,), (untouched,), (gone,))


def test_who_has_a_place_keeps_it_and_a_substitute_their_name_and_role() -> None:
    row = place("Tarig Abdelgadir", role=Role.MODERATOR, country="SD")
    owner = place("tarig ABDELGADIR", person=1)
    assert participants.roster_change([owner], [row]).changed == (replace(row, person=1, joined_at=NOON),)
    substitute = replace(owner, name="Esra Eltayeb", person=2)
    assert participants.roster_change([substitute], [row]).changed == (
        replace(row, name="Esra Eltayeb", role=Role.PARTICIPANT, person=2, joined_at=NOON),
    )


PLACES = st.lists(
    st.builds(place, st.sampled_from("ABCDEFGH"), person=st.none()).flatmap(
        lambda one: st.sampled_from([one, replace(one, country="DZ")])
    ),
    unique_by=lambda one: one.id,
)


@given(PLACES, PLACES, st.data())
def test_following_a_roster_twice_changes_nothing_more(
    known: list[Participant], roster: list[Participant], data: st.DataObject
) -> None:
    taken = data.draw(st.sets(st.sampled_from([one.id for one in known]))) if known else set[str]()
    known = [replace(one, person=n, joined_at=NOON) if one.id in taken else one for n, one in enumerate(known, 1)]
    guest = place("Guest", person=99, id=introduced_id(99))
    change = participants.roster_change([*known, guest], roster)
    after = {one.id: one for one in (*known, guest, *change.new, *change.changed)}
    for one in change.gone:
        del after[one.id]
    assert participants.roster_change(after.values(), roster).unchanged == (*(after[row.id] for row in roster),)
    assert {one.id for one in roster} | taken | {guest.id} == set(after)
    assert {one.id: one.person for one in known if one.id in taken} == {key: after[key].person for key in taken}
    again = participants.roster_change(after.values(), roster)
    assert (again.new, again.changed, again.gone) == ((), (), ())
