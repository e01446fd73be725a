"""The real bot, with a hook at each commit: it counts them, and kills itself (SIGKILL) before or after one of them.

CRASH_COMMIT names the commit (from 1) and the side, "17 before". CRASH_FOLDER takes the count, and the mark that it has
been killed: started again, it lives.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.store.engine import writer
from tests.warm import plenary_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.engine.sqlite import SqliteTransaction


def hooked_run(environment: Mapping[str, str], log: str) -> None:
    """`plenary run` with the hook."""
    counted = Path(environment["CRASH_FOLDER"]) / "commits"
    number, _, side = environment["CRASH_COMMIT"].partition(" ")
    real = writer.transact

    def transact(transaction: SqliteTransaction, works: Any) -> list[Any]:  # noqa: ANN401 - whatever it takes
        with counted.open("a") as file:
            file.write(".")
        reached = counted.stat().st_size == int(number)
        if reached and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        outcomes = real(transaction, works)
        if reached and side == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return outcomes

    writer.transact = transact
    plenary_run(environment, log)
