"""Where each session stands at a moment, and when that changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agenda.sessions import Agenda, Session, SessionKind, SessionProgress, session_progress
from bot.domain.plan import Plan

MORNING = datetime(2023, 2, 20, 8, tzinfo=UTC)


def session(number: int, starts: int, lasts: int) -> Session:
    """A session so many minutes into the morning."""
    starts_at = MORNING + timedelta(minutes=starts)
    return Session(
        id=f"s{number}",
        kind=SessionKind.PANEL,
        day=MORNING.date(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=lasts),
        room="plenary",
        topic=None,
        title={"en": "A panel"},
        description=None,
        speakers=(),
        materials=(),
    )


def agenda_of(stretches: list[tuple[int, int]]) -> Agenda:
    """An agenda in order of its starts, as the plan makes it."""
    return Agenda(tuple(session(number, *stretch) for number, stretch in enumerate(sorted(stretches))))


AGENDAS = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 90)), min_size=1, max_size=8).map(agenda_of)
MOMENTS = st.integers(-60, 450 * 2).map(lambda halves: MORNING + timedelta(minutes=halves / 2))


@given(AGENDAS, MOMENTS)
def test_standing_follows_from_the_times(agenda: Agenda, now: datetime) -> None:
    """Over at its end to the second, under way from its start; the earliest to come are next, the rest later."""
    standing = session_progress(agenda.sessions, now)
    nexts = [s.starts_at for s in agenda if standing[s.id] is SessionProgress.NEXT]
    for each in agenda:
        match standing[each.id]:
            case SessionProgress.DONE:
                assert each.ends_at <= now
            case SessionProgress.LIVE:
                assert each.starts_at <= now < each.ends_at
            case SessionProgress.NEXT:
                assert now < each.starts_at == nexts[0]
            case SessionProgress.LATER:
                assert now < nexts[0] < each.starts_at


@given(AGENDAS, MOMENTS, st.floats(0, 0.99))
def test_nothing_changes_before_the_next_change(agenda: Agenda, now: datetime, share: float) -> None:
    """Until then each session stands where it stood; then at least one has moved on. After the last, nothing does."""
    change = agenda.next_change(now)
    before = session_progress(agenda.sessions, now)
    if change is None:
        assert set(before.values()) == {SessionProgress.DONE}
        return
    assert change > now
    assert session_progress(agenda.sessions, now + (change - now) * share) == before
    assert session_progress(agenda.sessions, change) != before


@given(AGENDAS, MOMENTS)
def test_live_and_upcoming_agree_with_progress(agenda: Agenda, now: datetime) -> None:
    """Two views of the same thing."""
    standing = session_progress(agenda.sessions, now)
    assert [s.id for s in agenda.live(now)] == [key for key, where in standing.items() if where is SessionProgress.LIVE]
    coming = agenda.upcoming(now)
    assert (standing[coming.id] if coming else None) == (
        SessionProgress.NEXT if SessionProgress.NEXT in standing.values() else None
    )


@given(AGENDAS)
def test_the_workshop_is_over_at_its_end(agenda: Agenda) -> None:
    """Not when the session that started last ends: a longer one may outlast it."""
    assert agenda.live(agenda.ends_at - timedelta(seconds=1))
    assert not agenda.live(agenda.ends_at)
    assert agenda.next_change(agenda.ends_at) is None


@given(AGENDAS)
def test_lengths_and_finds_are_those_of_the_sessions(agenda: Agenda) -> None:
    """What the rest of the program reads off an agenda."""
    for each in agenda:
        assert each.starts_at + each.length == each.ends_at
        assert agenda.find(each.id) is each
    assert agenda.find("nobody") is None


def test_the_example_has_its_days_in_order(example: Plan) -> None:
    """Each session stands on exactly one of them."""
    agenda = example.agenda
    assert [day.day for day in agenda.days] == [20, 21, 22]
    assert [s for day in agenda.days for s in agenda.on(day)] == list(agenda)
