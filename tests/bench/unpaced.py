"""`plenary run` without its own pace towards Discord: how late it would be if Discord had no limits."""

from __future__ import annotations

from functools import partial

from bot import app
from bot.cli import main
from bot.platform.rate_limit import Pacer

if __name__ == "__main__":
    app.Pacer = partial(Pacer, per_second=1e9)  # pyright: ignore[reportAttributeAccessIssue]
    main.app(["run"])
