"""A person's role is the mightiest that they hold; where the workshop isn't, nobody has one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people.roles import (
    ROLES,
    AccessRefusal,
    EntryRules,
    Home,
    Role,
    RoleGrant,
    access_refusal,
    may_restore,
    needs_approval,
    role_of,
)

SERVERS = st.integers(1, 3)
ROLE_IDS = st.integers(1, 3)
INSTANTS = st.datetimes(timezones=st.just(UTC))


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


# --- where -----------------------------------------------------------------------------------------------------


@given(SERVERS, st.booleans(), st.builds(EntryRules, st.booleans(), st.booleans()))
def test_elsewhere_than_in_the_workshops_server_nothing_may_be_used(
    server: int,
    visible: bool,  # noqa: FBT001
    doors: EntryRules,
) -> None:
    """Whether or not the bot is still in that server."""
    assert access_refusal(server + 1, Home(server, visible), doors) is AccessRefusal.OTHER_SERVER


@given(SERVERS, st.builds(EntryRules, st.booleans(), st.booleans()))
def test_in_the_workshops_server_all_may_be_used_unless_it_is_out_of_sight(server: int, doors: EntryRules) -> None:
    assert access_refusal(server, Home(server, visible=True), doors) is None
    assert access_refusal(server, Home(server, visible=False), doors) is AccessRefusal.OUT_OF_REACH


@given(SERVERS, st.booleans(), st.booleans())
def test_before_setup_only_what_belongs_to_it_may_be_used(server: int, visible: bool, private: bool) -> None:  # noqa: FBT001
    assert access_refusal(server, Home(None, visible), EntryRules(private, before_setup=True)) is None
    assert access_refusal(server, Home(None, visible), EntryRules(private)) is AccessRefusal.NOT_SET_UP


@given(st.builds(Home, st.none() | SERVERS, st.booleans()), st.builds(EntryRules, st.booleans(), st.booleans()))
def test_in_a_direct_message_only_what_was_written_there_may_be_pressed(home: Home, doors: EntryRules) -> None:
    allowed = doors.private and home.server is not None
    assert access_refusal(None, home, doors) is (None if allowed else AccessRefusal.NOT_IN_SERVER)


# --- places ----------------------------------------------------------------------------------------------------


@given(st.sampled_from(Role), st.sampled_from(Role), st.booleans())
def test_a_place_of_the_team_or_one_taken_away_needs_an_organiser_unless_its_role_is_held_already(
    place: Role,
    own: Role,
    released: bool,  # noqa: FBT001
) -> None:
    guarded = released or place in {Role.MODERATOR, Role.ORGANISER}
    assert needs_approval(place, own, released=released) is (guarded and own < place)


@given(
    st.sampled_from((Role.MODERATOR, Role.ORGANISER)),
    st.none() | st.builds(RoleGrant, ROLE_IDS, INSTANTS),
    st.none() | ROLE_IDS,
    st.none() | INSTANTS,
)
def test_a_role_of_the_team_never_comes_back_by_itself(
    place: Role, grant: RoleGrant | None, role_id: int | None, joined_at: datetime | None
) -> None:
    assert not may_restore(place, grant, role_id, joined_at)


@given(ROLE_IDS, INSTANTS.filter(lambda at: at.year < 9000), st.timedeltas(timedelta(microseconds=1), timedelta(9000)))
def test_a_participants_role_comes_back_if_they_came_back_or_never_had_it(
    role_id: int, since: datetime, later: timedelta
) -> None:
    """Not if an administrator took it from somebody who stayed."""
    grant = RoleGrant(role_id, since)
    assert may_restore(Role.PARTICIPANT, None, role_id, since)
    assert may_restore(Role.PARTICIPANT, grant, role_id + 1, since)
    assert may_restore(Role.PARTICIPANT, grant, role_id, since + later)
    assert not may_restore(Role.PARTICIPANT, grant, role_id, since)
    assert not may_restore(Role.PARTICIPANT, grant, role_id, None)
