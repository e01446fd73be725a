"""What was measured, as a table to read, as Markdown for the README, and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from tests.bench.measure import Figure

HEAD = ("What", "Plenary", "Yardstick", "Ratio (spread)", "Aim")


def _number(value: float) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def _spread(values: Sequence[float]) -> str:
    return f"{_number(min(values))} to {_number(max(values))}"


def _aim(figure: Figure) -> str:
    met = {True: "", False: ", missed", None: ""}[figure.met]
    if figure.at_most is not None:
        return f"≤ {figure.at_most:g}{met}"
    if figure.at_least is not None:
        return f"≥ {figure.at_least:g}{met}"
    return ""


def _cells(figure: Figure) -> tuple[str, ...]:
    ours = f"{_number(median(figure.ours))} {figure.unit}".strip()
    theirs = f"{figure.yardstick} {_number(median(figure.theirs))} {figure.unit}".strip() if figure.theirs else ""
    ratio = f"{_number(figure.typical)} ({_spread(figure.compared)})" if figure.theirs else _spread(figure.ours)
    return (figure.what + (f" ({figure.note})" if figure.note else ""), ours, theirs, ratio, _aim(figure))


def markdown(figures: Iterable[Figure], sentence: str) -> str:
    """A table for the README. `sentence`: what it was measured on."""
    lines = [sentence, "", "| " + " | ".join(HEAD) + " |", "|---|--:|--:|--:|---|"]
    lines += ["| " + " | ".join(_cells(figure)) + " |" for figure in figures]
    return "\n".join(lines) + "\n"


def rows(figures: Iterable[Figure]) -> list[tuple[str, ...]]:
    """The same for a terminal."""
    return [(figure.scenario, *_cells(figure)) for figure in figures]


def as_json(figures: Iterable[Figure], about: dict[str, Any]) -> str:
    """Every value that was measured."""
    told = [
        {
            "scenario": figure.scenario, "what": figure.what, "unit": figure.unit, "note": figure.note,
            "plenary": list(figure.ours), "yardstick": figure.yardstick, "theirs": list(figure.theirs),
            "ratio": figure.typical if figure.theirs else None, "at_most": figure.at_most,
            "at_least": figure.at_least, "met": figure.met,
        }
        for figure in figures
    ]  # fmt: skip
    return json.dumps({**about, "figures": told}, indent=1, ensure_ascii=False) + "\n"


def machine() -> dict[str, Any]:
    """What it was measured on."""
    return {
        "python": platform.python_version(), "system": platform.platform(terse=True), "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }  # fmt: skip
