"""What people are told when the agenda changes: each change once, in every language, within Discord's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import discord_limits
from bot.domain.agenda.agenda_changes import Changes, diff
from bot.domain.agenda.sessions import Agenda, Session, Speaker
from bot.domain.languages import LANGUAGES
from bot.domain.plan import Plan
from bot.messages import agenda_changes
from bot.messages.post import Post, joined, moment

MARK = "f" * 24


def told(plan: Plan, after: Agenda) -> Post:
    """The notice that turns the plan's agenda into that."""
    return agenda_changes.change(plan.languages, diff(plan.agenda, after), plan.room_names, MARK)


def with_one(plan: Plan, **changes: object) -> Agenda:
    """The plan's agenda with another first session."""
    first, *others = plan.agenda
    return Agenda((replace(first, **changes), *others))  # type: ignore[arg-type]


def section(post: Post, name: agenda_changes.Section) -> list[str]:
    """The lines under that heading."""
    heading = joined(LANGUAGES, f"change.{name}")
    (found,) = [block for block in post.blocks if block.split("\n")[0].endswith(f" {heading}")]
    return found.splitlines()[1:]


@pytest.fixture(name="first")
def first_session(example: Plan) -> Session:
    """The session that opens the example."""
    return example.agenda.sessions[0]


def test_a_moved_session_shows_both_times_in_the_readers_zone(example: Plan, first: Session) -> None:
    """On one day its date stands once; to another day both stand in full."""
    hour = timedelta(hours=1)
    same_day = with_one(example, starts_at=first.starts_at - hour, ends_at=first.ends_at - hour)
    start, end = first.starts_at, first.ends_at
    *title, line = section(told(example, same_day), agenda_changes.Section.CHANGED)
    assert title == [f"**{first.title['en']}**", f"-# {first.title['fr']}", f"-# {first.title['ar']}"]
    was, becomes = f"{moment(start)}–{moment(end)}", f"{moment(start - hour)}–{moment(end - hour)}"  # noqa: RUF001
    assert line == f"{moment(start - hour, 'D')}: {was} → {becomes}"
    days = timedelta(days=3)
    other_day = with_one(example, day=first.day + days, starts_at=start + days, ends_at=end + days)
    *_, line = section(told(example, other_day), agenda_changes.Section.CHANGED)
    was, becomes = (f"{moment(a, 'F')}–{moment(b)}" for a, b in ((start, end), (start + days, end + days)))  # noqa: RUF001
    assert line == f"{was} → {becomes}"


def test_each_other_aspect_is_told_in_every_language(example: Plan, first: Session) -> None:
    """Names of rooms and earlier titles each in its language; what people typed is shown to the letter."""
    title = {language: f"*{language}*" for language in example.languages}
    speaker = Speaker(title, dict.fromkeys(example.languages, ""))
    after = with_one(example, room="attic", title=title, speakers=(speaker,), description=title)
    changes = diff(example.agenda, after)
    names = {**example.room_names, "attic": {"en": "Attic", "fr": "Grenier", "ar": "غرفة"}}
    before = names[first.room]
    lines = section(agenda_changes.change(example.languages, changes, names, MARK), agenda_changes.Section.CHANGED)
    assert lines[:3] == [r"**\*en\***", r"-# \*fr\*", r"-# \*ar\*"]
    assert lines[3] == f"Room changed: {before['en']} → Attic"
    assert lines[4] == f"Changement de salle : {before['fr']} → Grenier"
    assert f"\u2068{before['ar']}\u2069" in lines[5]
    assert "\u2068غرفة\u2069" in lines[5]
    assert lines[6] == f"Its title was: {first.title['en']}"
    assert lines[9:11] == [r"Speakers: \*en\*", r"Intervenants : \*fr\*"]
    assert len(lines) == 12


def test_a_session_that_lost_its_speakers_says_so(example: Plan) -> None:
    """Nobody is told an empty list."""
    speaking = with_one(example, speakers=(Speaker(example.title, example.organiser),))
    changes = diff(speaking, with_one(example, speakers=()))
    lines = section(agenda_changes.change(example.languages, changes, {}, MARK), agenda_changes.Section.CORRECTED)
    assert lines[3] == "No speaker is named any more."


