"""Which sessions are to be shown as events, and how they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import discord_limits
from bot.domain.agenda.scheduled_events import EventPhase, event_marker, event_phase, sessions_to_show
from bot.domain.agenda.sessions import Agenda, Session, SessionKind

MORNING = datetime(2023, 2, 20, 8, tzinfo=UTC)
KINDS = st.sampled_from([SessionKind.PANEL, SessionKind.BREAK])


def session(number: int, starts: int, lasts: int, kind: SessionKind) -> Session:
    """A session so many minutes into the morning."""
    starts_at = MORNING + timedelta(minutes=starts)
    ends_at = starts_at + timedelta(minutes=lasts)
    return Session(f"s{number}", kind, MORNING.date(), starts_at, ends_at, "plenary", None, {"en": "S"}, None, (), ())


AGENDAS = st.lists(st.tuples(st.integers(0, 600), st.integers(1, 90), KINDS), max_size=150).map(
    lambda given: Agenda(tuple(session(number, *one) for number, one in enumerate(given)))
)
MOMENTS = st.integers(-30, 700).map(lambda minutes: MORNING + timedelta(minutes=minutes))


@given(AGENDAS, MOMENTS)
def test_the_next_ones_are_shown_as_many_as_discord_takes(agenda: Agenda, now: datetime) -> None:
    """With those under way they are never more than fit; none that is left out comes before one that is shown."""
    shown = sessions_to_show(agenda, now)
    coming = [s for s in agenda if s.kind is not SessionKind.BREAK and s.starts_at > now]
    live = [s for s in agenda.live(now) if s.kind is not SessionKind.BREAK]
    assert shown <= {s.id for s in coming}
    assert len(shown) == min(len(coming), max(0, discord_limits.EVENTS - len(live)))
    left_out = [s.starts_at for s in coming if s.id not in shown]
    assert max((s.starts_at for s in coming if s.id in shown), default=now) <= min(
        left_out, default=datetime.max.replace(tzinfo=UTC)
    )


@given(AGENDAS, MOMENTS, st.booleans())
def test_standing_follows_from_the_times(agenda: Agenda, now: datetime, cancelled: bool) -> None:  # noqa: FBT001 - drawn
    """To the second; what is cancelled stands nowhere else."""
    for one in agenda:
        stands = event_phase(one, now, cancelled=cancelled)
        assert (stands is EventPhase.CANCELLED) is cancelled
        if not cancelled:
            assert (stands is EventPhase.TO_COME) is (now < one.starts_at)
            assert (stands is EventPhase.OVER) is (one.ends_at <= now)


def test_a_marker_names_workshop_and_session() -> None:
    """So two workshops in turn in one server don't take each other's events for their own."""
    one = session(1, 0, 10, SessionKind.PANEL)
    assert event_marker("lab", one.id) == "lab/s1" != event_marker("lab", replace(one, id="s2").id)
    assert event_marker("lab", one.id) != event_marker("other", one.id)
