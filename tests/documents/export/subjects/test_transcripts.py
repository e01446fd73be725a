"""Rows of transcripts: what channels held, with names for ids, and nothing that the Chatham House Rule hides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.documents.export.subjects import transcripts
from bot.domain.contributions.transcripts import BOT, TranscriptChannel, TranscriptMessage
from bot.domain.plan import Plan
from bot.domain.venue import ANNOUNCEMENTS, TEAM
from tests.documents.export.readers import in_columns

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
TEAM_ROOM, OPEN_ROOM = TranscriptChannel(1, TEAM, "team"), TranscriptChannel(2, ANNOUNCEMENTS, "announcements")
POSTED = TranscriptMessage(11, BOT, "Plenary", NOON, NOON, "<@7> in <#2>: https://a.example")
TYPED = TranscriptMessage(12, 7, "amina_z", NOON, None, None)
MESSAGES = [(TEAM_ROOM, POSTED), (OPEN_ROOM, POSTED), (OPEN_ROOM, TYPED)]


def rows(plan: Plan) -> list[dict[str, Any]]:
    names, people = {"#2": "#announcements", "@7": "@Amina"}, {7: "Amina"}
    return in_columns(transcripts.COLUMNS, transcripts.transcript_rows(plan, MESSAGES, names, people, "[withheld]"))


def test_a_message_is_one_row_with_names_for_ids(example: Plan) -> None:
    team, posted, typed = rows(example)
    assert (team["channel"], posted["channel"], posted["author_id"]) == ("team", "announcements", None)
    assert posted["text"] == "@Amina in #announcements: https://a.example"
    assert (typed["author"], typed["author_id"], typed["withheld"], typed["text"]) == (
        "Amina", "7", True, "[withheld]",
    )  # fmt: skip
    assert (posted["edited_at"], typed["edited_at"]) == (NOON, None)


def test_under_the_chatham_house_rule_rooms_links_and_authors_are_left_out(tiny: Callable[..., Plan]) -> None:
    posted, typed = rows(tiny(chatham_house=True))
    assert {posted["channel"], typed["channel"]} == {"announcements"}
    assert "a.example" not in posted["text"]
    assert [typed[name] for name in ("author", "author_id", "written_at", "edited_at")] == [None] * 4
