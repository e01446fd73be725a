"""The real bot, with a hook at each commit: it counts them, and kills itself (SIGKILL) before or after one of them.

CRASH_COMMIT names the commit (from 1) and the side, "17 before". CRASH_FOLDER takes the count, and the mark that it has
been killed: started again, it lives.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from bot import cli
from bot.store import database

_FOLDER = Path(os.environ["CRASH_FOLDER"])
_NUMBER, _, _SIDE = os.environ.get("CRASH_COMMIT", "0 ").partition(" ")
_real = database._transact  # noqa: SLF001 - there is no seam here, and there shouldn't be one for a test


def _transact(connection: sqlite3.Connection, batch: Any) -> list[Any]:  # noqa: ANN401 - whatever it takes
    with (_FOLDER / "commits").open("a") as counted:
        counted.write(".")
    number = (_FOLDER / "commits").stat().st_size
    if number == int(_NUMBER) and _SIDE == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    outcomes = _real(connection, batch)
    if number == int(_NUMBER) and _SIDE == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return outcomes


database._transact = _transact  # noqa: SLF001 - see above
sys.argv = ["plenary", "run"]
cli.main()
