"""The stamps of the Chatham House Rule in a database that was kept before there were any."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter

from bot import store as stores
from bot.domain.agenda.sessions import Session
from bot.domain.attendance.presence import Interval
from bot.domain.contributions.chatham_stamps import WHOLE, ChathamStamp
from bot.domain.plan import Plan
from bot.store.engine import schema
from bot.store.engine.instants import iso_utc
from bot.store.plan_in_force import PlanInForce

Tiny = Callable[..., Plan]

_JSON = TypeAdapter(Session)
NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
SESSIONS = (
    {"id": "talk", "kind": "panel", "start": "10:00", "end": "11:00", "topic": "ledgers", "title": "Talk"},
    {"id": "lab", "kind": "panel", "start": "11:00", "end": "12:00", "topic": "sensors", "title": "Lab"},
)


def plan_of(tiny: Tiny, *, ruled: bool, whole: bool = False) -> Plan:
    sessions = [{**session, "chatham_house": ruled and session["id"] == "talk"} for session in SESSIONS]
    topics = [{"id": topic, "title": topic, "description": topic} for topic in ("ledgers", "sensors")]
    return tiny(days=[{"date": "2023-02-20", "sessions": sessions}], topics=topics, chatham_house=whole)


def kept_before(path: Path, plan: Plan) -> None:
    """A database as a bot without stamps left it: the talk was moved to the hall and cancelled, one session dropped."""
    talk, lab = plan.agenda.sessions
    moved, gone = replace(talk, topic="sensors", room="hall"), replace(lab, id="gone", topic=None)
    edit = json.dumps([{"before": json.loads(_JSON.dump_json(talk)), "after": json.loads(_JSON.dump_json(moved))}])
    scripts = [one for one in schema._scripts() if one.stem.rpartition("_")[2] != "stamps"]  # noqa: SLF001
    number = next(n for n, one in enumerate(schema._scripts()) if one.stem.endswith("_stamps"))  # noqa: SLF001
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for script in scripts[:number]:
            connection.executescript(script.read_text("utf-8"))
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("INSERT INTO fact (name, value) VALUES ('plan', ?)", (plan.as_json(),))
        held = [(moved, iso_utc(talk.starts_at + timedelta(minutes=20)), 1), (lab, None, 1), (gone, iso_utc(NOON), 0)]
        connection.executemany(
            "INSERT INTO session (id, planned, held, sequence, cancelled_at) VALUES (?, ?, ?, 1, ?)",
            [(one.id, "{}" if planned else None, _JSON.dump_json(one).decode(), at) for one, at, planned in held],
        )
        connection.execute(
            "INSERT INTO agenda_change (id, author, proposed_at, edits, applied_at) VALUES ('1', 1, '', ?, ?)",
            (edit, iso_utc(talk.starts_at + timedelta(minutes=10))),
        )
        connection.execute(
            "INSERT INTO note (id, author, author_name, topic, kind, title, did, learned, visibility, written_at)"
            " VALUES ('77', 1, 'Amina', 'ledgers', 'worked', 'T', 'D', 'L', 'public', ?)",
            (iso_utc(NOON),),
        )


async def test_old_data_is_stamped_by_what_the_database_knows(tmp_path: Path, tiny: Tiny) -> None:
    plan = plan_of(tiny, ruled=True)
    kept_before(tmp_path / "plenary.db", plan)
    talk, lab = plan.agenda.sessions
    begun = talk.starts_at
    async with stores.opened(tmp_path / "plenary.db") as store:
        assert await store.chatham_stamps.all() == {
            ChathamStamp("talk", "ledgers", "plenary", Interval(begun, begun + timedelta(minutes=10))),
            ChathamStamp("talk", "sensors", "hall", Interval(begun, begun + timedelta(minutes=20))),
            ChathamStamp("gone", None, "plenary", Interval(lab.starts_at, lab.ends_at)),
        }
        # The plan drops the rule at once: what was said under it stays confidential.
        await PlanInForce(plan_of(tiny, ruled=False), store).follow(NOON)
        [note] = await store.notes.all()
        assert note.confidential
        assert len(await store.facts.get("id_secret") or "") == 64


async def test_old_data_of_a_workshop_under_the_rule_is_stamped_whole(tmp_path: Path, tiny: Tiny) -> None:
    kept_before(tmp_path / "plenary.db", plan_of(tiny, ruled=False, whole=True))
    async with stores.opened(tmp_path / "plenary.db") as store:
        assert {WHOLE, "talk", "lab", "gone"} == {stamp.id for stamp in await store.chatham_stamps.all()}


async def test_old_data_without_the_rule_is_not_stamped(tmp_path: Path, tiny: Tiny) -> None:
    kept_before(tmp_path / "plenary.db", plan_of(tiny, ruled=False))
    async with stores.opened(tmp_path / "plenary.db") as store:
        assert await store.chatham_stamps.all() == set()
        await PlanInForce(plan_of(tiny, ruled=False), store).follow(NOON)
        assert [note.confidential for note in await store.notes.all()] == [False]


async def test_a_rule_under_which_nothing_was_said_can_be_taken_back(tmp_path: Path, tiny: Tiny) -> None:
    before = datetime(2023, 2, 19, tzinfo=UTC)
    async with stores.opened(tmp_path / "plenary.db") as store:
        await PlanInForce(plan_of(tiny, ruled=True), store).follow(before)
        assert {stamp.id for stamp in await store.chatham_stamps.all()} == {"talk"}
        await PlanInForce(plan_of(tiny, ruled=False), store).follow(before)
        assert await store.chatham_stamps.all() == set()
