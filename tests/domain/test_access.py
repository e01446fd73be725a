"""A person's role is the mightiest that they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access import ROLES, Role, role_of


@given(st.sets(st.sampled_from(ROLES)))
def test_the_mightiest_role_counts(held: set[Role]) -> None:
    """Without one of ours, somebody is a visitor."""
    wanted = next((role for role in ROLES if role in held), Role.VISITOR)
    assert role_of(held, manages_server=False) is wanted


@given(st.sets(st.sampled_from(ROLES)))
def test_who_manages_the_server_is_an_organiser(held: set[Role]) -> None:
    """Also before the roles have been made."""
    assert role_of(held, manages_server=True) is Role.ORGANISER


@pytest.mark.parametrize("role", Role)
def test_a_higher_role_may_do_all_that_a_lower_may(role: Role) -> None:
    """Checks compare, so the order is the rule."""
    assert sorted(Role) == [Role.VISITOR, Role.PARTICIPANT, Role.MODERATOR, Role.ORGANISER]
    assert role >= Role.VISITOR
