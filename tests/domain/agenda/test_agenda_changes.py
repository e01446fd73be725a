"""What differs between two agendas, what moderators may do to one, and the conflicts that it creates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.agenda import conflicts
from bot.domain.agenda.agenda_changes import (
    Aspect,
    ChangedSession,
    Changes,
    RoomRenamed,
    SwappedSessions,
    apply_changes,
    diff,
)
from bot.domain.agenda.reschedule import (
    SHORTEST_BREAK,
    ChangeError,
    Now,
    Objection,
    add_session,
    adopt_agenda,
    cancel_session,
    delay_rest,
    delay_session,
    edit_session,
    extend_session,
    move_session,
    swap_sessions,
)
from bot.domain.agenda.sessions import Agenda, Session, SessionKind, Speaker
from bot.domain.local_time import day_of
from bot.domain.plan import Plan

ZONE = ZoneInfo("Africa/Tunis")  # UTC+1 all year
EIGHT = datetime(2023, 2, 20, 7, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_BEFORE = Now(EIGHT - DAY, ZONE)
SPEAKERS = tuple(Speaker({"en": office}, {"en": "WCO"}) for office in ("Secretary", "Director"))


def minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


def session(key: str, starts: int, lasts: int, kind: SessionKind = SessionKind.PANEL, room: str = "plenary") -> Session:
    """A session so many minutes after eight on the first day."""
    starts_at = EIGHT + minutes(starts)
    return Session(
        id=key,
        kind=kind,
        day=day_of(starts_at, ZONE),
        starts_at=starts_at,
        ends_at=starts_at + minutes(lasts),
        room=room,
        topic=None,
        title={"en": key},
        description=None,
        speakers=(),
        materials=(),
    )


def agenda(*sessions: Session) -> Agenda:
    return Agenda(sessions)


@st.composite
def sessions(draw: st.DrawFn, key: str) -> Session:
    """Any session of some day, from eight to eight."""
    made = session(
        key,
        draw(st.integers(0, 2)) * 24 * 60 + draw(st.integers(0, 12)) * 30,
        draw(st.sampled_from((3, 10, 30, 60))),
        draw(st.sampled_from((SessionKind.PANEL, SessionKind.BREAK))),
        draw(st.sampled_from(("plenary", "attic"))),
    )
    title = {"en": draw(st.sampled_from(("One", "Another")))}
    return replace(
        made,
        title=title,
        speakers=tuple(
            draw(st.sets(st.sampled_from((0, 1))).map(lambda picked: [SPEAKERS[number] for number in picked]))
        ),
    )


AGENDAS = (
    st.sets(st.sampled_from([f"s{number}" for number in range(8)]), min_size=1)
    .flatmap(lambda keys: st.tuples(*(sessions(key) for key in sorted(keys))))
    .map(Agenda)
)
DELAYS = st.integers(1, 90).map(minutes)


# --- what differs ----------------------------------------------------------------------------------------------


@given(AGENDAS, AGENDAS)
def test_the_changes_turn_one_agenda_into_the_other(before: Agenda, after: Agenda) -> None:
    """And the changes the other way round undo them, to the order of the sessions."""
    assert apply_changes(before, diff(before, after)) == after
    assert apply_changes(after, diff(after, before)) == before
    assert bool(diff(before, after)) == (before != after)


@given(AGENDAS, AGENDAS)
def test_every_session_that_differs_is_told_once(before: Agenda, after: Agenda) -> None:
    """As new, as cancelled, in a swap or alone, with at least one aspect."""
    changes = diff(before, after)
    pairs = [*changes.alone, *(changed for swap in changes.swaps for changed in (swap.first, swap.second))]
    told = [*changes.added, *changes.cancelled, *(pair.after for pair in pairs)]
    assert sorted(one.id for one in told) == sorted(
        key for key in {one.id for one in (*before, *after)} if before.find(key) != after.find(key)
    )
    assert all(pair.aspects for pair in pairs)
    assert set(changes.days) >= {one.day for one in told}


@given(AGENDAS, st.randoms())
def test_an_agenda_has_one_order(made: Agenda, random: Random) -> None:
    """However its sessions are given: those that start and end together too."""
    shuffled = list(made)
    random.shuffle(shuffled)
    assert Agenda(tuple(shuffled)) == made
    assert [(one.starts_at, one.ends_at) for one in made] == sorted((one.starts_at, one.ends_at) for one in made)


@pytest.mark.parametrize(
    ("change", "aspects"),
    [
        ({"title": {"en": "Other"}}, {Aspect.TITLE}),
        ({"room": "attic"}, {Aspect.ROOM}),
        ({"speakers": SPEAKERS}, {Aspect.SPEAKERS}),
        ({"kind": SessionKind.OPENING}, {Aspect.DETAILS}),
        ({"topic": "ledgers"}, {Aspect.DETAILS}),
        ({"description": {"en": "Why"}}, {Aspect.DETAILS}),
        ({"ends_at": EIGHT + minutes(40)}, {Aspect.TIME}),
        ({"starts_at": EIGHT + minutes(5), "title": {"en": "Other"}}, {Aspect.TIME, Aspect.TITLE}),
    ],
)
def test_each_aspect_is_told_apart(change: dict[str, object], aspects: set[Aspect]) -> None:
    """Another title is no move, and neither is a later end."""
    one = session("one", 0, 30)
    after = replace(one, **change)  # type: ignore[arg-type]
    changes = diff(agenda(one), agenda(after))
    assert changes.changed == (ChangedSession(one, after),)
    assert changes.changed[0].aspects == aspects
    assert bool(changes.moved) == ("starts_at" in change)


def test_a_swap_is_one_change() -> None:
    """Also beside another session that moved, and with the rooms exchanged or kept."""
    before = agenda(session("a", 0, 30), session("b", 60, 45, room="attic"), session("c", 120, 30))
    swapped = move_session(swap_sessions(before, "a", "b", LONG_BEFORE), "c", EIGHT + minutes(300), LONG_BEFORE)
    (pair,) = diff(before, swapped).swaps
    assert isinstance(pair, SwappedSessions)
    assert {pair.first.after.id, pair.second.after.id} == {"a", "b"}
    assert [changed.after.id for changed in diff(before, swapped).alone] == ["c"]
    rooms = {"a": "plenary", "b": "attic"}
    in_own_rooms = Agenda(tuple(replace(one, room=rooms.get(one.id, one.room)) for one in swapped))
    assert len(diff(before, in_own_rooms).swaps) == 1
    elsewhere = Agenda(tuple(replace(one, room="cellar") for one in swapped))
    assert diff(before, elsewhere).swaps == ()


def test_each_session_is_in_one_swap_at_most() -> None:
    """Where two side by side change places with two others, there are two swaps."""
    before = agenda(*(session(key, 0, 30) for key in "ab"), *(session(key, 60, 30) for key in "cd"))
    after = swap_sessions(swap_sessions(before, "a", "c", LONG_BEFORE), "b", "d", LONG_BEFORE)
    pairs = [(pair.first.after.id, pair.second.after.id) for pair in diff(before, after).swaps]
    assert sorted(key for pair in pairs for key in pair) == ["a", "b", "c", "d"]
    assert diff(before, after).alone == ()


def test_a_renamed_room_is_one_change() -> None:
    """Of the sessions in it none has changed; one that came into it has."""
    stays, comes = session("stays", 0, 30, room="r"), session("comes", 60, 30)
    came = replace(comes, room="r")
    names = {"r": {"en": "Hall"}, "plenary": {"en": "Plenary"}}
    changes = diff(agenda(stays, comes), agenda(stays, came), names, {**names, "r": {"en": "Sponsor's hall"}})
    assert changes.renamed_rooms == (RoomRenamed("r", {"en": "Hall"}, {"en": "Sponsor's hall"}, (stays,)),)
    assert changes.changed == (ChangedSession(comes, came),)
    assert Changes(renamed_rooms=changes.renamed_rooms)
    assert not diff(agenda(stays), agenda(stays), names, names)


# --- what moderators do ----------------------------------------------------------------------------------------


def starts(made: Agenda) -> dict[str, datetime]:
    return {one.id: one.starts_at for one in made}


def overtaken(before: Agenda, after: Agenda) -> list[tuple[str, str]]:
    """Those of a day that started one before the other, and no longer do."""
    then, now = starts(before), starts(after)
    return [
        (one.id, other.id)
        for one in before
        for other in before.on(one.day)
        if then[one.id] < then[other.id] and not now[one.id] < now[other.id]
    ]


def outcome(work: Callable[[], Agenda]) -> Agenda | Objection:
    try:
        return work()
    except ChangeError as refused:
        return refused.reason


@given(AGENDAS, st.integers(0, 7), DELAYS, st.sampled_from(("alone", "rest", "absorbing")))
def test_a_delay_never_reorders_a_day(before: Agenda, number: int, by: timedelta, how: str) -> None:
    """Alone, with the rest of the day, with breaks that absorb; nobody starts earlier, and no other day is touched."""
    chosen = before.sessions[number % len(before.sessions)]
    if how == "alone":
        after = outcome(lambda: delay_session(before, chosen.id, by, LONG_BEFORE))
    else:
        after = outcome(lambda: delay_rest(before, chosen.id, by, LONG_BEFORE, absorb=how == "absorbing"))
    if isinstance(after, Objection):
        assert after is Objection.OVERTAKES
        assert how == "alone"
        return
    assert overtaken(before, after) == []
    assert starts(after)[chosen.id] == chosen.starts_at + by
    assert all(one.starts_at >= starts(before)[one.id] for one in after)
    assert {changed.before.day for changed in diff(before, after).changed} == {chosen.day}
    if how != "alone":
        assert not [clash for clash in conflicts.new_conflicts(before, after) if isinstance(clash, conflicts.Overlap)]


@given(AGENDAS, st.integers(0, 7), DELAYS)
def test_absorbing_breaks_only_ever_save_time(before: Agenda, number: int, by: timedelta) -> None:
    """Nobody starts later than without; sessions keep their length, and breaks five minutes or all that they had."""
    chosen = before.sessions[number % len(before.sessions)]
    plain = delay_rest(before, chosen.id, by, LONG_BEFORE, absorb=False)
    saving = delay_rest(before, chosen.id, by, LONG_BEFORE, absorb=True)
    for one in before:
        with_it, without = saving.find(one.id), plain.find(one.id)
        assert with_it is not None
        assert without is not None
        assert with_it.starts_at <= without.starts_at
        assert without.length == one.length
        if one.kind is SessionKind.BREAK:
            assert min(one.length, SHORTEST_BREAK) <= with_it.length <= one.length
        else:
            assert with_it.length == one.length


def test_a_delay_that_breaks_absorb_leaves_the_rest_of_the_day() -> None:
    """Ten minutes are taken from a break of fifteen; of twenty, ten reach the session after it."""
    day = agenda(
        session("a", 0, 60), session("coffee", 60, 15, SessionKind.BREAK), session("b", 75, 60), session("c", 135, 30)
    )
    absorbed = delay_rest(day, "a", minutes(10), LONG_BEFORE, absorb=True)
    assert absorbed == agenda(
        session("a", 10, 60), session("coffee", 70, 5, SessionKind.BREAK), session("b", 75, 60), session("c", 135, 30)
    )
    in_part = delay_rest(day, "a", minutes(20), LONG_BEFORE, absorb=True)
    assert in_part == agenda(
        session("a", 20, 60), session("coffee", 80, 5, SessionKind.BREAK), session("b", 85, 60), session("c", 145, 30)
    )


def test_a_break_beside_which_a_session_runs_absorbs_nothing() -> None:
    """Who is in that session would have no break, and the next would begin before its end."""
    day = agenda(
        session("a", 0, 60),
        session("coffee", 60, 15, SessionKind.BREAK),
        session("beside", 30, 45, room="attic"),
        session("b", 75, 60, room="attic"),
    )
    assert delay_rest(day, "a", minutes(10), LONG_BEFORE, absorb=True) == delay_rest(
        day, "a", minutes(10), LONG_BEFORE, absorb=False
    )


@given(AGENDAS, st.integers(0, 7), st.integers(-3 * 48, 3 * 48))
def test_a_moved_session_keeps_its_length_and_follows_the_zone(before: Agenda, number: int, halves: int) -> None:
    """It is on the day that the workshop's clocks show, or refused because its end is on the next."""
    chosen = before.sessions[number % len(before.sessions)]
    start = chosen.starts_at + minutes(30 * halves)
    after = outcome(lambda: move_session(before, chosen.id, start, Now(EIGHT - 9 * DAY, ZONE)))
    if isinstance(after, Objection):
        assert after is Objection.OVERNIGHT
        assert day_of(start, ZONE) != day_of(start + chosen.length, ZONE)
        return
    moved = after.find(chosen.id)
    assert moved is not None
    assert (moved.starts_at, moved.length, moved.day) == (start, chosen.length, day_of(start, ZONE))


