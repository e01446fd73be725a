"""What is posted and answered about notes: it fits, it is to the letter, and it names nobody who doesn't want it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import example as such_as
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contributions.contacts import Contact, NoteRequest
from bot.domain.contributions.notes import (
    DETAIL_LENGTH,
    PART_LENGTH,
    TITLE_LENGTH,
    Attribution,
    Detail,
    Maturity,
    Note,
    NoteKind,
    Signature,
    Visibility,
    signature,
)
from bot.domain.languages import LANGUAGES
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.text import clean
from bot.messages import notes as notes_messages
from bot.messages.notes import Listed, Touch
from tests.fitting import assert_discord_takes

if TYPE_CHECKING:
    from bot.domain.plan import Plan
    from bot.messages.post import Post

MARK = "f" * 24
NOON = datetime(2023, 2, 20, 11, tzinfo=UTC)
GUILD = CHANNEL = MESSAGE = 2**63

#: Any text, up to the length that a form takes: a few signs over and over.
LONG = st.builds(
    lambda signs, times: (signs * times)[:PART_LENGTH],
    st.text(min_size=1, max_size=6)
    | st.sampled_from(
        [
            "\\",
            "👩‍🔧",
            "- a\n",
            "جمارك ",
            "https://a.example/_ ",
            "@everyone ",
            "<@&1>",
            "[a](https://b)",
            "\u202e",
            "```\n",
        ]
    ),
    st.integers(1, PART_LENGTH),
)
DETAILS = st.dictionaries(
    st.sampled_from([detail for detail in Detail if detail is not Detail.MATURITY]),
    LONG.map(lambda t: t[:DETAIL_LENGTH]),
)


@st.composite
def notes(draw: st.DrawFn) -> Note:
    """Any note that the forms let through, and some that they would clean."""
    maturity = {Detail.MATURITY: str(draw(st.sampled_from(Maturity)))} if draw(st.booleans()) else {}
    return Note(
        id="1073741824000000001",
        author=1,
        author_name=draw(LONG)[:32],
        topic="blockchain",
        kind=draw(st.sampled_from(NoteKind)),
        title=draw(LONG)[:TITLE_LENGTH],
        did=draw(LONG),
        learned=draw(LONG),
        visibility=draw(st.sampled_from(Visibility)),
        written_at=NOON,
        attribution=draw(st.sampled_from(Attribution)),
        details={**draw(DETAILS), **maturity},
    )


WORST = Note(
    id="1",
    author=1,
    author_name="\\" * 32,
    topic="blockchain",
    kind=NoteKind.RECOMMENDATION,
    title="\\" * TITLE_LENGTH,
    did="\\" * PART_LENGTH,
    learned="👩‍🔧" * (PART_LENGTH // 3),
    visibility=Visibility.PARTICIPANTS,
    written_at=NOON,
    details={detail: "*" * DETAIL_LENGTH for detail in Detail if detail is not Detail.MATURITY},
)
AUTHOR = Participant("a", "*" * 200, "_" * 400, "TN", OrganisationKind.CUSTOMS, None, Role.PARTICIPANT)


def assert_harmless(post: Post) -> None:
    """No mention, link with a false name, or direction override of somebody's making."""
    for block in post.blocks:
        bare = re.sub(r"<t:\d+:\w>|<#\d+>", "", block)
        assert not re.search(r"(?<!\\)[<@\[]", re.sub(r"https?://\S+", "", bare).replace("\\\\", "")), bare
        assert not re.search("[\u202a-\u202e]", bare)


# --- cards -------------------------------------------------------------------------------------------------------


@given(notes(), st.none() | st.just(AUTHOR), st.integers(0, 10**6))
@such_as(WORST, AUTHOR, 1)
@such_as(WORST, None, 0)
def test_discord_takes_the_card_of_any_note_and_nobody_is_mentioned(
    example: Plan, note: Note, author: Participant | None, echoes: int
) -> None:
    """4,000 signs of anything in both parts, and in the details."""
    post = notes_messages.card(example, note, signature(note, author), echoes, MARK)
    assert_discord_takes(post)
    assert_harmless(post)
    assert {button.custom_id.rpartition(":")[2] for button in post.buttons} == {MARK}


