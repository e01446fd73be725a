"""A person's role is the mightiest that they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access import Role, role_of

KNOWN = {Role.ORGANISER: 30, Role.MODERATOR: 20, Role.PARTICIPANT: 10}


@given(st.sets(st.sampled_from([10, 20, 30, 77, 88])))
def test_the_mightiest_role_counts(held: set[int]) -> None:
    """Other roles of the server say nothing; without one of ours, a visitor."""
    expected = max((role for role, number in KNOWN.items() if number in held), default=Role.VISITOR)
    assert role_of(held, KNOWN, manages_server=False) is expected


@given(st.sets(st.integers(1, 100)), st.booleans())
def test_who_manages_the_server_is_an_organiser(held: set[int], known: bool) -> None:  # noqa: FBT001 - drawn
    """Also before the roles have been made."""
    assert role_of(held, KNOWN if known else {}, manages_server=True) is Role.ORGANISER


@given(st.sets(st.integers(0, 100)))
def test_before_the_roles_are_made_everybody_is_a_visitor(held: set[int]) -> None:
    """A role that is not known is held by nobody."""
    assert role_of(held, {}, manages_server=False) is Role.VISITOR


@pytest.mark.parametrize("role", Role)
def test_a_higher_role_may_do_all_that_a_lower_may(role: Role) -> None:
    """Checks compare, so the order is the rule."""
    assert sorted(Role) == [Role.VISITOR, Role.PARTICIPANT, Role.MODERATOR, Role.ORGANISER]
    assert role >= Role.VISITOR
