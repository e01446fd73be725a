"""Whatever a post holds, Discord takes it; every renderer is tried with plans and texts at their worst."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import example as such_as
from hypothesis import given, settings
from hypothesis import strategies as st

import bot
from bot.domain import discord_limits
from bot.domain.agenda import breakouts as breakouts_rules
from bot.domain.agenda.agenda_changes import diff
from bot.domain.agenda.breakouts import Breakout, BreakoutGroup, GroupMember
from bot.domain.agenda.daily_digest import DailyDigest
from bot.domain.agenda.run_of_show import Hold
from bot.domain.agenda.sessions import Agenda, Session, Speaker
from bot.domain.attendance.attendance import CheckIn, attendance_records
from bot.domain.contributions.contacts import Contact, NoteRequest
from bot.domain.contributions.note_reviews import NoteWording, Review, ReviewState
from bot.domain.contributions.notes import Detail, Note, NoteKind, Signature, Visibility
from bot.domain.contributions.pledges import Pledge
from bot.domain.contributions.questions import Question, QuestionState
from bot.domain.languages import LANGUAGES
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.domain.text import clean, escape, is_blank, measure, shorten
from bot.domain.venue import breakout_room, meeting_room
from bot.messages import (
    agenda,
    agenda_changes,
    announcements,
    certificates,
    control_panel,
    daily_digest,
    feedback,
    file_faults,
    help_desk,
    note_reviews,
    notes,
    own_attendance,
    pledges,
    questions,
)
from bot.messages import breakouts as groups
from bot.messages import help as manual_messages
from bot.messages import post as post_messages
from bot.messages.fitting import fitted, pages
from bot.messages.help import HelpEntry
from bot.messages.notes import Listed, Touch
from bot.messages.post import Button, Lines, Post
from tests.fitting import assert_discord_takes

MARK = "f" * 24
MORNING = datetime(2023, 2, 20, 7, tzinfo=UTC)
NUMBER = 2**63
SIGNS = (
    *("word ", "é", "جمارك ", "ورشة عمل حول الاعتراف المتبادل ", "👩‍🔧", "🇹🇳", "e\u0301", "\u200f", "\u2068", "\u202e"),
    *("**", "__", "||", "`", "```\n", "\\", "> ", "# ", "- ", "1. ", "\n", "@everyone ", "<@1>", "<t:1:R>"),
    *("https://a.example/_b_ ", "[a](https://evil.example) ", "_", "*", ".", "   "),
)


def typed(most: int) -> st.SearchStrategy[str]:
    """Any text that has something to be seen, as Discord or a plan takes it; often as long as it may be."""
    return st.builds(
        lambda signs, times: shorten("a" + "".join(signs) * times, most - 1) + "z",
        st.lists(st.sampled_from(SIGNS), min_size=1, max_size=4),
        st.sampled_from((1, 2, 9, 80, most)),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan that `check` lets through: few sessions or many, short texts or the longest, in one language or in all."""
    languages = draw(st.permutations(LANGUAGES).map(list)) if draw(st.booleans()) else ["en"]
    title, prose = ({language: draw(typed(most)) for language in languages} for most in (500, 4000))
    together = draw(st.booleans())
    speakers, materials = draw(st.sampled_from((0, 1, 30))), draw(st.sampled_from((0, 60)))

    def session(number: int) -> dict[str, Any]:
        starts = 0 if together else number
        return {
            "id": f"s{number:039}",
            "kind": "panel",
            "start": f"{starts // 60:02}:{starts % 60:02}",
            "end": f"{(starts + 1) // 60:02}:{(starts + 1) % 60:02}",
            "room": "r" * 40,
            "topic": "t" * 40,
            "title": title,
            "description": prose,
            "speakers": [{"office": title, "organisation": title}] * (0 if number else speakers),
            "materials": [{"title": title, "url": "https://a.example/" + "_" * 382}] * (0 if number else materials),
        }

    return Plan.parse(
        {
            "id": "i" * 40,
            "title": title,
            "description": prose,
            "organiser": title,
            "donor": title,
            "region": title,
            "series": {"title": title, "number": 5, "of": 5},
            "zone": "America/Argentina/ComodRivadavia",
            "languages": languages,
            "topics": [{"id": "t" * 40, "title": title, "description": prose}],
            "rooms": [{"id": "r" * 40, "title": title}],
            "days": [
                {"date": "2023-02-20", "sessions": [*map(session, range(draw(st.sampled_from((1, 12, 14, 70)))))]},
                {"date": "2023-02-21", "sessions": [session(400)]},
            ],
        }
    )


