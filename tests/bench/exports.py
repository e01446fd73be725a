"""How long large exports take and how much memory, beside what the bare writer takes for the same rows.

python -m tests.bench.exports                                            100,000 notes, 1,000,000 intervals
python -m tests.bench.exports --notes 10000 --intervals 10000 --rounds 3    fewer, more often

Makes a database, then writes each subject in each format by our export and by the bare writer (csv.writer, XlsxWriter
in constant memory, json.dumps a row), one after the other, each in a process of its own, and prints how much more ours
takes. The bare writer reads the rows of our table, ready made, from a file (it has no memory for a million of them
either); ours reads the database, works out what may be told, and writes.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import multiprocessing
import pickle
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import typer
import xlsxwriter

from bot import store as stores
from bot.domain.notes import Attribution, NoteKind, Visibility
from bot.domain.plan import Plan
from bot.exporting import files, subjects
from bot.exporting.kinds import Format, Subject
from bot.exporting.table import Row, Source
from bot.importing import planfile
from bot.programme import Programme
from bot.settings import ROOT
from bot.store.database import written

PEOPLE = 5_000
FORMS = (Format.CSV, Format.XLSX, Format.JSON)
BEGIN = datetime(2023, 2, 20, 9, tzinfo=UTC)
NOW = datetime(2023, 2, 23, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    seconds: float
    """Of the processor: what else the machine does changes them little."""
    megabytes: float
    """The most memory that its process had at once."""


def plan() -> Plan:
    return planfile.load(ROOT / "config" / "workshops" / "wco-mena-2023.yaml").plan


# --- the database ----------------------------------------------------------------------------------------------------


async def _begun(path: Path) -> None:
    async with stores.opened(path) as store:
        await Programme(plan(), store).follow(BEGIN)


def fill(path: Path, notes: int, intervals: int) -> None:
    """A workshop of so many notes and intervals; texts are in three scripts and as long as people write them."""
    asyncio.run(_begun(path))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO watch VALUES (?, ?)", (written(BEGIN), written(NOW)))
        connection.executemany(
            "INSERT INTO participant VALUES (?, ?, ?, 'TN', 'customs', 'fr', 1, ?, ?)",
            ((f"p{n}", f"Name {n}", f"Douanes {n % 40}", n, written(BEGIN)) for n in range(1, PEOPLE + 1)),
        )
        connection.executemany("INSERT INTO note VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _notes(notes))
        connection.executemany("INSERT INTO voice_stay VALUES (?, ?, 'room:plenary', ?, ?)", _stays(intervals))


def _notes(count: int) -> Iterator[tuple[Any, ...]]:
    topics, kinds, shown = [topic.id for topic in plan().topics], list(NoteKind), list(Visibility)[1:]
    attributions = list(Attribution)
    told = "Nous avons relié les scellés au guichet unique. عملت الأختام كما يجب. It took a year. " * 3
    for n in range(count):
        details = json.dumps({"results": told, "links": f"https://example.org/{n}"})
        yield (
            str(10**18 + n), 1 + n % PEOPLE, f"Name {1 + n % PEOPLE}", topics[n % len(topics)], kinds[n % 4],
            f"Title {n}", told, told, shown[n % len(shown)], written(BEGIN + timedelta(seconds=n)),
            attributions[n % len(attributions)], details, "",
        )  # fmt: skip


def _stays(count: int) -> Iterator[tuple[Any, ...]]:
    for n in range(count):
        since = BEGIN + timedelta(milliseconds=50 * n)
        person = 1 + n % PEOPLE
        yield person, f"Name {person}", written(since), written(since + timedelta(minutes=4))


# --- our export, and the bare writer ---------------------------------------------------------------------------------


async def _opened(path: Path, work: Callable[[Source], Any]) -> None:
    async with stores.opened(path, to_read=True) as store:
        programme = Programme(plan(), store)
        await programme.load()
        await work(Source(programme, store, NOW))


def ours(database: Path, subject: Subject, form: Format, out: Path) -> Cost:
    """The export as `plenary export` makes it, from the database to the file."""

    async def work(source: Source) -> None:
        with out.open("wb") as file:
            await files.write(subject, form, source, file)

    begun = time.process_time()
    asyncio.run(_opened(database, work))
    return Cost(time.process_time() - begun, _most_memory())


def prepare(database: Path, subject: Subject, rows: Path) -> None:
    """Keep the rows of a subject's table, for the bare writer to be handed."""

    async def work(source: Source) -> None:
        table = await subjects.table(subject, source)
        with rows.open("wb") as file:
            pickle.dump(table.columns, file)
            async for page in table.pages:
                pickle.dump(list(page), file)

    asyncio.run(_opened(database, work))


