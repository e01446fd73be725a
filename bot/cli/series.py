"""The commands of `plenary series`; `plenary series DB…` without one of their names is its figures."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from bot.clock import Clock
from bot.domain.contributions.notes import Audience

if TYPE_CHECKING:
    from bot.cli.series_output import SeriesRequest

Databases = Annotated[list[Path], typer.Argument(metavar="DB", help="The workshops' databases, in any order.")]
For = Annotated[
    Audience, typer.Option("--for", help="Who will read it: only what authors let these read is in it, or counted.")
]
Out = Annotated[
    Path | None, typer.Option(help="The file to write: .csv, .xlsx, .json or .md; the terminal, if left out.")
]


class _FiguresFirst(TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - its class is private to typer
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["figures", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_FiguresFirst,
    no_args_is_help=True,
    help="Several workshops side by side, each by its database, also while a bot runs on it; "
    "and a plan for the next one.",
)


@app.command()
def figures(databases: Databases, audience: For = Audience.SERIES, out: Out = None) -> None:
    """People, attendance, notes by kind and topic, questions, pledges and feedback, workshop by workshop."""
    from bot.cli import series_output  # noqa: PLC0415

    asyncio.run(series_output.figures(_asked(databases, audience, out)))


@app.command()
def recommendations(databases: Databases, audience: For = Audience.SERIES, out: Out = None) -> None:
    """Every recommendation by topic and workshop, and in which later workshops it came back by its title."""
    from bot.cli import series_output  # noqa: PLC0415

    asyncio.run(series_output.recommendations(_asked(databases, audience, out)))


@app.command()
def search(
    words: Annotated[str, typer.Argument(help="All of them must be there; accents and case don't count.")],
    databases: Databases,
    audience: For = Audience.SERIES,
    out: Out = None,
) -> None:
    """Notes that hold the words, as far as their authors let these readers read them."""
    from bot.cli import series_output  # noqa: PLC0415

    asyncio.run(series_output.search(words, _asked(databases, audience, out)))


@app.command()
def clone(
    plan: Annotated[Path, typer.Argument(help="The plan of the former workshop.")],
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day of the next one.")],
    out: Annotated[Path, typer.Option(help="The plan to write.")],
    title: Annotated[str, typer.Option(help="Its title, in every language; the same, if left out.")] = "",
    new_id: Annotated[str, typer.Option("--id", help="Its id; the former one with the new year, if left out.")] = "",
) -> None:
    """Write the plan of the next workshop: all days moved to a new start, each session at its time of day."""
    from bot.importing import clone as clone_importing  # noqa: PLC0415

    for line in clone_importing.write_clone(plan, out, clone_importing.CloneRequest(start.date(), title, new_id)):
        typer.echo(line)


def _asked(databases: list[Path], audience: Audience, out: Path | None) -> SeriesRequest:
    from bot.cli.series_output import SeriesRequest  # noqa: PLC0415

    return SeriesRequest(databases, audience, out, Clock().now())
