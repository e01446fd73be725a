"""Settings: from the environment (`PLENARY_…`) and config/plenary.toml; every fault reported at once."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

#: The folder of config/ and cogs/.
ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "config" / "plenary.toml"
DISCORD = "https://discord.com/api/v10"


class SettingsError(ValueError):
    """Unusable settings; the message names each with its value and what to do."""

    exit_code: ClassVar[int] = 2


def _named(path: Path) -> Path:
    if not path.name or "\0" in str(path):
        raise ValueError("a path must end with a name")
    return path


NamedPath = Annotated[Path, AfterValidator(_named)]


class Settings(BaseModel):
    """Each setting is described in config/plenary.toml. Environment wins over the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    plan: NamedPath | None = None
    database: NamedPath = Path("plenary.db")
    backups: Path = Path("backups")
    backups_kept: Annotated[int, Field(ge=0, le=1000)] = 14
    health: NamedPath = Path("plenary.health")
    api_base: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$")] = DISCORD
    clock: Annotated[str, Field(pattern=r"^(wss?://\S+)?$")] = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def plan_file(self) -> Path:
        """The plan's file, for callers that need one. Raises SettingsError if none is set."""
        if self.plan is None:
            raise SettingsError(
                "No plan: set PLENARY_PLAN (or plan in config/plenary.toml) to the workshop's plan. The database "
                f"{self.database} holds none yet; the bot keeps its plan there from its first start on."
            )
        return self.plan


def load() -> Settings:
    """Return the settings in force. Raises SettingsError with one line a fault."""
    variables = {name: f"PLENARY_{name.upper()}" for name in Settings.model_fields}
    given = {name: os.environ[variable] for name, variable in variables.items() if variable in os.environ}
    lines = list(_unknown_variables(os.environ, variables.values()))
    try:
        written = tomllib.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
        settings = Settings.model_validate(written | given)
    except ValidationError as faults:
        lines += [_sentence(fault["loc"], fault["msg"], fault.get("input")) for fault in faults.errors()]
        raise SettingsError("\n".join(lines)) from None
    except ValueError as broken:  # the file is not TOML
        raise SettingsError(f"config/plenary.toml can't be read: {broken}. Fix that line.") from None
    except OSError as failure:
        raise SettingsError(f"config/plenary.toml can't be read: {failure.strerror}. Let this user read it.") from None
    if lines:
        raise SettingsError("\n".join(lines))
    return settings


def _unknown_variables(environment: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each unknown PLENARY variable, without its value, which may be secret."""
    for variable in sorted(environment):
        if variable.upper().startswith("PLENARY") and variable not in known:
            yield f"{variable}: there is no such setting. {_suggestion(variable.upper(), known)}"


def _suggestion(name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names, 1)
    return f"Did you mean {close[0]}?" if close else f"Remove it; the settings are {', '.join(names)}."


def _sentence(where: tuple[int | str, ...], what: str, value: object) -> str:
    name = ".".join(str(part) for part in where)
    place = f"PLENARY_{name.upper()} (or {name} in config/plenary.toml)"
    if what.startswith("Extra inputs"):
        return f"{name}: there is no such setting in config/plenary.toml. {_suggestion(name, Settings.model_fields)}"
    return f"{place} is {value!r}: {what.removeprefix('Value error, ')}."


def token(environment: Mapping[str, str] = os.environ) -> str:
    """Return the bot's token, from the file that DISCORD_TOKEN_FILE names, else from DISCORD_TOKEN.

    Raises SettingsError; its message never holds the token.
    """
    path = environment.get("DISCORD_TOKEN_FILE")
    if path:
        try:
            bare = _bare_token(Path(path).read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError) as failure:
            # Not its name: people have put the token itself there.
            reason = failure.strerror if isinstance(failure, OSError) else "it is not text"
            raise SettingsError(
                f"DISCORD_TOKEN_FILE names a file that can't be read: {reason}. Name the file that holds the token."
            ) from None
        if not bare:
            raise SettingsError("DISCORD_TOKEN_FILE names a file that is empty. Put the bot's token in it.")
        return bare
    bare = _bare_token(environment.get("DISCORD_TOKEN", ""))
    if not bare:
        raise SettingsError(
            "No bot token: set DISCORD_TOKEN_FILE to a file that holds it, or DISCORD_TOKEN to the token itself. "
            "You find it in Discord's developer portal, under your application's Bot page. "
            "To try Plenary without one, run: make rehearse"
        )
    return bare


def _bare_token(text: str) -> str:
    """Return a token without the name, quotes and blanks that may surround it in an .env file."""
    token = text.strip().removeprefix("export ").removeprefix("DISCORD_TOKEN=").strip()
    quoted = len(token) > 1 and token[0] == token[-1] and token[0] in "\"'"
    return token[1:-1].strip() if quoted else token