@given(AGENDAS, st.integers(0, 7), st.integers(0, 7))
def test_a_swap_creates_no_overlap_and_undoes_itself(before: Agenda, one: int, other: int) -> None:
    """Each takes the other's slot whole, its room too."""
    first, second = (before.sessions[number % len(before.sessions)].id for number in (one, other))
    assume(first != second)
    after = swap_sessions(before, first, second, LONG_BEFORE)
    slots = sorted((s.day, s.starts_at, s.ends_at, s.room) for s in before)
    assert sorted((s.day, s.starts_at, s.ends_at, s.room) for s in after) == slots
    assert len(conflicts.overlaps(after)) == len(conflicts.overlaps(before))
    assert swap_sessions(after, first, second, LONG_BEFORE) == before


@given(AGENDAS, st.integers(0, 7), st.integers(1, 60))
def test_only_the_extended_session_ends_later(before: Agenda, number: int, longer: int) -> None:
    """Also while it is under way."""
    chosen = before.sessions[number % len(before.sessions)]
    after = extend_session(before, chosen.id, chosen.ends_at + minutes(longer), Now(chosen.starts_at, ZONE))
    (changed,) = diff(before, after).changed
    assert changed.after == replace(chosen, ends_at=chosen.ends_at + minutes(longer))


def test_sessions_are_added_edited_and_cancelled() -> None:
    """A new one is on the day that the workshop's clocks show, whatever it was made with."""
    before = agenda(session("a", 0, 30))
    late = session("b", 15 * 60, 30)  # 22:00 UTC
    assert add_session(before, replace(late, day=EIGHT.date() - DAY), LONG_BEFORE) == agenda(*before, late)
    assert cancel_session(agenda(*before, late), "b", LONG_BEFORE) == before
    edited = edit_session(before, "a", title={"en": "Other"}, speakers=SPEAKERS)
    assert diff(before, edited).changed[0].aspects == {Aspect.TITLE, Aspect.SPEAKERS}