def test_a_card_shows_the_note_to_the_letter(example: Plan) -> None:
    """Its title as heading, each part under its label, and by whom."""
    note = replace(WORST, title="# One", did="- Seals\n@here", learned="[a](https://b.example)")
    note = replace(note, details={Detail.MATURITY: "pilot", Detail.LINKS: "https://c.example/_d"})
    heading, did, learned, details, signed = notes_messages.card(example, note, Signature(1, "A*"), 3, MARK).blocks
    assert heading.startswith("### 💡 \\# One\n")
    assert "A pilot" in heading
    assert did.split("\n", 1)[1] == "\\- Seals\n\\@here"
    assert learned.split("\n", 1)[1] == "\\[a\\](https://b.example)"
    assert details.split("\n", 1)[1] == "https://c.example/_d"
    assert signed.startswith("-# A\\* · <t:")
    assert "\n-# 🤝 3 others do this too · 3 autres personnes font de même · " in signed


@given(st.text(max_size=300))
def test_a_short_note_is_shown_whole(example: Plan, typed: str) -> None:
    """Nothing is cut that fits, however much of the rest doesn't."""
    note = replace(WORST, title="T", did=typed)
    shown = notes_messages.card(example, note, Signature(), 0, MARK).blocks[1].split("\n", 1)[1]
    assert shown.replace("\\", "") == clean(typed).replace("\\", "")


@pytest.mark.parametrize("attribution", Attribution)
def test_a_card_tells_of_its_author_what_they_chose_and_no_more(example: Plan, attribution: Attribution) -> None:
    author = Participant("a", "Amina", "Douane", "TN", OrganisationKind.CUSTOMS, None, Role.PARTICIPANT)
    note = replace(WORST, did="D", learned="L", details={}, author_name="Ami", attribution=attribution)
    signed = notes_messages.card(example, note, signature(note, author), 0, MARK).blocks[-1].partition(" · <t:")[0]
    assert (
        signed
        == {
            Attribution.NAME: "-# Amina · Douane",
            Attribution.ADMINISTRATION: "-# Douane",
            Attribution.COUNTRY: "-# Tunisia / Tunisie / تونس",
            Attribution.REGION: "-# A customs administration, MENA region"
            " / Une administration des douanes (région MENA)"
            " / إدارة جمارك في منطقة الشرق الأوسط وشمال أفريقيا",
            Attribution.ANONYMOUS: "-# A participant / Une participante ou un participant / أحد المشاركين",
        }[attribution]
    )


# --- lists -------------------------------------------------------------------------------------------------------


@given(st.lists(notes(), max_size=25), st.sampled_from(LANGUAGES), st.booleans())
@such_as([WORST] * 25, "ar", True)  # noqa: FBT003 - an example
def test_discord_takes_any_list_of_notes(example: Plan, some: list[Note], language: str, more: bool) -> None:  # noqa: FBT001
    """What doesn't fit is left out, whole."""
    link = notes_messages.address(GUILD, CHANNEL, MESSAGE)
    listed = [Listed(note, signature(note, AUTHOR), link) for note in some]
    for post in (
        notes_messages.found(example, listed, language, more=more),
        notes_messages.mine(example, listed, len(some), language),
    ):
        assert_discord_takes(post)
        assert_harmless(post)


@given(st.lists(st.tuples(LONG, LONG, st.sampled_from([None, True, False])), max_size=20), st.sampled_from(LANGUAGES))
def test_discord_takes_any_list_of_contacts(some: list[tuple[str, str, bool | None]], language: str) -> None:
    """Long titles and names, in every state."""
    touches = [
        Touch(Contact("1" * 20, title[:150], 1, name[:32], 2**63, name[:32], NOON, agreed), "\\*" * 200)
        for title, name, agreed in some
    ]
    assert_discord_takes(notes_messages.contacts(touches, touches, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_asked_reads_the_same_after_a_refusal_as_before_any_answer(language: str) -> None:
    """Nor is the author named."""
    waiting = Contact("1", "T", 1, "Amina", 2, "Basim", NOON, None)
    posts = [
        notes_messages.contacts([], [Touch(replace(waiting, agreed=agreed), "")], language) for agreed in (None, False)
    ]
    assert posts[0] == posts[1]
    assert "Amina" not in "".join(posts[0].blocks)


def test_a_question_fits_and_names_the_message(example: Plan) -> None:
    post = notes_messages.request(example, NoteRequest(str(MESSAGE), CHANNEL, MESSAGE, MESSAGE, "T", NOON), GUILD, MARK)
    assert_discord_takes(post)
    assert post.blocks[0].count(f"https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}") == len(LANGUAGES)
    assert [button.custom_id.rpartition(":")[2] for button in post.buttons] == [MARK, MARK]
