"""Measures Plenary against its yardsticks: `python -m tests.bench [scenario …]` (`make bench` runs it).

Writes bench/results.json and bench/results.md, and a table to the terminal.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot import runtime
from tests.bench import tables
from tests.bench.bench import Bench
from tests.bench.measure import Figure
from tests.bench.scenarios import due, exports, growth, hostile, idle, startup, steady, storm, tls, writes

Scenario = Callable[[Bench], AsyncIterator[Figure]]

SCENARIOS: dict[str, Scenario] = {
    "storm": storm.check_ins,
    "kinds": storm.other_kinds,
    "tls": tls.measure,
    "steady": steady.measure,
    "writes": writes.measure,
    "due": due.measure,
    "startup": startup.measure,
    "idle": idle.measure,
    "exports": exports.measure,
    "growth": growth.measure,
    "hostile": hostile.measure,
}


async def measured(bench: Bench, names: list[str]) -> list[Figure]:
    """All figures of some scenarios."""
    found: list[Figure] = []
    for name in names:
        begun = time.monotonic()
        found += [figure async for figure in SCENARIOS[name](bench)]
        bench.say(f"{name}: {time.monotonic() - begun:.0f} s")
    return found


def main() -> None:
    """Measure what the command line asks for."""
    asked = argparse.ArgumentParser(prog="make bench", description="Measures Plenary against its yardsticks.")
    asked.add_argument("scenarios", nargs="*", metavar="scenario", help=f"of: {', '.join(SCENARIOS)}; all if left out")
    asked.add_argument("--pairs", type=int, default=5, help="how often each takes its turn (5)")
    asked.add_argument("--scale", type=float, default=1.0, help="of all sizes; less than 1 to try the benchmarks (1)")
    asked.add_argument("--out", type=Path, default=Path("bench"), help="the folder for results.json and results.md")
    chosen = asked.parse_args()
    unknown = sorted(set(chosen.scenarios) - SCENARIOS.keys())
    if unknown:
        asked.error(f"no such scenario: {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    console, terminal = Console(stderr=True, highlight=False), Console(highlight=False, width=150)
    about = tables.machine()
    gc.freeze()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        bench = Bench(Path(folder), chosen.pairs, chosen.scale, console.print)
        figures = runtime.run(measured(bench, chosen.scenarios or list(SCENARIOS)))
    about |= {"seconds": round(time.monotonic() - begun), "pairs": chosen.pairs, "scale": chosen.scale}
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "results.json").write_text(tables.as_json(figures, about), "utf-8")
    sentence = "{pairs} pairs, Python {python}, {cores} cores, {seconds} s in all.".format_map(about)
    (chosen.out / "results.md").write_text(tables.markdown(figures, sentence), "utf-8")
    table = Table(*("Scenario", *tables.HEAD))
    for row in tables.rows(figures):
        table.add_row(*row)
    terminal.print(table)


if __name__ == "__main__":
    main()
