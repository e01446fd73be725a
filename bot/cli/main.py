"""The command line: plenary run | rehearse | check | import | export | report | certificates | series | verify ..."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import runtime, settings
from bot.cli.series import app as series
from bot.documents.export.subject import Format
from bot.documents.export.subjects import SUBJECTS
from bot.domain.contributions.notes import Audience
from bot.domain.languages import LANGUAGES
from bot.settings import ROOT, Settings, SettingsError
from bot.store.engine.errors import DatabaseUnusableError

#: The exit code of a check that failed; README has a table of all codes.
_BAD = 1

app = typer.Typer(
    help="Online workshops on Discord.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.add_typer(series, name="series")


if TYPE_CHECKING:
    SubjectName = str
else:
    #: The names that Typer accepts; type checkers can't read an enum made from a table.
    SubjectName = StrEnum("SubjectName", {name.upper(): name for name in SUBJECTS})


def main() -> None:
    """Run a command. Report what a person must fix as a sentence on standard error, not as a traceback.

    The settings are read first, for every command: a misspelled one must not pass in silence.
    """
    try:
        settings.load()
        app()
    except (SettingsError, DatabaseUnusableError) as fault:
        typer.echo(fault, err=True)
        sys.exit(fault.exit_code)


@app.command()
def run() -> None:
    """Run the bot until it is stopped. Needs a token; settings are in config/plenary.toml."""
    runtime.collect_nothing()
    # Imported here, so that `plenary check` and `plenary health` answer at once.
    from bot.cli import run as run_cli  # noqa: PLC0415

    raise typer.Exit(run_cli.run())


@app.command()
def check(file: Annotated[Path, typer.Argument(help="The plan, a YAML file.")]) -> None:
    """Check a plan: every fault and every warning, each with its line."""
    from bot.importing import plan_file  # noqa: PLC0415

    loaded = plan_file.load_plan(file)
    for warning in loaded.warnings:
        typer.echo(f"{file}: {warning} (warning)")
    plan = loaded.plan
    typer.echo(
        f"{file}: a good plan: {len(plan.agenda.sessions)} sessions on {len(plan.agenda.days)} days, "
        f"{len(plan.topics)} topics, {len(plan.languages)} languages, {len(loaded.warnings)} warnings."
    )


@app.command("import")
def import_(
    file: Annotated[Path | None, typer.Argument(help="The schedule; `--template` writes a table to fill in.")] = None,
    into: Annotated[
        Path | None, typer.Option(help="The plan to change, or a new one; that of the settings, if left out.")
    ] = None,
    zone: Annotated[str, typer.Option(help="For a new plan: the zone of its times, such as Europe/Brussels.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,  # noqa: FBT002 - a flag
    template: Annotated[Path | None, typer.Option(help="Write a table to fill in there: .csv or .xlsx.")] = None,
) -> None:
    """Bring a schedule into a plan: a preview first, then, after a yes, the plan is written and the old one kept."""
    from bot.cli import import_schedule as command  # noqa: PLC0415
    from bot.clock import Clock  # noqa: PLC0415

    if template:
        command.write_template(template)
    elif file:
        plan = into or settings.load().plan
        if plan is None:
            raise SettingsError("Name the plan to change, or a new one: plenary import FILE --into PLAN.yaml")
        command.bring(file, plan, zone, Clock().now(), yes=yes)
    else:
        raise SettingsError("Name the schedule to import, or a table to write: plenary import --template agenda.xlsx")


@app.command()
def export(
    subjects: Annotated[list[SubjectName], typer.Argument(help="What to export.")],
    forms: Annotated[list[Format] | None, typer.Option("--format", help="How to write it: csv, if left out.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file to write, or a folder for several; standard output, if left out.")
    ] = None,
    audience: Annotated[
        Audience, typer.Option("--for", help="For whom notes are: only what their authors let these read.")
    ] = Audience.ORGANISERS,
    language: Annotated[str, typer.Option(help="The language of titles: the workshop's first, if left out.")] = "",
) -> None:
    """Export what was collected, also while the bot runs; the rule applied is shown with it."""
    from bot.cli import export as command  # noqa: PLC0415

    request = command.ExportRequest(
        [SUBJECTS[name] for name in subjects], forms or [Format.CSV], out, audience, language
    )
    asyncio.run(command.export(settings.load(), request))


@app.command()
def report(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("report"),
    language: Annotated[
        list[str] | None,
        typer.Option(help=f"{', '.join(LANGUAGES)}; may be given again. The workshop's languages, if left out."),
    ] = None,
    audience: Annotated[
        Audience, typer.Option("--for", help="Who will read it: it holds only what authors let these read.")
    ] = Audience.PARTICIPANTS,
) -> None:
    """Write the workshop's report, a press summary and the donor's page, as PDF and for Word."""
    from bot.cli import report as command  # noqa: PLC0415
    from bot.clock import Clock  # noqa: PLC0415

    chosen, now = settings.load(), Clock().now()
    asyncio.run(command.report(chosen, language or (), audience, out, now, typer.echo))


@app.command()
def certificates(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("certificates"),
    participation: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--participation", help="Also for those who were there for less than the plan's share.")
    ] = False,
) -> None:
    """Write a certificate, a PDF in their language, for each participant who attended as much as the plan asks for."""
    from bot.cli import report as command  # noqa: PLC0415
    from bot.clock import Clock  # noqa: PLC0415

    asyncio.run(command.award(settings.load(), out, Clock().now(), typer.echo, participation=participation))


@app.command()
def close(
    out: Annotated[Path, typer.Option(help="The archive to write.")] = Path("closing-pack.zip"),
    as_of: Annotated[
        str, typer.Option(help="The instant that it describes, such as 2023-02-24T09:00Z; this moment, if left out.")
    ] = "",
    who: Annotated[int, typer.Option(hidden=True, help="The account on Discord that asked the bot for it.")] = 0,
) -> None:
    """Make the closing pack: all exports, the report, certificates and transcripts in one archive."""
    from bot.cli import close as command  # noqa: PLC0415
    from bot.clock import Clock  # noqa: PLC0415

    asyncio.run(command.close(settings.load(), out, _instant(as_of) if as_of else Clock().now(), who))


def _instant(typed: str) -> datetime:
    try:
        instant = datetime.fromisoformat(typed)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise SettingsError(f"--as-of is {typed!r}: write an instant with its offset, such as 2023-02-24T09:00Z.")
    return instant.astimezone(UTC)


@app.command()
def verify(code: Annotated[str, typer.Argument(help="The code on the certificate.")]) -> None:
    """Whether a certificate is genuine, and whose: exit code 0 if it is."""
    from bot.cli import report as command  # noqa: PLC0415
    from bot.clock import Clock  # noqa: PLC0415

    genuine = asyncio.run(command.verify(settings.load(), code, Clock().now()))
    typer.echo(
        genuine or f"No certificate of this workshop has the code {code}. Compare each sign with the certificate."
    )
    raise typer.Exit(0 if genuine else _BAD)


@app.command()
def backup(
    to: Annotated[Path | None, typer.Option(help="The file to write; a new one in `backups`, if left out.")] = None,
) -> None:
    """Copy the database, also while the bot runs."""
    from bot.clock import Clock  # noqa: PLC0415
    from bot.store.engine import backup as backups  # noqa: PLC0415

    chosen = settings.load()
    _require_own(chosen, chosen.database)
    copy = to or chosen.backups / backups.name_at(chosen.database, Clock().now())
    backups.backup(chosen.database, copy)
    typer.echo(f"{chosen.database} was copied to {copy}, and the copy is sound.")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="The backup.")]) -> None:
    """Put a backup in the place of the database, and keep the present one next to it. The bot must be stopped."""
    from bot.clock import Clock  # noqa: PLC0415
    from bot.store.engine import backup as backups  # noqa: PLC0415

    chosen = settings.load()
    _require_own(chosen, file)
    database = chosen.database
    aside = backups.restore(file, database, Clock().now())
    typer.echo(f"{database} is now what {file} holds." + (f" What was there is kept in {aside}." if aside else ""))


def _require_own(chosen: Settings, database: Path) -> None:
    """Refuse a database, or a copy of one, that belongs to another workshop than the plan of the settings."""
    if chosen.plan is not None:
        from bot.importing import plan_file  # noqa: PLC0415
        from bot.store.engine import backup as backups  # noqa: PLC0415

        backups.require_workshop(database, plan_file.load_plan(chosen.plan).plan.id)


@app.command()
def purge(
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Erase what the plan's `retention` keeps no longer, once you have read what that is. The bot must be stopped."""
    from bot.cli import purge as purge_cli  # noqa: PLC0415
    from bot.clock import Clock  # noqa: PLC0415

    def agreed(question: str) -> bool:
        return yes or (sys.stdin.isatty() and typer.confirm(question))

    asyncio.run(purge_cli.purge(settings.load(), Clock().now(), typer.echo, agreed))