TWO = agenda(session("over", 0, 30), session("on", 30, 60), session("next", 120, 30), session("last", 900, 30))
AT_NINE = Now(EIGHT + minutes(60), ZONE)


REFUSALS: tuple[tuple[Callable[[], Agenda], Objection, str | None], ...] = (
    (lambda: move_session(TWO, "gone", EIGHT + DAY, AT_NINE), Objection.UNKNOWN, None),
    (lambda: edit_session(TWO, "gone", room="attic"), Objection.UNKNOWN, None),
    (lambda: add_session(TWO, session("next", 300, 30), AT_NINE), Objection.TAKEN, "next"),
    (lambda: move_session(TWO, "over", EIGHT + DAY, AT_NINE), Objection.OVER, "over"),
    (lambda: extend_session(TWO, "over", EIGHT + minutes(90), AT_NINE), Objection.OVER, "over"),
    (lambda: cancel_session(TWO, "over", AT_NINE), Objection.OVER, "over"),
    (lambda: swap_sessions(TWO, "next", "over", AT_NINE), Objection.OVER, "over"),
    (lambda: move_session(TWO, "on", EIGHT + DAY, AT_NINE), Objection.UNDER_WAY, "on"),
    (lambda: delay_session(TWO, "on", minutes(5), AT_NINE), Objection.UNDER_WAY, "on"),
    (lambda: delay_rest(TWO, "on", minutes(5), AT_NINE, absorb=True), Objection.UNDER_WAY, "on"),
    (lambda: cancel_session(TWO, "on", AT_NINE), Objection.UNDER_WAY, "on"),
    (lambda: move_session(TWO, "next", EIGHT, AT_NINE), Objection.PAST, "next"),
    (lambda: add_session(TWO, session("new", 0, 30), AT_NINE), Objection.PAST, "new"),
    (lambda: extend_session(TWO, "on", EIGHT + minutes(50), AT_NINE), Objection.PAST, "on"),
    (lambda: delay_session(TWO, "last", minutes(60), AT_NINE), Objection.OVERNIGHT, "last"),
    (lambda: delay_rest(TWO, "next", minutes(60), AT_NINE, absorb=False), Objection.OVERNIGHT, "last"),
    (lambda: extend_session(TWO, "last", EIGHT + minutes(961), AT_NINE), Objection.OVERNIGHT, "last"),
    (lambda: add_session(TWO, session("new", 950, 30), AT_NINE), Objection.OVERNIGHT, "new"),
    (lambda: extend_session(TWO, "next", EIGHT + minutes(120), AT_NINE), Objection.BACKWARDS, "next"),
    (lambda: delay_session(TWO, "next", minutes(0), AT_NINE), Objection.BACKWARDS, "next"),
    (lambda: delay_rest(TWO, "next", minutes(-5), AT_NINE, absorb=False), Objection.BACKWARDS, "next"),
    (lambda: delay_rest(TWO, "next", minutes(0), AT_NINE, absorb=True), Objection.BACKWARDS, "next"),
    (lambda: delay_session(TWO, "next", minutes(780), AT_NINE), Objection.OVERTAKES, "last"),
    (lambda: swap_sessions(TWO, "next", "next", AT_NINE), Objection.SAME, "next"),
    (lambda: cancel_session(agenda(session("only", 90, 30)), "only", AT_NINE), Objection.LAST, "only"),
)


