"""A time on the wall names one instant, or is refused with the two that it may have meant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.local_time import LocalTimeError, day_of, instant, parse_date, parse_wall_time

BRUSSELS = ZoneInfo("Europe/Brussels")
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
DAYS = st.dates(date(1990, 1, 1), date(2037, 12, 31))
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2037, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them bare


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What a clock in the zone shows."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def outcome(day: date, clock: time, zone: ZoneInfo) -> datetime | LocalTimeError:
    """The instant, or why there is none."""
    try:
        return instant(day, clock, zone)
    except LocalTimeError as refusal:
        return refusal


@given(DAYS, CLOCKS, ZONES)
@example(date(2023, 3, 26), time(2, 30), BRUSSELS)
@example(date(2023, 10, 29), time(2, 30), BRUSSELS)
@example(date(2011, 12, 30), time(12), ZoneInfo("Pacific/Apia"))
@example(date(2023, 4, 2), time(1, 45), ZoneInfo("Australia/Lord_Howe"))
def test_a_wall_time_names_one_instant_or_offers_two(day: date, clock: time, zone: ZoneInfo) -> None:
    """The instant shows that wall time; of a refused one both choices are told, the earlier first."""
    meant = datetime.combine(day, clock)
    told = outcome(day, clock, zone)
    if isinstance(told, datetime):
        assert wall(told, zone) == meant
        return
    earlier, later = told.choices
    assert earlier < later
    if told.args == ("twice",):
        assert (wall(earlier, zone), wall(later, zone)) == (meant, meant)
    else:
        assert told.args == ("skipped",)
        assert wall(earlier, zone) < meant < wall(later, zone)


@given(MOMENTS, ZONES)
def test_the_wall_time_of_an_instant_leads_back_to_it(moment: datetime, zone: ZoneInfo) -> None:
    """Every instant can be named, except those in an hour that comes twice, and these are among the choices."""
    moment = moment.replace(second=0, microsecond=0)
    shown = wall(moment, zone)
    told = outcome(shown.date(), shown.time(), zone)
    if isinstance(told, datetime):
        assert told == moment
    else:
        assert told.args == ("twice",)
        assert moment in told.choices


def test_the_hour_that_spring_skips_is_refused() -> None:
    """02:30 on 26 March 2023 in Brussels: 01:30 in winter time, or 03:30 in summer time."""
    with pytest.raises(LocalTimeError, match="skipped") as refused:
        instant(date(2023, 3, 26), time(2, 30), BRUSSELS)
    assert refused.value.choices == (datetime(2023, 3, 26, 0, 30, tzinfo=UTC), datetime(2023, 3, 26, 1, 30, tzinfo=UTC))


def test_the_hour_that_autumn_repeats_is_refused() -> None:
    """02:30 on 29 October 2023 in Brussels, in summer time or an hour later in winter time."""
    with pytest.raises(LocalTimeError, match="twice") as refused:
        instant(date(2023, 10, 29), time(2, 30), BRUSSELS)
    assert refused.value.choices == (
        datetime(2023, 10, 29, 0, 30, tzinfo=UTC),
        datetime(2023, 10, 29, 1, 30, tzinfo=UTC),
    )


def test_a_day_begins_at_midnight_of_the_zone() -> None:
    """Not at midnight UTC."""
    moment = datetime(2023, 2, 20, 22, 30, tzinfo=UTC)
    assert day_of(moment, BRUSSELS) == date(2023, 2, 20)
    assert day_of(moment, ZoneInfo("Asia/Riyadh")) == date(2023, 2, 21)


NOW = datetime(2023, 2, 20, 12, tzinfo=UTC)  # 13:00 in Brussels


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("14:30", datetime(2023, 2, 20, 13, 30, tzinfo=UTC)),
        (" 14.30 ", datetime(2023, 2, 20, 13, 30, tzinfo=UTC)),
        ("14h30", datetime(2023, 2, 20, 13, 30, tzinfo=UTC)),
        ("today 23:59", datetime(2023, 2, 20, 22, 59, tzinfo=UTC)),
        ("Tomorrow 9:00", datetime(2023, 2, 21, 8, tzinfo=UTC)),
        ("demain 09:00", datetime(2023, 2, 21, 8, tzinfo=UTC)),
        ("aujourd'hui 14:00", datetime(2023, 2, 20, 13, tzinfo=UTC)),
        ("غدا 09:00", datetime(2023, 2, 21, 8, tzinfo=UTC)),
        ("اليوم 14:00", datetime(2023, 2, 20, 13, tzinfo=UTC)),
        ("2023-07-01 00:00", datetime(2023, 6, 30, 22, tzinfo=UTC)),
        ("13:00", NOW),
    ],
)
def test_what_a_moderator_types_is_understood(typed: str, meant: datetime) -> None:
    """A time alone is today's; words for days are read in the three languages; other days are ISO dates."""
    assert parse_wall_time(typed, NOW, BRUSSELS) == meant


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "unreadable"),
        ("noon", "unreadable"),
        ("24:00", "unreadable"),
        ("14:60", "unreadable"),
        ("soon 14:30", "unreadable"),
        ("2023-02-30 14:30", "unreadable"),
        ("12:58", "past"),
        ("2023-02-19 23:00", "past"),
        ("2023-03-26 02:30", "skipped"),
        ("2023-10-29 02:30", "twice"),
        ("2025-02-21 00:00", "far"),
        ("9999-12-31 14:30", "far"),
    ],
)
def test_what_names_no_time_to_come_is_refused(typed: str, reason: str) -> None:
    """Each with its reason, so that the answer can say what to type instead."""
    with pytest.raises(LocalTimeError, match=reason):
        parse_wall_time(typed, NOW, BRUSSELS)


