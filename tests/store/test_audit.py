"""The audit, and what is kept aside of it while another process writes to the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import store as stores
from bot.store import Store
from bot.store.audit import AuditEntry

NOON = datetime(2023, 2, 20, 12, 0, 0, 123456, tzinfo=UTC)
DEED = AuditEntry("export/1", NOON, 7, "exported", "notes", latter='csv for public, 3 rows, by "Zoë"\nand others')


async def test_deeds_aside_are_in_the_audit_in_their_order(store: Store) -> None:
    later = replace(DEED, id="export/3", at=NOON + timedelta(minutes=2), who=0)
    between = replace(DEED, id="export/2", at=NOON + timedelta(minutes=1))
    await store.audit.record_aside(later)
    await store.audit.record(between)
    await store.audit.record_aside(DEED)
    assert await store.audit.all() == [DEED, between, later]


async def test_who_may_only_read_the_database_leaves_a_deed_too(store: Store, path: Path) -> None:
    async with stores.opened(path, to_read=True) as reading:
        await reading.audit.record_aside(DEED)
        assert await reading.audit.all() == [DEED]
    assert await store.audit.all() == [DEED]


@pytest.mark.parametrize("torn", ["", "{", '["export/9", "2023', "[1]", "null", "\x00"])
async def test_half_a_line_that_a_killed_process_left_hides_no_other(store: Store, path: Path, torn: str) -> None:
    await store.audit.record_aside(DEED)
    aside = path.with_name(f"{path.name}.exports")
    with aside.open("a", encoding="utf-8") as file:
        file.write(f"\n{torn}")
    again = replace(DEED, id="export/2")
    await store.audit.record_aside(again)
    assert await store.audit.all() == [DEED, again]
    assert aside.stat().st_mode & 0o077 == 0