@app.command()
def doctor() -> None:
    """Look at everything that the bot needs, also while it runs: exit code 0 if nothing is bad. Needs the token."""
    chosen = settings.load()
    token = settings.token()
    from bot.cli.doctor import examine  # noqa: PLC0415
    from bot.clock import Clock  # noqa: PLC0415

    raise typer.Exit(_BAD if asyncio.run(examine(chosen, token, Clock())) else 0)


class Care(StrEnum):
    """The actions of `plenary rooms`."""

    PLAN = "plan"
    APPLY = "apply"
    STATUS = "status"
    ARCHIVE = "archive"
    MOVE = "move"


@app.command()
def rooms(
    care: Annotated[
        Care,
        typer.Argument(
            help="plan: what apply would do. apply: make, adopt or repair roles and rooms. status: what is there, what "
            "is missing, what to click. archive: after the workshop, leave the rooms to be read. move: make another "
            "server the workshop's; the bot must be stopped."
        ),
    ],
    server: Annotated[
        int | None, typer.Option(help="The server's id, if the bot is in several; where to move.")
    ] = None,
) -> None:
    """Look after the roles and rooms, also while the bot runs: exit code 0 if all is well. Needs the token."""
    chosen = settings.load()
    token = settings.token()
    from bot.cli import rooms as rooms_cli  # noqa: PLC0415
    from bot.clock import Clock  # noqa: PLC0415

    work = {
        Care.PLAN: rooms_cli.plan,
        Care.APPLY: rooms_cli.apply,
        Care.STATUS: rooms_cli.status,
        Care.ARCHIVE: rooms_cli.archive,
        Care.MOVE: rooms_cli.move,
    }
    raise typer.Exit(0 if asyncio.run(work[care](chosen, token, server, Clock().now())) else _BAD)