# --- any post --------------------------------------------------------------------------------------------------------

TEXTS = typed(6000) | st.text(max_size=60) | st.lists(typed(900), max_size=60).map(Lines)
BUTTONS = st.builds(Button, st.text("abc", min_size=1, max_size=3), st.text(max_size=90))
WHOLE = Button("whole:" + MARK, "Show all")


@given(st.lists(TEXTS, max_size=25), st.lists(BUTTONS, max_size=30))
@such_as([], [])
@such_as(["\u202e"], [Button("a", "\u2068")])
@such_as([Lines(["a" * 50] * 300)] * 3, [])
def test_discord_takes_whatever_a_post_holds(blocks: list[str], buttons: list[Button]) -> None:
    post = Post(tuple(blocks), tuple({button.custom_id: button for button in buttons}.values())[:24], whole=WHOLE)
    assert_discord_takes(post)
    # Nothing is lost with a block that is blank.
    written = replace(post, blocks=tuple(block for block in blocks if not is_blank(block)))
    assert written.fits or WHOLE in fitted(post).buttons


@given(st.lists(typed(9000), min_size=1, max_size=30))
def test_an_answer_of_several_messages_leaves_nothing_out(blocks: list[str]) -> None:
    """Only what closes a style at the end of one message, and opens it again in the next, comes on top."""
    marks = str.maketrans("", "", "*_|~`\n\u2066\u2067\u2068\u2069")
    shown = "".join(block for page in pages(Post(tuple(blocks))) for block in page.blocks)
    assert shown.translate(marks).split() == "".join(blocks).translate(marks).split()


def test_what_is_short_stays_and_what_is_long_is_shortened_fairly() -> None:
    post = fitted(Post(("# Title", Lines(["a" * 9000, "b" * 9000, "short"]), "The last word"), (), whole=WHOLE))
    assert (post.blocks[0], post.blocks[2]) == ("# Title", "The last word")
    assert discord_limits.MESSAGE_TEXT - 5 <= post.length <= discord_limits.MESSAGE_TEXT
    first, second, third = post.blocks[1].split("\n")
    assert abs(len(first) - len(second)) <= 1
    assert (first[-1], second[-1], third) == ("…", "…", "short")
    assert post.buttons == (WHOLE,)


def test_what_has_no_room_is_counted() -> None:
    (listed,) = fitted(Post((Lines(f"line {number} " + "x" * 200 for number in range(400)),))).blocks
    *lines, counted = listed.split("\n")
    assert counted == f"-# … + {400 - len(lines)}"
    assert len(lines) > 50


def test_more_buttons_than_a_message_holds_leave_room_for_the_one_that_shows_all() -> None:
    buttons = tuple(Button(f"b{number}", "Press") for number in range(40))
    shown = fitted(Post(("a",), buttons, whole=WHOLE)).buttons
    assert (len(shown), shown[-1]) == (25, WHOLE)


# --- every renderer --------------------------------------------------------------------------------------------------


def _note(plan: Plan, words: str) -> Note:
    return Note(
        id="9" * 19,
        author=NUMBER,
        author_name=words[:32],
        topic=plan.topics[0].id,
        kind=NoteKind.RECOMMENDATION,
        title=words[:150],
        did=words,
        learned=words,
        visibility=Visibility.PRIVATE,
        written_at=MORNING,
        details={detail: words[:1500] for detail in Detail if detail is not Detail.MATURITY},
    )


def _question(plan: Plan, words: str) -> Question:
    session = plan.agenda.sessions[0].id
    return Question(
        "9" * 19, NUMBER, words[:32], anonymous=False, session=session, text=words, written_at=MORNING, votes=10**6,
        answer=words, owner=words[:80], due=MORNING, merged_into="1",
    )  # fmt: skip


def _breakout(plan: Plan, words: str) -> Breakout:
    session = plan.agenda.sessions[0].id
    people = tuple(GroupMember(number, words[:32], words[:150]) for number in range(40))
    parts = tuple(BreakoutGroup(number, people, 1) for number in range(1, breakouts_rules.MOST + 1))
    return Breakout(breakouts_rules.breakout_id(session, "9" * 19), None, 10, NUMBER, MORNING, parts, MORNING, MORNING)


def _place(words: str) -> Participant:
    return Participant("p", words[:80], words[:150], "TN", OrganisationKind.CUSTOMS, None, Role.ORGANISER)


def _rooms(plan: Plan) -> Mapping[str, int]:
    return {meeting_room(room): NUMBER for room in plan.room_names}