@pytest.mark.parametrize(("work", "reason", "named"), REFUSALS, ids=[str(n) for n in range(len(REFUSALS))])
def test_what_cannot_be_done_is_refused_with_its_reason(
    work: Callable[[], Agenda], reason: Objection, named: str | None
) -> None:
    """And with the session that stands in the way."""
    with pytest.raises(ChangeError) as refused:
        work()
    assert refused.value.reason is reason
    assert (refused.value.session and refused.value.session.id) == named


def test_every_reason_to_refuse_is_tested() -> None:
    """The table above has them all."""
    assert {reason for _, reason, _ in REFUSALS} == set(Objection)


def test_a_session_may_start_at_once_and_end_at_once() -> None:
    """Now is neither past nor over."""
    assert starts(move_session(TWO, "next", AT_NINE.at, AT_NINE))["next"] == AT_NINE.at
    ended = extend_session(TWO, "on", AT_NINE.at, AT_NINE).find("on")
    assert ended is not None
    assert ended.ends_at == AT_NINE.at


# --- conflicts -------------------------------------------------------------------------------------------------


@given(AGENDAS)
def test_conflicts_are_those_of_a_plain_search(made: Agenda) -> None:
    """Each two sessions that are on at one minute, once, the earlier one first."""
    expected_rooms: set[frozenset[str]] = set()
    expected_speakers: set[tuple[frozenset[str], str]] = set()
    for one in made:
        for other in made:
            if one.id != other.id and max(one.starts_at, other.starts_at) < min(one.ends_at, other.ends_at):
                both = frozenset({one.id, other.id})
                if one.room == other.room:
                    expected_rooms.add(both)
                expected_speakers |= {(both, s.office["en"]) for s in one.speakers if s in other.speakers}
    overlaps, doubles = conflicts.overlaps(made), conflicts.double_bookings(made)
    assert {frozenset({clash.first.id, clash.second.id}) for clash in overlaps} == expected_rooms
    assert len(overlaps) == len(expected_rooms)
    told = [(frozenset({clash.first.id, clash.second.id}), clash.speaker.office["en"]) for clash in doubles]
    assert set(told) == expected_speakers
    assert len(told) == len(expected_speakers)
    assert all(clash.first.starts_at <= clash.second.starts_at for clash in (*overlaps, *doubles))


