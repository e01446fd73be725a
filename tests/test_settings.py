"""Settings: the environment before the file, every fault at once, and the token never in a message."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings
from bot.settings import DISCORD, ROOT, SettingsError

TOKEN = "MTA3Mz.very.secret"  # noqa: S105 - nobody's


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file of the test's own, not there yet; and no settings from outside."""
    for name in os.environ:
        if name.startswith("PLENARY_"):
            monkeypatch.delenv(name)
    path = tmp_path / "plenary.toml"
    monkeypatch.setattr(settings, "FILE", path)
    return path


def refused() -> list[str]:
    """The sentences by which settings are refused."""
    with pytest.raises(SettingsError) as refusal:
        settings.load()
    return str(refusal.value).splitlines()


def test_nothing_need_be_set() -> None:
    """Without file and environment there is a default for everything but the plan."""
    found = settings.load()
    assert (found.database, found.health, found.api_base, found.clock) == (
        Path("plenary.db"),
        Path("plenary.health"),
        DISCORD,
        "",
    )
    assert found.plan is None


def test_the_file_that_comes_with_the_program_says_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its comments promise so."""
    default = settings.load()
    monkeypatch.setattr(settings, "FILE", ROOT / "config" / "plenary.toml")
    assert settings.load() == default


def test_the_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting by setting: what only the file says still counts."""
    file.write_text('database = "file.db"\nlog_level = "ERROR"\n', "utf-8")
    monkeypatch.setenv("PLENARY_DATABASE", "environment.db")
    found = settings.load()
    assert (found.database, found.log_level) == (Path("environment.db"), "ERROR")


def test_every_fault_is_told_at_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line each, with what was found."""
    file.write_text('log_level = "LOUD"\ndatabse = "x.db"\n', "utf-8")
    monkeypatch.setenv("PLENARY_API_BASE", "discord.com")
    monkeypatch.setenv("PLENARY_CLOCK", "http://clock")
    told = refused()
    assert len(told) == 4
    assert "databse: there is no such setting in config/plenary.toml. Did you mean database?" in told
    for begins in (
        "PLENARY_LOG_LEVEL (or log_level in config/plenary.toml) is 'LOUD': ",
        "PLENARY_API_BASE (or api_base in config/plenary.toml) is 'discord.com': ",
        "PLENARY_CLOCK (or clock in config/plenary.toml) is 'http://clock': ",
    ):
        assert [line for line in told if line.startswith(begins)]


@pytest.mark.parametrize("name", ["plan", "database", "health"])
@pytest.mark.parametrize("value", ["", ".", "/", "a\0b"])
def test_a_path_that_names_no_file_is_refused(name: str, value: str, file: Path) -> None:
    """As a variable that a compose file leaves empty."""
    file.write_text(f"{name} = {json.dumps(value)}\n", "utf-8")
    (told,) = refused()
    assert told.startswith(f"PLENARY_{name.upper()} (or {name} in config/plenary.toml) is {value!r}: a path must end")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("PLENARY_DATABSE", "Did you mean PLENARY_DATABASE?"),
        ("PLENARY_PLAM", "Did you mean PLENARY_PLAN?"),
        ("plenary_plan", "Did you mean PLENARY_PLAN?"),
        ("PLENARYPLAN", "Did you mean PLENARY_PLAN?"),
        ("PLENARY_BACKUP_KEPT", "Did you mean PLENARY_BACKUPS_KEPT?"),
        ("PLENARY_ZZZZZZZZZZ", "Remove it; the settings are PLENARY_PLAN, PLENARY_DATABASE, "),
    ],
)
def test_an_unknown_variable_is_an_error_that_suggests_the_right_name(
    monkeypatch: pytest.MonkeyPatch, name: str, advice: str
) -> None:
    """With the other faults, and without its value, which may be a secret."""
    monkeypatch.setenv(name, TOKEN)
    monkeypatch.setenv("PLENARY_LOG_LEVEL", "LOUD")
    unknown, loud = refused()
    assert unknown.startswith(f"{name}: there is no such setting. {advice}")
    assert TOKEN not in unknown
    assert loud.startswith("PLENARY_LOG_LEVEL")


def test_every_setting_may_be_given_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, default in settings.load().model_dump().items():
        monkeypatch.setenv(f"PLENARY_{name.upper()}", str(default or "plan.yaml" if name == "plan" else default))
    assert settings.load().plan == Path("plan.yaml")


def test_a_token_in_the_file_is_refused_without_repeating_it(file: Path) -> None:
    """It is no setting, and must not end up in a log."""
    file.write_text(f'token = "{TOKEN}"\n', "utf-8")
    (told,) = refused()
    assert told.startswith("token: there is no such setting")
    assert TOKEN not in told


def test_a_file_that_is_not_toml_is_a_sentence(file: Path) -> None:
    """With the line to mend."""
    file.write_text('database = "plenary.db"\nlog_level = INFO\n', "utf-8")
    (told,) = refused()
    assert told.startswith("config/plenary.toml can't be read: ")
    assert "line 2" in told


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080/api/v10", "https://discord.com/api/v10", "http://localhost"]
)
def test_any_api_address_may_be_set(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """A rehearsal's too."""
    monkeypatch.setenv("PLENARY_API_BASE", address)
    assert settings.load().api_base == address