def _sessions(plan: Plan) -> Iterable[Session]:
    """One of each day, which is all that differs."""
    return (plan.agenda.sessions[0], plan.agenda.sessions[-1])


def _changed(plan: Plan, words: str) -> Agenda:
    title = dict.fromkeys(plan.languages, words[:90])
    speaker = Speaker(dict.fromkeys(plan.languages, words[:200]), dict.fromkeys(plan.languages, words[:200]))
    later = (replace(s, title=title, ends_at=s.ends_at + timedelta(1), speakers=(speaker,)) for s in plan.agenda)
    return Agenda(tuple(later))


def _standing(plan: Plan) -> control_panel.DayStatus:
    sessions = plan.agenda.sessions[:40]
    return control_panel.DayStatus(
        "9" * 32, sessions, sessions, timedelta(minutes=9), {}, 10**6, frozenset(), Hold("1", MORNING)
    )  # fmt: skip


def _digest(plan: Plan, words: str) -> DailyDigest:
    notes, asked = (_note(plan, words),) * 30, (_question(plan, words),) * 30
    sessions = plan.agenda.sessions
    return DailyDigest(sessions[0].day, sessions, 10**6, 10**6, notes, asked, sessions[-1])


def _listed(plan: Plan, words: str) -> list[Listed]:
    signed = Signature(name=words[:32], administration=words[:150])
    return [Listed(_note(plan, words), signed, notes.address(NUMBER, NUMBER, NUMBER))] * 30


def _touches(words: str) -> list[Touch]:
    asked = Contact("9" * 19, words[:150], NUMBER, words[:32], NUMBER, words[:32], MORNING, None)
    return [Touch(asked, escape(words[:180]))] * 40


def _reviewed(plan: Plan, words: str) -> Iterator[Post | None]:
    note, wording = _note(plan, words), NoteWording(words[:150], words, words)
    for review in (
        Review(proposal=wording), Review(ReviewState.CHANGES, asked=words[:1000]), Review(merged_into="1"),
        Review(wanted=True),
    ):  # fmt: skip
        yield note_reviews.for_author(note, review, plan.languages[0])


Renders = Callable[[Plan, str], Iterable[Post | None]]