@given(AGENDAS)
def test_no_change_creates_no_conflict(made: Agenda) -> None:
    """Whatever conflicts there are."""
    assert conflicts.new_conflicts(made, made) == ()


def test_a_change_is_told_the_conflicts_that_it_creates_and_no_others() -> None:
    """Those that were there stay untold, even when both of their sessions are later."""
    one, two, three = session("one", 0, 60), session("two", 30, 60), session("three", 120, 30, room="attic")
    before = agenda(replace(one, speakers=SPEAKERS[:1]), two, replace(three, speakers=SPEAKERS))
    later = delay_rest(before, "one", minutes(10), LONG_BEFORE, absorb=False)
    assert conflicts.new_conflicts(before, later) == ()
    clashing = move_session(before, "three", EIGHT + minutes(30), LONG_BEFORE)
    (created,) = conflicts.new_conflicts(before, clashing)
    assert isinstance(created, conflicts.DoubleBooking)
    assert (created.first.id, created.second.id, created.speaker) == ("one", "three", SPEAKERS[0])
    same_room = edit_session(clashing, "three", room="plenary")
    assert [(type(new), new.first.id, new.second.id) for new in conflicts.new_conflicts(clashing, same_room)] == [
        (conflicts.Overlap, "one", "three"),
        (conflicts.Overlap, "three", "two"),
    ]