def bare(rows: Path, form: Format, out: Path) -> Cost:
    """The writer alone, which has its rows ready made from a file, a page at a time."""
    begun = time.process_time()
    with rows.open("rb") as file, out.open("wb") as made:
        pages = _pages(file)
        add, close = _WRITERS[form](made, next(pages))
        for page in pages:
            add(page)
        close()
    return Cost(time.process_time() - begun, _most_memory())


def _pages(file: Any) -> Iterator[Any]:  # noqa: ANN401 - columns first, then pages
    while True:
        try:
            yield pickle.load(file)  # noqa: S301 - our own
        except EOFError:
            return


Begun = tuple[Callable[[Sequence[Row]], None], Callable[[], object]]


def _csv(out: Any, columns: Sequence[str]) -> Begun:  # noqa: ANN401 - a file
    text = io.TextIOWrapper(out, "utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    return writer.writerows, text.detach


def _xlsx(out: Any, columns: Sequence[str]) -> Begun:  # noqa: ANN401 - a file
    options = {"constant_memory": True, "remove_timezone": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    book: Any = xlsxwriter.Workbook(out, options | {"strings_to_urls": False, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, columns)
    at = iter(range(1, 10**9))

    def add(page: Sequence[Row]) -> None:
        for row in page:
            sheet.write_row(next(at), 0, row)

    return add, book.close


def _json(out: Any, columns: Sequence[str]) -> Begun:  # noqa: ANN401 - a file
    def plain(cell: object) -> str:
        assert isinstance(cell, date)
        return cell.isoformat()

    def add(page: Sequence[Row]) -> None:
        for row in page:
            told = json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=plain)
            out.write(told.encode() + b",\n")

    return add, lambda: None


_WRITERS: dict[Format, Callable[[Any, Sequence[str]], Begun]] = {
    Format.CSV: _csv,
    Format.XLSX: _xlsx,
    Format.JSON: _json,
}


def _most_memory() -> float:
    """In MB. Not getrusage's, which counts what the process had before it became this program."""
    status = Path("/proc/self/status").read_text("utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


# --- the comparison --------------------------------------------------------------------------------------------------


def alone(work: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - whatever the work gives
    """Do work in a new process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *arguments).result()


def compare(folder: Path, subject: Subject, form: Format, rounds: int) -> str:
    """One line: what ours takes, what the bare writer takes, and how many times as much."""
    taken: dict[str, list[Cost]] = {"ours": [], "bare": []}
    for _ in range(rounds):
        taken["bare"].append(alone(bare, folder / f"{subject}.rows", form, folder / "bare"))
        taken["ours"].append(alone(ours, folder / "plenary.db", subject, form, folder / "ours"))
    seconds = {who: statistics.median(cost.seconds for cost in costs) for who, costs in taken.items()}
    memory = {who: statistics.median(cost.megabytes for cost in costs) for who, costs in taken.items()}
    return (
        f"{subject:10} {form:5} {seconds['ours']:8.2f} s {seconds['bare']:8.2f} s {_times(seconds):6.2f}"
        f" {memory['ours']:8.0f} MB {memory['bare']:8.0f} MB {_times(memory):6.2f}"
    )


def _times(values: dict[str, float]) -> float:
    return values["ours"] / values["bare"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Large exports beside the bare writer.")
    parser.add_argument("--notes", type=int, default=100_000)
    parser.add_argument("--intervals", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        alone(fill, folder / "plenary.db", asked.notes, asked.intervals)
        typer.echo(f"{'':16} {'ours':>10} {'bare':>10} {'times':>6} {'ours':>11} {'bare':>11} {'times':>6}")
        for subject in (Subject.NOTES, Subject.INTERVALS):
            alone(prepare, folder / "plenary.db", subject, folder / f"{subject}.rows")
            for form in FORMS:
                typer.echo(compare(folder, subject, form, asked.rounds))


if __name__ == "__main__":
    main()
