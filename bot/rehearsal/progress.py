"""The terminal output of a rehearsal: its progress, and the verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import cast

from rich.console import Console
from rich.live import Live
from rich.table import Table

from bot.domain.plan import Plan
from bot.rehearsal.judge.verdict import Verdict
from bot.rehearsal.timekeeper import Timekeeper


async def show(console: Console, plan: Plan, keeper: Timekeeper, counts: Callable[[], str]) -> None:
    """Show the progress until cancelled: live on a terminal, otherwise one line per day."""
    if console.is_terminal:
        with Live(console=console, transient=True, refresh_per_second=8) as live:
            while True:
                live.update(_scene(plan, keeper, counts()))
                await asyncio.sleep(0.1)
    shown = ""
    while True:
        day = f"{keeper.now().astimezone(plan.tz):%A %d %B %Y}"
        if day != shown:
            shown = day
            console.print(f"{day}: {counts()}")
        await asyncio.sleep(0.1)


def _scene(plan: Plan, keeper: Timekeeper, counts: str) -> str:
    now = keeper.now()
    live = ", ".join(session.title[plan.languages[0]] for session in plan.agenda.live(now)) or "-"
    return f"[bold]{now.astimezone(plan.tz):%a %d %b %H:%M}[/bold]  {live}\n{counts}"


def show_verdict(console: Console, name: str, verdict: Verdict) -> None:
    """Print the table of all figures, then the promised figures, then every remark."""
    table = Table(title=f"{name}: {'sound' if verdict.sound else 'NOT SOUND'}", show_header=False)
    for title, value in cast("dict[str, object]", asdict(verdict.summary)).items():
        cells = cast("dict[str, float]", value if isinstance(value, dict) else {})
        shown = ", ".join(f"{key.replace('_', ' ')} {figure:g}" for key, figure in cells.items())
        table.add_row(title.replace("_", " "), shown or f"{value}")
    console.print(table)
    for line in (*verdict.figures(), *(f"- {remark}" for remark in verdict.remarks)):
        console.print(line, markup=False)
