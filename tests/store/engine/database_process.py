"""Another process with the database: `database_process.py (hold|write|migrate) DATABASE [MIGRATIONS]`.

It says `open` when it has the file; `write` then says each number that it was told is kept.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.store import Store
from bot.store.engine import schema
from bot.store.engine.database import Database


async def main(task: str, path: Path) -> None:
    opened = await Database.open(path)
    print("open", flush=True)  # noqa: T201 - the test reads it
    if task == "write":
        # Several at a time, so that commits hold more than one row.
        await asyncio.gather(*(write(Store(opened), range(first, 1_000_000, 20)) for first in range(20)))
    await asyncio.sleep(600)


async def write(store: Store, numbers: range) -> None:
    for number in numbers:
        await store.facts.put(str(number), "kept")
        print(number, flush=True)  # noqa: T201 - the test reads it


if len(sys.argv) > 3:
    schema._MIGRATIONS = Path(sys.argv[3])  # noqa: SLF001 - a schema of the test's
asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