def test_a_swap_a_cancellation_and_a_new_session_each_stand_in_their_section(example: Plan) -> None:
    """The swap with both its sessions; the button shows the first day on which something is held."""
    one, two, gone, *others = example.agenda
    swapped = (
        replace(one, starts_at=two.starts_at, ends_at=two.ends_at),
        replace(two, starts_at=one.starts_at, ends_at=one.ends_at),
    )
    new = replace(gone, id="added", title=dict.fromkeys(example.languages, "Fresh"), room="cellar")
    post = told(example, Agenda((*swapped, new, *others)))
    assert [block.split()[1] for block in post.blocks[1:]] == ["❌", "🔀", "🆕"]
    lines = section(post, agenda_changes.Section.SWAPPED)
    assert len([line for line in lines if "→" in line]) == 2
    assert section(post, agenda_changes.Section.CANCELLED)[0] == f"**{gone.title['en']}**"
    assert section(post, agenda_changes.Section.ADDED)[0] == "**Fresh**"
    assert section(post, agenda_changes.Section.ADDED)[1].endswith("· cellar")
    assert [button.custom_id for button in post.buttons] == [f"day:{one.day}:{MARK}"]


def test_what_makes_people_miss_something_stands_before_what_does_not(example: Plan) -> None:
    """Another time before another title, whichever session is first."""
    one, two, *others = example.agenda
    renamed = replace(one, title=dict.fromkeys(example.languages, "Fresh"))
    longer = replace(two, ends_at=two.ends_at + timedelta(minutes=5))
    post = told(example, Agenda((renamed, longer, *others)))
    assert [block.split()[1] for block in post.blocks[1:]] == ["🕒", "📝"]
    assert section(post, agenda_changes.Section.CHANGED)[0] == f"**{two.title['en']}**"
    assert section(post, agenda_changes.Section.CORRECTED)[0] == "**Fresh**"


def test_other_details_are_told_where_nothing_else_is(example: Plan) -> None:
    """They make nobody miss anything."""
    post = told(example, with_one(example, description=None))
    assert section(post, agenda_changes.Section.CORRECTED)[3] == "Other details of this session have changed."


def test_a_renamed_room_is_told_once(example: Plan, first: Session) -> None:
    """Whatever number of sessions is in it."""
    names = {**example.room_names, first.room: {"en": "Big room", "fr": "Grande salle", "ar": "قاعة"}}
    changes = diff(example.agenda, example.agenda, example.room_names, names)
    lines = section(agenda_changes.change(example.languages, changes, names, MARK), agenda_changes.Section.RENAMED)
    was = example.room_names[first.room]["en"]
    assert lines[0] == f"The room {was} is now called Big room. Its sessions stay there."
    assert len(lines) == 3


def test_a_renamed_room_that_no_session_is_in_points_to_what_is_on(example: Plan) -> None:
    """There is no day to look at."""
    names = ({"attic": dict.fromkeys(example.languages, name)} for name in ("Attic", "Loft"))
    changes = diff(example.agenda, example.agenda, *names)
    assert agenda_changes.change(example.languages, changes, {}, MARK).buttons[0].custom_id == f"now:{MARK}"


def test_cancelled_alone_points_to_its_own_day(example: Plan) -> None:
    """There is nothing else to look at."""
    *kept, last = example.agenda
    assert told(example, Agenda(tuple(kept))).buttons[0].custom_id == f"day:{last.day}:{MARK}"


@pytest.mark.parametrize("count", [1, 20, 100, 400])
def test_too_many_changes_are_counted_and_point_to_the_agenda(example: Plan, count: int) -> None:
    """As many as fit are told, in order; shown and counted, every one of them is there."""
    session = example.agenda.sessions[0]
    added = tuple(
        replace(session, id=f"s{n}", title={"en": f"Number {n}", "fr": f"Numéro {n}", "ar": f"رقم {n}"})
        for n in range(count)
    )
    post = agenda_changes.change(example.languages, Changes(added=added), example.room_names, MARK)
    assert post.length <= discord_limits.MESSAGE_TEXT
    shown = "\n".join(post.blocks).count("**Number ")
    if shown < count:
        assert f"{count - shown} more changes are not shown here. Type /agenda" in post.blocks[-1]
        assert f"{count - shown} autres modifications" in post.blocks[-1]
        # At most one more would have fitted.
        assert post.length > discord_limits.MESSAGE_TEXT - 1000
    else:
        assert "/agenda" not in "\n".join(post.blocks)
    assert (shown == count) == (count <= 20)


def test_one_change_too_long_to_show_is_counted(example: Plan) -> None:
    """Rather than refused by Discord."""
    session = replace(example.agenda.sessions[0], title=dict.fromkeys(example.languages, "\\" * 3000))
    post = agenda_changes.change(example.languages, Changes(added=(session,)), example.room_names, MARK)
    assert post.length <= discord_limits.MESSAGE_TEXT
    assert "One more change is not shown here." in post.blocks[-1]
