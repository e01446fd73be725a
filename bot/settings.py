"""Settings: from the environment (`PLENARY_…`) and config/plenary.toml; every fault reported at once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

#: Where config/ and cogs/ are.
ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "config" / "plenary.toml"
DISCORD = "https://discord.com/api/v10"


class SettingsError(ValueError):
    """Settings that can't be used; the message names each, with what was found and what to do."""


class Settings(BaseModel):
    """Each setting is described in config/plenary.toml. Environment wins over the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    plan: Path = ROOT / "config" / "workshops" / "wco-mena-2023.yaml"
    database: Path = Path("plenary.db")
    backups: Path = Path("backups")
    backups_kept: Annotated[int, Field(ge=0, le=1000)] = 14
    health: Path = Path("plenary.health")
    api_base: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$")] = DISCORD
    clock: Annotated[str, Field(pattern=r"^(wss?://\S+)?$")] = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


def load() -> Settings:
    """The settings in force. Raises SettingsError with one line a fault."""
    variables = {name: f"PLENARY_{name.upper()}" for name in Settings.model_fields}
    told = {name: os.environ[variable] for name, variable in variables.items() if variable in os.environ}
    try:
        written = tomllib.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
        return Settings.model_validate(written | told)
    except ValidationError as faults:
        lines = [_sentence(fault["loc"], fault["msg"], fault.get("input")) for fault in faults.errors()]
        raise SettingsError("\n".join(lines)) from None
    except ValueError as broken:  # the file is not TOML
        raise SettingsError(f"config/plenary.toml can't be read: {broken}. Mend that line.") from None


def _sentence(where: tuple[int | str, ...], what: str, found: object) -> str:
    name = ".".join(str(part) for part in where)
    place = f"PLENARY_{name.upper()} (or {name} in config/plenary.toml)"
    if what.startswith("Extra inputs"):
        return f"{name}: there is no such setting in config/plenary.toml; remove it or mend its name."
    return f"{place} is {found!r}: {what}."


def token(environment: Mapping[str, str] = os.environ) -> str:
    """The bot's token, from the file that DISCORD_TOKEN_FILE names, else from DISCORD_TOKEN.

    Raises SettingsError; its message never holds the token.
    """
    path = environment.get("DISCORD_TOKEN_FILE")
    if path:
        try:
            found = Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as failure:
            # Not its name: people have put the token itself there.
            reason = failure.strerror if isinstance(failure, OSError) else "it is not text"
            raise SettingsError(
                f"DISCORD_TOKEN_FILE names a file that can't be read: {reason}. Name the file that holds the token."
            ) from None
        if not found:
            raise SettingsError("DISCORD_TOKEN_FILE names a file that is empty. Put the bot's token in it.")
        return found
    found = environment.get("DISCORD_TOKEN", "").strip()
    if not found:
        raise SettingsError(
            "No bot token: set DISCORD_TOKEN_FILE to a file that holds it, or DISCORD_TOKEN to the token itself. "
            "You find it in Discord's developer portal, under your application's Bot page. "
            "To try Plenary without one, run: make rehearse"
        )
    return found
