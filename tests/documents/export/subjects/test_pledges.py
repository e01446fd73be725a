"""Rows of pledges: only who agreed to be asked is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.documents.export.subjects import pledges
from bot.domain.contributions.pledges import Pledge
from bot.domain.plan import Plan
from tests.documents.export.readers import in_columns

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


def test_only_who_agreed_to_be_asked_is_named_beside_a_pledge(example: Plan) -> None:
    pledge = Pledge(42, "Amina", "Publish", date(2023, 6, 30), follow_up=True, written_at=NOON)
    agreed, silent = in_columns(
        pledges.COLUMNS, pledges.pledge_rows(example, [pledge, replace(pledge, follow_up=False)])
    )
    assert (agreed["person"], agreed["person_id"], agreed["by"]) == ("Amina", "42", date(2023, 6, 30))
    assert (silent["person"], silent["person_id"], silent["text"]) == (None, None, "Publish")
