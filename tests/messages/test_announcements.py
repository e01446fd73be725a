"""What each message says, that it fits, and that what people typed is shown to the letter in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import discord_limits
from bot.domain.agenda.sessions import Session
from bot.domain.plan import Plan
from bot.domain.text import clean
from bot.domain.venue import meeting_room
from bot.importing import plan_lint
from bot.messages import agenda, announcements
from bot.messages import post as post_messages
from bot.messages.post import Post
from tests.fitting import assert_discord_takes

Tiny = Callable[..., Plan]
MARK = "f" * 24
ROOMS: Mapping[str, int] = {meeting_room("plenary"): 2**63}
SIGNS = {"✅", "🔴", "▶️", "▫️"}


def session_of(plan: Plan, name: str) -> Session:
    """A session that is surely there."""
    session = plan.agenda.find(name)
    assert session is not None
    return session


def all_posts(plan: Plan) -> Iterator[Post]:
    """Every kind of message about everything in a plan."""
    for session in plan.agenda:
        yield announcements.soon(plan, session, ROOMS, MARK)
        yield announcements.start(plan, session, ROOMS, MARK)
        yield announcements.end(plan, session, MARK)
        for language in plan.languages:
            yield agenda.now_for(plan, session.starts_at, language, ROOMS)
    for topic in map(plan.topic, [topic.id for topic in plan.topics]):
        assert topic is not None
        yield announcements.topic_opening(plan, topic, MARK)
    for day in plan.agenda.days:
        yield agenda.agenda(plan, day, plan.morning(day), MARK)
        for language in plan.languages:
            yield agenda.agenda_for(plan, day, plan.morning(day), language, ROOMS)
    yield announcements.custom(plan, "The room has moved", MARK)
    yield post_messages.report("The bot was away", MARK)


# --- limits ---------------------------------------------------------------------------------------------------------


def test_discord_takes_every_message_of_the_example(example: Plan) -> None:
    """In three languages, with the longest ids of rooms."""
    for post in all_posts(example):
        assert_discord_takes(post)


def test_the_longest_legal_ids_fit_into_a_custom_id(tiny: Tiny) -> None:
    """Forty signs of a session or a topic, and the delivery's 24."""
    name = "x" * 40
    topics = [{"id": name, "title": "T", "description": "D"}]
    entry = {"id": name, "kind": "panel", "start": "09:00", "end": "10:00", "topic": name, "title": "A panel"}
    plan = tiny(id=name, topics=topics, days=[{"date": "2023-02-20", "sessions": [entry]}])
    for post in all_posts(plan):
        assert_discord_takes(post)
    pressed = announcements.start(plan, session_of(plan, name), ROOMS, MARK).buttons[0].custom_id
    assert pressed == f"checkin:{name}:{MARK}"


def test_each_message_of_a_delivery_carries_its_mark(example: Plan) -> None:
    """The last part of a custom id: by it a message is found again after a crash."""
    session, topic = example.agenda.sessions[2], example.topic("blockchain")
    assert topic is not None
    delivered = [
        agenda.agenda(example, session.day, session.starts_at, MARK),
        announcements.topic_opening(example, topic, MARK),
        announcements.soon(example, session, ROOMS, MARK),
        announcements.start(example, session, ROOMS, MARK),
        announcements.end(example, session, MARK),
        announcements.custom(example, "Hello", MARK),
        post_messages.report("Hello", MARK),
    ]
    assert [[button.custom_id.rpartition(":")[2] for button in post.buttons] for post in delivered] == [[MARK]] * 7


def test_the_end_of_a_session_carries_its_mark_without_topics_too(tiny: Tiny) -> None:
    """Else it can't be found after a crash, and is sent a second time."""
    days = [
        {
            "date": "2023-02-20",
            "sessions": [{"id": "a", "kind": "panel", "start": "9:00", "end": "10:00", "title": "A"}],
        }
    ]
    plan = tiny(topics=[], days=days)
    assert [
        button.custom_id.endswith(MARK) for button in announcements.end(plan, session_of(plan, "a"), MARK).buttons
    ] == [True]


def test_the_longest_messages_are_told_by_their_place(tiny: Tiny) -> None:
    """With by how many characters they surpass what Discord shows."""
    topics = [{"id": "ledgers", "title": "T", "description": "d" * discord_limits.MESSAGE_TEXT}]
    plan = tiny(topics=topics)
    topic = plan.topic("ledgers")
    assert topic is not None
    surplus = announcements.topic_opening(plan, topic, MARK).length - discord_limits.MESSAGE_TEXT
    assert surplus > 0
    assert plan_lint.too_long(plan) == {("topics", 0): surplus}
    assert plan_lint.too_long(tiny()) == {}


# --- what they say --------------------------------------------------------------------------------------------------


def test_the_agenda_is_true_at_its_moment(example: Plan) -> None:
    """One line a session, with where it stands; so it looks different after each change, and the same in between."""
    day = example.agenda.days[1]
    sessions = example.agenda.on(day)

    def standing(now: datetime) -> list[str]:
        lines = agenda.agenda(example, day, now, MARK).blocks[1].splitlines()
        return [line.split()[0] for line in lines if line.split()[0] in SIGNS]

    morning = example.morning(day)
    assert standing(morning) == ["▶️", *["▫️"] * (len(sessions) - 1)]
    assert standing(sessions[1].starts_at)[:3] == ["✅", "🔴", "▶️"]
    assert standing(sessions[-1].ends_at) == ["✅"] * len(sessions)
    early, same, late = (
        agenda.agenda(example, day, now, MARK).fingerprint
        for now in (morning, morning + timedelta(minutes=5), sessions[0].starts_at)
    )
    assert early == same != late


