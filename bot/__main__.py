"""`plenary`, and `python -m bot`: the bot, or any other command."""

from __future__ import annotations

import sys

from bot import runtime


def main() -> None:
    """Run the command that the command line names. `run` doesn't import Typer, so that the bot starts sooner."""
    runtime.make_files_private()
    if sys.argv[1:] == ["run"]:
        runtime.collect_nothing()
        from bot.cli import run  # noqa: PLC0415 - no garbage is collected while it is imported

        sys.exit(run.run())
    from bot.cli import main as main_cli  # noqa: PLC0415 - see above

    main_cli.main()


if __name__ == "__main__":
    main()