def test_an_overlap_in_another_room_is_another_overlap() -> None:
    """Two sessions that were in each other's way elsewhere are in each other's way anew."""
    before = agenda(session("one", 0, 60), session("two", 30, 60))
    after = edit_session(edit_session(before, "one", room="attic"), "two", room="attic")
    assert [new.first.room for new in conflicts.new_conflicts(before, after)] == ["attic"]


def test_the_example_has_no_conflict(example: Plan) -> None:
    """And its clocks show the times of its zone."""
    assert conflicts.conflicts(example.agenda) == ()
    assert example.agenda.sessions[0].starts_at.astimezone(example.tz).time() == time(10)


# --- another agenda as a whole ---------------------------------------------------------------------------------


@given(AGENDAS, AGENDAS, st.integers(-1, 3 * 24).map(lambda hours: Now(EIGHT + timedelta(hours=hours), ZONE)))
def test_another_agenda_is_followed_but_for_what_is_past(before: Agenda, wanted: Agenda, now: Now) -> None:
    """What has begun takes place when it did, whatever is told of it; and nothing is put before now."""
    after, left = adopt_agenda(before, wanted, now)
    for one in before:
        if one.starts_at <= now.at:
            kept = after.find(one.id)
            assert kept is not None
            assert (kept.starts_at, kept.ends_at) == (one.starts_at, one.ends_at)
            told = wanted.find(one.id)
            assert kept.title == (told or one).title
    assert all(one.starts_at >= now.at or one == before.find(one.id) or one.id in _begun(before, now) for one in after)
    # Whatever is not as wanted is named.
    differing = diff(after, wanted)
    named = {one.id for one in left}
    assert {one.id for one in (*differing.added, *differing.cancelled)} <= named
    assert {changed.after.id for changed in differing.changed} == named - {
        one.id for one in (*differing.added, *differing.cancelled)
    }
    assert adopt_agenda(after, wanted, now)[0] == after


def _begun(agenda: Agenda, now: Now) -> set[str]:
    return {one.id for one in agenda if one.starts_at <= now.at}


@given(AGENDAS, AGENDAS)
def test_ahead_of_it_all_it_is_followed_to_the_letter(before: Agenda, wanted: Agenda) -> None:
    assert adopt_agenda(before, wanted, LONG_BEFORE) == (wanted, ())
