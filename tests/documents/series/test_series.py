"""Several workshops side by side: real databases, each opened to read only, and of notes only what authors allow."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cli import series_output
from bot.cli.series_output import SeriesRequest
from bot.documents.export.subject import TABULAR, Format
from bot.domain import announcements
from bot.domain.contributions.notes import Attribution, Audience, Note, NoteKind, Visibility
from bot.domain.plan import Plan
from bot.settings import SettingsError
from bot.store import Store
from bot.store.audit import Aside
from bot.store.plan_in_force import PlanInForce
from tests.documents.export.full_workshop import (
    AUTHOR_COLUMNS,
    AUTHORS,
    NOON,
    SHOWN,
    full_workshop,
    may_read,
    named_in,
)
from tests.documents.export.readers import every_word, read_back

Tiny = Callable[..., Plan]
READERS = [audience for audience in Audience if audience is not Audience.PARTICIPANTS]
NOW = datetime(2024, 3, 1, tzinfo=UTC)


def plan_of(tiny: Tiny, number: int, **keys: Any) -> Plan:  # noqa: ANN401 - whatever YAML holds
    series = {"title": "Ledgers", "number": number, "of": 3}
    return tiny(**{"id": f"tiny-{number}", "region": "MENA", "series": series, **keys})


async def database(folder: Path, plan: Plan) -> Path:
    async with full_workshop(folder / plan.id, plan):
        pass
    return folder / plan.id / "plenary.db"


async def recommend(store: Store, plan: Plan, *titles: str) -> None:
    """By people whose own notes are private, so that these are all that is found of them."""
    for number, title in enumerate(titles):
        author = AUTHORS[number]
        kept = (Visibility.SERIES, NOON, Attribution.ADMINISTRATION)
        note = Note(
            f"r{number}{plan.id}", author.person, "D", "ledgers", NoteKind.RECOMMENDATION, title, "Do", "it", *kept
        )
        await store.notes.submit(note, announcements.card(plan, note, NOON))


async def file_of(make: Callable[[SeriesRequest], Any], out: Path, audience: Audience, *databases: Path) -> bytes:
    await make(SeriesRequest(databases, audience, out, NOW))
    return out.read_bytes()  # noqa: ASYNC240 - nothing else runs meanwhile


async def search(asked: SeriesRequest) -> None:
    await series_output.search("SAÎD", asked)


@pytest.mark.parametrize("audience", READERS)
async def test_of_every_workshop_only_what_authors_allow_is_found_and_never_more_of_them(
    tmp_path: Path, tiny: Tiny, audience: Audience
) -> None:
    """In every format, for every visibility and attribution; of the workshop under the Chatham House Rule, nobody."""
    open_, confidential = plan_of(tiny, 1), plan_of(tiny, 2, chatham_house=True)
    paths = [await database(tmp_path, plan) for plan in (confidential, open_)]
    allowed = [author for author in AUTHORS if may_read(audience, author.visibility)]
    for form in TABULAR:
        content = await file_of(search, tmp_path / f"found.{form}", audience, *paths)
        found = read_back(form, content)
        rows = {row["title"][4:7]: row for row in found if row["workshop"] == open_.id}
        assert rows.keys() == {str(author.number) for author in allowed}
        for author in allowed:
            row = rows[str(author.number)]
            assert {column for column in AUTHOR_COLUMNS if column in row} == set(SHOWN[author.attribution]), (
                form,
                author,
            )
            for name in ("author", "author_id", "administration"):
                assert row.get(name) in {None, author.secrets[name]}
        secret = [row for row in found if row["workshop"] == confidential.id]
        assert sorted(row["title"][4:7] for row in secret) == [str(author.number) for author in allowed]
        assert named_in(repr(secret)) == []
        assert "Chatham" in every_word(form, content) or form is Format.CSV
        for make in (series_output.figures, series_output.recommendations):
            words = every_word(form, await file_of(make, tmp_path / f"other.{form}", audience, *paths))
            assert named_in(words) == []
            assert "Said" not in words


async def test_what_an_author_does_not_let_be_told_is_not_found_by_it_either(tmp_path: Path, tiny: Tiny) -> None:
    path = await database(tmp_path, plan_of(tiny, 1))
    named = next(a for a in AUTHORS if (a.visibility, a.attribution) == (Visibility.PUBLIC, Attribution.NAME))
    hidden = next(a for a in AUTHORS if (a.visibility, a.attribution) == (Visibility.PUBLIC, Attribution.COUNTRY))
    for author, number in ((named, 1), (hidden, 0)):
        out = tmp_path / "found.json"
        await series_output.search(author.place.name, SeriesRequest([path], Audience.PUBLIC, out, NOW))
        assert len(read_back(Format.JSON, out.read_bytes())) == number


async def test_figures_stand_side_by_side_and_say_what_was_counted(tmp_path: Path, tiny: Tiny) -> None:
    """The earliest workshop first, whatever order they are named in."""
    plans = [plan_of(tiny, number) for number in (2, 1)]
    paths = [await database(tmp_path, plan) for plan in plans]
    async with full_workshop(tmp_path / "more", plan_of(tiny, 3)) as source:  # a bot may be at work on one
        await recommend(source.store, source.plan, "Share them")
        rows = read_back(
            Format.JSON,
            await file_of(
                series_output.figures, tmp_path / "f.json", Audience.SERIES, *paths, tmp_path / "more" / "plenary.db"
            ),
        )
    told = {(row["figure"], row.get("of")): [row.get(f"tiny-{n}") for n in (1, 2, 3)] for row in rows}
    assert list(rows[0]) == ["figure", "tiny-1", "tiny-2", "tiny-3"]
    allowed = sum(may_read(Audience.SERIES, author.visibility) for author in AUTHORS)
    everybody = len(AUTHORS)
    assert told["edition", None] == [1, 2, 3]
    assert told["people", None] == told["questions", None] == told["pledges", None] == [everybody] * 3
    assert told["organisations", None] == [everybody] * 3
    assert told["response_percent", None] == [100.0] * 3
    assert told["overall_of_five", None] == [5.0] * 3
    assert told["notes", None] == [allowed, allowed, allowed + 1]
    assert told["notes_by_kind", "recommendation"] == [None, None, 1]
    assert told["notes_by_topic", "ledgers"] == [allowed, allowed, allowed + 1]


async def test_a_recommendation_that_came_back_says_where(tmp_path: Path, tiny: Tiny) -> None:
    paths: list[Path] = []
    for number, titles in (
        (1, ["Publish the seals", "Train"]),
        (2, ["Other"]),
        (3, ["publish thé seals!", "Train more"]),
    ):
        async with full_workshop(tmp_path / str(number), plan_of(tiny, number)) as source:
            await recommend(source.store, source.plan, *titles)
        paths.append(tmp_path / str(number) / "plenary.db")
    content = await file_of(series_output.recommendations, tmp_path / "r.json", Audience.SERIES, *reversed(paths))
    rows = read_back(Format.JSON, content)
    assert [(row["edition"], row["title"], row.get("again_in")) for row in rows] == [
        (1, "Publish the seals", "tiny-3"),
        (1, "Train", None),
        (2, "Other", None),
        (3, "publish thé seals!", None),
        (3, "Train more", None),
    ]
    assert all("administration" in row and "author" not in row for row in rows)


async def test_each_database_that_can_not_be_read_is_told_in_a_sentence_and_nothing_is_written(
    tmp_path: Path, tiny: Tiny
) -> None:
    good, again = [await database(tmp_path / where, plan_of(tiny, 1)) for where in ("a", "b")]
    older = await database(tmp_path, plan_of(tiny, 2))
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("PRAGMA user_version = 3")
    planless = await database(tmp_path, plan_of(tiny, 3))
    with closing(sqlite3.connect(planless)) as connection, connection:
        connection.execute("DELETE FROM fact WHERE name = 'plan'")
    damaged, text, absent = tmp_path / "damaged.db", tmp_path / "notes.txt", tmp_path / "absent.db"
    damaged.write_bytes(good.read_bytes()[:8192] + b"\xff" * 40_000)
    text.write_text("no database" * 1000, "utf-8")
    stranger = await database(tmp_path, plan_of(tiny, 4, series={"title": "Else", "number": 1, "of": 1}))
    alone = await database(tmp_path, plan_of(tiny, 5, series=None))
    every = (good, again, older, planless, damaged, text, absent, stranger, alone)
    out = tmp_path / "out.csv"
    with pytest.raises(SettingsError) as told:
        await file_of(series_output.figures, out, Audience.SERIES, *every)
    expected = {
        older: "older Plenary. Start the bot once",
        planless: "doesn't hold a plan",
        damaged: "",
        text: "file is not a database",
        absent: "There is no database",
        again: "the same workshop as",
        stranger: "another series (Else)",
        alone: "names no series",
    }
    lines = str(told.value).splitlines()
    assert len(lines) == len(expected)
    for path, what in expected.items():
        assert [line for line in lines if str(path) in line and what in line], (path, lines)
    assert not out.exists()
    await file_of(series_output.figures, out, Audience.ORGANISERS, good, stranger, alone)
    assert out.exists()


async def test_what_may_not_be_asked_is_refused_with_what_to_ask_instead(tmp_path: Path, tiny: Tiny) -> None:
    path = await database(tmp_path, plan_of(tiny, 1))
    for asked, words in (
        (series_output.figures(SeriesRequest([path], Audience.PARTICIPANTS, None, NOW)), "--for series"),
        (series_output.figures(SeriesRequest([path], Audience.SERIES, tmp_path / "f.docx", NOW)), r"\.csv, \.xlsx"),
        (
            series_output.figures(SeriesRequest([path], Audience.SERIES, tmp_path / "no" / "f.csv", NOW)),
            "can't be written",
        ),
        (series_output.search(" ! ", SeriesRequest([path], Audience.SERIES, None, NOW)), "at least one word"),
    ):
        with pytest.raises(SettingsError, match=words):
            await asked


async def test_nothing_is_written_into_a_database_and_each_keeps_an_audit_beside_it(tmp_path: Path, tiny: Tiny) -> None:
    paths = [await database(tmp_path, plan_of(tiny, number)) for number in (1, 2)]
    before = [path.read_bytes() for path in paths]
    await file_of(search, tmp_path / "found.csv", Audience.PUBLIC, *paths)
    assert [path.read_bytes() for path in paths] == before
    for path in paths:
        (deed,) = Aside(path.with_name("plenary.db.exports")).read()
        number = 2 * sum(may_read(Audience.PUBLIC, author.visibility) for author in AUTHORS)
        assert (deed.what, deed.subject, deed.at) == ("exported", "series notes", NOW)
        assert (deed.latter or "").startswith(f"csv for public, {number} rows, by ")


async def test_in_the_terminal(tmp_path: Path, tiny: Tiny) -> None:
    """Figures need no name, and what was typed doesn't steer the terminal."""
    async with full_workshop(tmp_path, plan_of(tiny, 1)) as source:
        await recommend(source.store, source.plan, "Seal [bold]\x1b[31mthem")

    def ran(*words: str) -> str:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "bot", "series", *words],
            env={**os.environ, "PYTHONPATH": os.getcwd(), "COLUMNS": "100"},  # noqa: PTH109 - the checkout
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "It holds" in done.stderr
        return done.stdout

    path = str(tmp_path / "plenary.db")
    assert "notes_by_kind" in ran(path)
    assert "notes_by_kind" in ran("figures", path, "--for", "public")
    said = ran("search", "seal", path)
    assert "Seal [bold][31mthem" in said
    assert said.endswith("1 found\n")


async def test_a_database_holds_the_plan_with_which_the_bot_last_started(tmp_path: Path, tiny: Tiny) -> None:
    """So that a rule which is added later counts."""
    path = await database(tmp_path, plan_of(tiny, 1))
    async with full_workshop(path.parent, plan_of(tiny, 1)) as source:
        await PlanInForce(plan_of(tiny, 1, chatham_house=True), source.store).follow(NOON)
    content = await file_of(search, tmp_path / "found.json", Audience.SERIES, path)
    assert named_in(content.decode()) == []


@pytest.mark.parametrize("number", range(2))
def test_a_plan_told_as_json_is_the_same_plan(example: Plan, tiny: Tiny, number: int) -> None:
    plan = (example, tiny(chatham_house=True, attendance={"percent": "70", "word": "true"}))[number]
    again = Plan.from_json(plan.as_json())
    assert again == plan
    assert again.agenda == plan.agenda
    assert again.confidential_topics == plan.confidential_topics