def test_messages_to_all_are_in_every_language(example: Plan) -> None:
    """The first language prominent, the others below; none is said twice."""
    soon = announcements.soon(example, session_of(example, "opening"), ROOMS, MARK).blocks[0]
    assert soon == "⏰ **Opening of the workshop**\n-# Ouverture de l\u2019atelier\n-# افتتاح ورشة العمل"


def test_a_title_that_is_the_same_in_all_languages_is_said_once(tiny: Tiny) -> None:
    """`GS1` is `GS1`."""
    plan = tiny(languages=["en", "fr", "ar"])
    assert announcements.soon(plan, session_of(plan, "welcome"), ROOMS, MARK).blocks[0] == "⏰ **Welcome**"


def test_what_counts_can_be_checked_in_to_and_a_break_cannot(tiny: Tiny) -> None:
    """The break's button tells what is on."""
    plan = tiny()
    kinds = [
        announcements.start(plan, session, ROOMS, MARK).buttons[0].custom_id.partition(":")[0]
        for session in plan.agenda
    ]
    assert kinds == ["checkin", "now", "checkin"]


def test_times_are_shown_by_discord_in_each_readers_zone(tiny: Tiny) -> None:
    """As its timestamps, which hold whole seconds."""
    session = session_of(tiny(), "welcome")
    assert post_messages.moment(session.starts_at, "R") == "<t:1676883600:R>"
    assert post_messages.span(session) == "<t:1676883600:t>–<t:1676885400:t>"  # noqa: RUF001 - as a span of time is written
    assert post_messages.moment(session.starts_at + timedelta(seconds=0.9)) == "<t:1676883600:t>"


def test_what_the_plan_says_is_shown_to_the_letter(tiny: Tiny) -> None:
    """Stars in a title make nothing bold, and an office mentions nobody."""
    entry = {
        "id": "odd",
        "kind": "panel",
        "start": "09:00",
        "end": "10:00",
        "title": "**Sealed** containers",
        "speakers": [{"office": "@everyone", "organisation": "<@1>"}],
    }
    plan = tiny(days=[{"date": "2023-02-20", "sessions": [entry]}])
    heading, _, told = announcements.start(plan, session_of(plan, "odd"), ROOMS, MARK).blocks
    assert heading == r"🔴 **\*\*Sealed\*\* containers**"
    assert r"\@everyone (\<\@1\>)" in told


def test_a_moderators_formatting_stays(example: Plan) -> None:
    """Only what nobody sees is taken out."""
    assert announcements.custom(example, "**Now**\u202e in [plenary](https://a.example)", MARK).blocks == (
        "📣 **Now** in [plenary](https://a.example)",
    )


def test_now_tells_what_is_on_and_what_comes_next(tiny: Tiny) -> None:
    """Before, between, at the last session, and when all is over."""
    plan = tiny()
    welcome, _, talk = plan.agenda.sessions
    before, during, last, after = (
        agenda.now_for(plan, now, "en", ROOMS).blocks
        for now in (welcome.starts_at - timedelta(days=1), welcome.starts_at, talk.starts_at, talk.ends_at)
    )
    assert [block.splitlines()[1].split("**")[1] for block in before[:-1]] == ["Welcome"]
    assert [block.splitlines()[1].split("**")[1] for block in during[:-1]] == ["Welcome", "Coffee"]
    assert "Ledgers in ports" in last[0]
    assert last[1] == "This is the last session of the workshop."
    assert after == ("The workshop is over. Thank you for taking part.",)
    zone = "-# Times are shown in your own time zone; the workshop’s is Europe/Brussels."  # noqa: RUF001 - as printed
    assert {before[-1], during[-1], last[-1]} == {zone}


def test_next_counts_down_to_all_that_starts_together(tiny: Tiny) -> None:
    """Then says that nothing is left, and at last that all is over."""
    day = tiny().model_dump(mode="json")["days"][0]
    panel = {**day["sessions"][2], "id": "panel", "title": "Panel beside it"}
    sessions = [{**one, "start": one["start"][:5], "end": one["end"][:5]} for one in (*day["sessions"], panel)]
    plan = tiny(days=[{**day, "sessions": sessions}])
    welcome, coffee, talk, _ = plan.agenda.sessions
    first = agenda.next_for(plan, welcome.starts_at - timedelta(hours=1), "en", ROOMS).blocks
    assert post_messages.moment(welcome.starts_at, "R") in first[0]
    assert "Welcome" in first[0]
    assert "Europe/Brussels" in first[-1]
    together = agenda.next_for(plan, coffee.starts_at, "en", ROOMS).blocks
    assert ["Panel beside it" in together[0], "Ledgers in ports" in together[1], len(together)] == [True, True, 3]
    assert "/now" in agenda.next_for(plan, talk.starts_at, "en", ROOMS).blocks[0]
    assert "over" in agenda.next_for(plan, talk.ends_at, "en", ROOMS).blocks[0]


def test_an_event_tells_all_languages_and_ends_with_its_marker(example: Plan) -> None:
    """Within Discord's limits, however long the texts are."""
    for session in example.agenda:
        name, description = announcements.event(example, session)
        assert name == session.title["en"]
        assert clean(session.title["ar"])[:10] in description.replace("\\", "")
        assert description.splitlines()[-1] == f"wco-mena-2023/{session.id}"
        long = replace(session, title={"en": "t" * 300, "fr": "f" * 900, "ar": "a" * 900})
        name, description = announcements.event(example, long)
        assert (len(name), len(description)) == (discord_limits.NAME, discord_limits.EVENT_DESCRIPTION - 1)
        assert description.splitlines()[-1] == f"wco-mena-2023/{session.id}"