#: Every renderer, by where it is, and all that it makes of a plan and of what somebody typed.
RENDERERS: Mapping[str, Renders] = {
    "messages.announcements.welcome": lambda plan, _: [announcements.welcome(plan, "#help-desk", MARK)],
    "messages.help_desk.panel": lambda plan, _: [
        help_desk.panel(plan, now, MARK) for now in (MORNING, plan.agenda.ends_at)
    ],
    "messages.help_desk.my_page": lambda plan, _: [
        help_desk.my_page(plan, language, participant=participant)
        for language in plan.languages
        for participant in (True, False)
    ],
    "messages.agenda.agenda": lambda plan, _: [
        agenda.agenda(plan, day, now, MARK)
        for day in plan.agenda.days
        for now in (MORNING - timedelta(1), MORNING, plan.agenda.ends_at)
    ],
    "messages.announcements.soon": lambda plan, _: [
        announcements.soon(plan, s, _rooms(plan), MARK) for s in _sessions(plan)
    ],
    "messages.announcements.word": lambda plan, words: [
        announcements.word(plan, s, dict.fromkeys(plan.languages, words[:100]), MARK) for s in _sessions(plan)
    ],
    "messages.announcements.start": lambda plan, _: [
        announcements.start(plan, s, _rooms(plan), MARK) for s in _sessions(plan)
    ],
    "messages.announcements.end": lambda plan, _: [announcements.end(plan, s, MARK) for s in _sessions(plan)],
    "messages.announcements.together": lambda plan, _: [
        announcements.together(
            [announcements.start(plan, s, _rooms(plan), MARK) for s in plan.agenda.sessions[:4]],
            [s.title[plan.languages[0]] for s in plan.agenda.sessions[:4]],
        )
    ],
    "messages.announcements.topic_opening": lambda plan, _: [
        announcements.topic_opening(plan, topic, MARK) for t in plan.topics if (topic := plan.topic(t.id))
    ],
    "messages.announcements.custom": lambda plan, words: [announcements.custom(plan, words, MARK, NUMBER)],
    "messages.announcements.hold": lambda plan, _: [announcements.hold(plan, MARK)],
    "messages.post.late": lambda plan, words: [
        post_messages.late(plan, announcements.custom(plan, words, MARK), MORNING),
    ],
    "messages.post.report": lambda _, words: [post_messages.report(words, MARK)],
    "messages.agenda.agenda_for": lambda plan, _: [
        agenda.agenda_for(plan, day, MORNING, plan.languages[0], _rooms(plan)) for day in plan.agenda.days
    ],
    "messages.agenda.now_for": lambda plan, _: [
        agenda.now_for(plan, s.starts_at, plan.languages[0], _rooms(plan)) for s in _sessions(plan)
    ],
    "messages.agenda.next_for": lambda plan, _: [
        agenda.next_for(plan, s.starts_at - timedelta(seconds=1), plan.languages[0], _rooms(plan))
        for s in _sessions(plan)
    ],
    "messages.file_faults.faults_post": lambda _, words: [file_faults.faults_post(words[:300], [words] * 60)[0]],
    "messages.own_attendance.own_attendance": lambda plan, words: [
        own_attendance.own_attendance(plan, own, {}, plan.agenda.ends_at, plan.languages[0], {})
        for own in attendance_records(plan, [CheckIn(plan.agenda.sessions[0].id, 1, words[:32], MORNING)])
    ],
    "messages.help.manual": lambda plan, _: [
        manual_messages.manual(
            [HelpEntry(f"</c{n}:{NUMBER}>", "D" * 100, f"Purpose {n}", Role.VISITOR) for n in range(100)],
            Role.ORGANISER,
            plan.languages[0],
        )
    ],
    "messages.control_panel.panel": lambda plan, _: [
        control_panel.panel(plan, _standing(plan), MORNING, _rooms(plan), MARK),
    ],
    "messages.control_panel.moved": lambda plan, _: [control_panel.moved(plan, MORNING, MARK)],
    "messages.control_panel.ladder": lambda plan, _: [
        control_panel.ladder(plan, s, s.starts_at, MARK) for s in _sessions(plan)
    ],
    "messages.control_panel.team_request": lambda plan, words: [
        control_panel.team_request(plan, _place(words), NUMBER, MARK),
    ],
    "messages.notes.card": lambda plan, words: [
        notes.card(plan, listed.note, listed.signed, 10**6, MARK, [listed.signed] * 9)
        for listed in _listed(plan, words)[:1]
    ],
    "messages.notes.request": lambda plan, words: [
        notes.request(plan, NoteRequest("9" * 19, NUMBER, NUMBER, NUMBER, words, MORNING), NUMBER, MARK)
    ],
    "messages.notes.found": lambda plan, words: [
        notes.found(plan, _listed(plan, words), plan.languages[0], more=True),
    ],
    "messages.notes.mine": lambda plan, words: [
        notes.mine(plan, _listed(plan, words), 99, plan.languages[0]),
    ],
    "messages.notes.contacts": lambda plan, words: [
        notes.contacts(_touches(words), _touches(words), plan.languages[0]),
    ],
    "messages.daily_digest.digest": lambda plan, words: [
        daily_digest.digest(plan, _digest(plan, words), {"9" * 19: notes.address(NUMBER, NUMBER, NUMBER)}, MARK)
    ],
    "messages.breakouts.opening": lambda plan, words: [
        groups.opening(
            plan, plan.agenda.sessions[0], b := _breakout(plan, words), b.groups[-1], _rooms(plan), MARK
        )
    ],
    "messages.breakouts.left": lambda plan, words: [
        groups.left(plan, plan.agenda.sessions[0], b := _breakout(plan, words), b.groups[-1], _rooms(plan), MARK)
    ],
    "messages.breakouts.back": lambda plan, words: [
        groups.back(plan, plan.agenda.sessions[0], b := _breakout(plan, words), b.groups[-1], _rooms(plan), MARK)
    ],
    "messages.breakouts.preview": lambda plan, words: [
        groups.preview(plan, plan.agenda.sessions[0], _breakout(plan, words), plan.languages[0])
    ],
    "messages.breakouts.status": lambda plan, words: [
        groups.status(
            plan, plan.agenda.sessions[0], b := _breakout(plan, words), {},
            {breakout_room(b.id, n): NUMBER for n in range(26)}, plan.languages[0],
        )
    ],
    "messages.agenda_changes.preview": lambda plan, words: [
        agenda_changes.preview(plan, _changed(plan, words), plan.languages[0], "9" * 19, [words[:500]] * 5)
    ],
    "messages.agenda_changes.change": lambda plan, words: [
        agenda_changes.change(plan.languages, diff(plan.agenda, _changed(plan, words)), plan.room_names, MARK)
    ],
    "messages.questions.ask_opening": lambda plan, _: [questions.ask_opening(plan, MARK)],
    "messages.questions.question_card": lambda plan, words: [
        questions.question_card(plan, replace(_question(plan, words), state=state), MARK, other)
        for state in QuestionState
        for other in (None, _question(plan, words))
    ],
    "messages.questions.open_questions": lambda plan, words: [
        questions.open_questions(plan, plan.agenda.sessions[0], [_question(plan, words)] * 30, MARK)
    ],
    "messages.feedback.rate": lambda plan, _: [feedback.rate(plan, s, MARK) for s in _sessions(plan)],
    "messages.feedback.evaluation": lambda plan, _: [feedback.evaluation(plan, MARK)],
    "messages.pledges.pledge": lambda plan, _: [pledges.pledge(plan, MARK)],
    "messages.certificates.certificates": lambda plan, _: [certificates.certificates(plan, MARK)],
    "messages.pledges.follow_up": lambda plan, words: [
        pledges.follow_up(
            plan, 24, [Pledge(1, words[:32], words, date(2023, 6, 30), follow_up=True, written_at=MORNING)] * 40, MARK
        )
    ],
    "messages.note_reviews.entry": lambda plan, words: [
        note_reviews.entry(plan, listed, Review(asked=words[:1000], tags=(words[:40],) * 5), 99, plan.languages[0])
        for listed in _listed(plan, words)[:1]
    ],
    "messages.note_reviews.for_author": _reviewed,
}  # fmt: skip