# --- the token ------------------------------------------------------------------------------------------------------


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\"'="), min_size=1))
def test_a_token_in_the_environment_is_taken_less_its_blanks(secret: str) -> None:
    """Copied with a line break, it is still the token."""
    assert settings.token({"DISCORD_TOKEN": f" {secret}\n"}) == secret


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + TOKEN.encode() + b"\r\n",
        f'"{TOKEN}"'.encode(),
        f"'{TOKEN}'\n".encode(),
        f"DISCORD_TOKEN={TOKEN}\n".encode(),
        f'export DISCORD_TOKEN="{TOKEN}"'.encode(),
    ],
)
def test_what_surrounds_a_token_in_its_file_is_taken_off(tmp_path: Path, content: bytes) -> None:
    """A byte order mark, quotes, the name that it has in an .env file."""
    path = tmp_path / "token"
    path.write_bytes(content)
    assert settings.token({"DISCORD_TOKEN_FILE": str(path)}) == TOKEN


def test_the_tokens_file_wins(tmp_path: Path) -> None:
    """A secret that is mounted is the one meant."""
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n", "utf-8")
    assert settings.token({"DISCORD_TOKEN_FILE": str(path), "DISCORD_TOKEN": "another"}) == TOKEN


@pytest.mark.parametrize("environment", [{}, {"DISCORD_TOKEN": ""}, {"DISCORD_TOKEN": " \n", "DISCORD_TOKEN_FILE": ""}])
def test_no_token_is_a_sentence_that_says_where_to_find_one(environment: dict[str, str]) -> None:
    """And how to try the program without."""
    with pytest.raises(
        SettingsError, match=r"No bot token: set DISCORD_TOKEN_FILE .* developer portal.* make rehearse"
    ):
        settings.token(environment)


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "can't be read"), (b"", "that is empty"), (b" \n", "that is empty"), (b"\xff\xfe\x00", "not text")],
)
def test_a_tokens_file_that_holds_none_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    """And the token in the environment is not taken in its place: it may be an old one."""
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=said) as refusal:
        settings.token({"DISCORD_TOKEN_FILE": str(path), "DISCORD_TOKEN": TOKEN})
    assert TOKEN not in str(refusal.value)


def test_a_folder_is_no_tokens_file(tmp_path: Path) -> None:
    """As Docker makes one where a secret is missing."""
    with pytest.raises(SettingsError, match="can't be read"):
        settings.token({"DISCORD_TOKEN_FILE": str(tmp_path)})


def test_a_token_where_its_file_should_be_named_is_not_repeated() -> None:
    """An easy mistake, and the message ends up in a log."""
    with pytest.raises(SettingsError) as refusal:
        settings.token({"DISCORD_TOKEN_FILE": TOKEN})
    assert TOKEN not in str(refusal.value)