@app.command()
def invite() -> None:
    """The link that invites the bot with exactly the permissions that it needs, and why each. Needs the token."""
    chosen = settings.load()
    token = settings.token()
    from bot.cli import rooms as rooms_cli  # noqa: PLC0415

    asyncio.run(rooms_cli.invite(chosen, token))


@app.command()
def health() -> None:
    """Whether the bot is well, one line for each thing that must be: exit code 0 if it is."""
    from bot.health import read  # noqa: PLC0415

    report = read(settings.load().health)
    for finding in report.findings:
        typer.echo(f"{'ok ' if finding.ok else 'bad'}  {finding.name}: {finding.sentence}")
    typer.echo("The bot is well." if report.ok else "The bot is not well.")
    raise typer.Exit(0 if report.ok else _BAD)


@app.command()
def discord(
    people: Annotated[int, typer.Option(help="How many people, besides those of the file.", min=0, max=1000)] = 40,
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1; a free one, if left out.", min=0, max=65535)] = 0,
    guild: Annotated[Path | None, typer.Option(help="The server's roles, channels and people: YAML or JSON.")] = None,
    token: Annotated[str, typer.Option(help="The bot's token.")] = "MTIzNDU2Nzg5MDEyMzQ1Njc4.simulated.token",  # noqa: S107 - no secret
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not print each request.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Serve a simulated Discord for any bot or client, until Ctrl-C. docs/simulated_discord.md describes it."""
    from bot.clock import Clock  # noqa: PLC0415
    from bot.rehearsal.discord import standalone, world  # noqa: PLC0415

    def tell(line: str) -> None:
        print(line, flush=True)  # noqa: T201 - also into a pipe, line by line

    try:
        described = world.read_world(guild) if guild else world.World()
        runtime.run(standalone.serve(standalone.Served(described, people, port, token, quiet), Clock().now, tell))
    except (world.WorldFileError, OSError) as fault:
        raise SettingsError(str(fault)) from fault
    except KeyboardInterrupt:
        typer.echo("The simulated Discord has ended.")


@app.command()
def rehearse(  # noqa: PLR0913, PLR0917 - one parameter an option
    plan: Annotated[Path, typer.Argument(help="The plan to rehearse.")] = ROOT / "config/workshops/wco-mena-2023.yaml",
    cast: Annotated[Path, typer.Option(help="Who joins, and what they do.")] = ROOT
    / "config/rehearsal/wco-mena-2023.yaml",
    out: Annotated[Path, typer.Option(help="The folder for what the rehearsal leaves behind.")] = Path("rehearsal"),
    speed: Annotated[
        float, typer.Option(help="How many times faster than life idle stretches pass; 0 skips them.", min=0)
    ] = 0,
    seed: Annotated[int, typer.Option(help="Another seed is another rehearsal; the same, the same.")] = 1,
    kill: Annotated[int, typer.Option(help="Kill the bot so many times, and start it again.", min=0, max=2000)] = 0,
    faults: Annotated[
        int | None,
        typer.Option(
            help="Let 5 % of all requests go wrong in every way, and one thing for hours; the seed says how.",
            min=0,
        ),
    ] = None,
    latency: Annotated[
        float,
        typer.Option(
            help="The mean delay of each request, and of each answer, in milliseconds of the rehearsal's time.", min=0
        ),
    ] = 80,
    openapi: Annotated[
        Path | None, typer.Option(help="Discord's OpenAPI file, to check requests.", envvar="DISCORD_OPENAPI")
    ] = None,
) -> None:
    """Deliver the whole workshop with the real bot against a simulated Discord. Needs no token."""
    from bot.rehearsal import run as rehearsal  # noqa: PLC0415
    from bot.rehearsal.discord.faults import RandomFaults  # noqa: PLC0415

    request = rehearsal.RehearsalRequest(plan, cast, out, speed, seed, kill, openapi, latency=latency)
    if faults is not None:
        request = replace(request, draw=RandomFaults(faults), lasting=faults)
    raise typer.Exit(runtime.run(rehearsal.run(request)))