@pytest.mark.parametrize(
    ("typed", "zone"), [("0001-01-01 00:00", BRUSSELS), ("9999-12-31 23:59", ZoneInfo("America/Lima"))]
)
def test_the_first_and_the_last_day_of_the_calendar_are_refused_too(typed: str, zone: ZoneInfo) -> None:
    """They have no instant in UTC."""
    with pytest.raises(LocalTimeError):
        parse_wall_time(typed, NOW, zone)


@given(st.text(max_size=30), MOMENTS, ZONES)
def test_whatever_is_typed_is_read_or_refused(typed: str, now: datetime, zone: ZoneInfo) -> None:
    """Nothing else comes out, and what is read lies ahead."""
    reason = ""
    try:
        meant = parse_wall_time(typed, now, zone)
    except LocalTimeError as refusal:
        reason = str(refusal)
    else:
        assert meant >= now - timedelta(minutes=1)
        assert meant < now + timedelta(days=733)
    assert reason in {"", "unreadable", "past", "far", "skipped", "twice"}


# --- dates ----------------------------------------------------------------------------------------------------------


@given(
    DAYS,
    st.sampled_from(["{0:%Y-%m-%d}", "{0.year}-{0.month}-{0.day}", "{0:%d.%m.%Y}", " {0.day}/{0.month}/{0.year} "]),
)
def test_a_date_is_read_as_people_write_it(day: date, form: str) -> None:
    """Year first with hyphens, or day first."""
    assert parse_date(form.format(day), day - timedelta(days=1)) == day


@pytest.mark.parametrize("typed", ["", "soon", "30.06", "2023-02-30", "06/31/2023", "2023-06-30T10:00", "0000-01-01"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    """In words that say so."""
    with pytest.raises(LocalTimeError, match="unreadable"):
        parse_date(typed, date(2023, 1, 1))


def test_a_day_that_has_passed_is_refused_and_today_is_not() -> None:
    """By the calendar of the workshop's zone."""
    today = date(2023, 2, 22)
    assert parse_date("٢٠٢٣-٠٢-٢٢", today) == today
    with pytest.raises(LocalTimeError, match="past"):
        parse_date("2023-02-21", today)


@pytest.mark.parametrize(("typed", "far"), [("2033-02-22", False), ("2033-02-23", True), ("9999-12-31", True)])
def test_a_day_more_than_ten_years_ahead_is_refused(typed: str, *, far: bool) -> None:
    """It is a slip, and what is planned after it would be outside the calendar."""
    if far:
        with pytest.raises(LocalTimeError, match="far"):
            parse_date(typed, date(2023, 2, 22))
    else:
        assert parse_date(typed, date(2023, 2, 22)) == date.fromisoformat(typed)