#: What takes its texts from renderers, or is one line of ours.
OTHERS = {
    "messages.agenda.unabridged",
    "messages.fitting.fitted",
    "messages.fitting.pages",
    "platform.agenda_changes.carry_out",
    "platform.agenda_changes.take_back",
}


def test_every_renderer_is_tried() -> None:
    """A new one needs a row in the table above."""
    there = {
        f"{module.name.removeprefix('bot.')}.{name}"
        for module in pkgutil.walk_packages(bot.__path__, "bot.")
        if not module.name.endswith("__main__")
        for name, function in vars(importlib.import_module(module.name)).items()
        if inspect.isfunction(function) and function.__module__ == module.name and not name.startswith("_")
        if "Post" in str(function.__annotations__.get("return", ""))
    }
    assert there == RENDERERS.keys() | OTHERS, "compare RENDERERS in tests/messages/test_fitting.py"


@pytest.mark.parametrize("name", RENDERERS)
@settings(max_examples=4)
@given(plans(), typed(4000))
def test_discord_takes_all_that_a_renderer_makes(name: str, plan: Plan, words: str) -> None:
    for post in RENDERERS[name](plan, words):
        if post is not None:
            assert_discord_takes(post)


# --- what is kept where room is short --------------------------------------------------------------------------------


@settings(max_examples=20)
@given(plans(), st.integers(0, 80))
def test_an_agenda_has_every_session_and_the_way_to_all_of_it(plan: Plan, minutes: int) -> None:
    """As long as they have a line each; of a day of hundreds, those that are not over."""
    day = plan.agenda.days[0]
    now = datetime.combine(day, time(), plan.tz).astimezone(UTC) + timedelta(minutes=minutes)
    post = agenda.agenda(plan, day, now, MARK)
    assert post.fits
    sessions = plan.agenda.on(day)
    text = "\n".join(post.blocks)
    held = [session for session in sessions if session.ends_at > now]
    shown = [
        session for session in (sessions if len(sessions) <= 14 else held[:15]) if post_messages.span(session) in text
    ]
    assert len(shown) == len(sessions if len(sessions) <= 14 else held[:15])
    kinds = [button.custom_id.partition(":")[0] for button in post.buttons]
    assert kinds in (["now"], ["day", "now"])


@settings(max_examples=10)
@given(plans())
def test_what_a_message_is_for_stays_in_it(plan: Plan) -> None:
    """The welcome's Join button and what it says of privacy; a start's button and its room."""
    welcome = fitted(announcements.welcome(plan, "#help-desk", MARK))
    assert welcome.buttons[0].custom_id == f"join:{MARK}"
    assert welcome.blocks[2:] == announcements.welcome(plan, "#help-desk", MARK).blocks[2:]
    session = plan.agenda.sessions[0]
    start = announcements.start(plan, session, _rooms(plan), MARK)
    assert fitted(start).buttons[0].custom_id == f"checkin:{session.id}:{MARK}"
    assert fitted(start).blocks[1] == start.blocks[1]


@settings(max_examples=10)
@given(plans())
def test_an_event_fits(plan: Plan) -> None:
    for session in _sessions(plan):
        name, description = announcements.event(plan, session)
        assert 0 < measure(name) <= discord_limits.NAME
        assert measure(description) <= discord_limits.EVENT_DESCRIPTION
        assert clean(description)
