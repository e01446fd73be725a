"""The real bot, with a hook at each commit: it counts them, and kills itself (SIGKILL) before or after one of them.

CRASH_COMMIT names the commit (from 1) and the side, "17 before". CRASH_FOLDER takes the count, and the mark that it has
been killed: started again, it lives.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.store.engine import database
from tests.warm import plenary_run

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping


def hooked_run(environment: Mapping[str, str], log: str) -> None:
    """`plenary run` with the hook."""
    counted = Path(environment["CRASH_FOLDER"]) / "commits"
    number, _, side = environment["CRASH_COMMIT"].partition(" ")
    real = database._transact  # noqa: SLF001 - there is no seam here, and there shouldn't be one for a test

    def transact(connection: sqlite3.Connection, batch: Any) -> list[Any]:  # noqa: ANN401 - whatever it takes
        with counted.open("a") as file:
            file.write(".")
        reached = counted.stat().st_size == int(number)
        if reached and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        outcomes = real(connection, batch)
        if reached and side == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return outcomes

    database._transact = transact  # noqa: SLF001 - see above
    plenary_run(environment, log)
