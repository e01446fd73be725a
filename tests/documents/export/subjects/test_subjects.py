"""The table of export subjects: whatever lies in the folder is a row of it, has tests, and is called by its name."""

from __future__ import annotations

from pathlib import Path

from bot.documents.export.subjects import SUBJECTS
from bot.domain import discord_limits

ROOT = Path(__file__).resolve().parents[4]
FOLDER = "bot/documents/export/subjects"


def modules(folder: str, prefix: str = "") -> set[str]:
    """What the files of a folder are named after."""
    return {path.stem.removeprefix(prefix) for path in (ROOT / folder).glob(f"{prefix}*.py")}


def test_every_module_in_the_folder_is_a_row_of_the_table() -> None:
    missing = modules(FOLDER) - {"__init__"} - SUBJECTS.keys()
    assert missing == set(), f"{FOLDER}/__init__.py: add these subjects to _ROWS"


def test_every_row_is_the_module_of_its_name() -> None:
    missing = SUBJECTS.keys() - modules(FOLDER)
    assert missing == set(), f"{FOLDER}/NAME.py: name the module after its subject"


def test_every_subject_has_tests_of_its_rows() -> None:
    missing = SUBJECTS.keys() - modules("tests/documents/export/subjects", "test_")
    assert missing == set(), "tests/documents/export/subjects/test_NAME.py: test what its rows hold"


def test_a_description_fits_where_discord_shows_it() -> None:
    too_long = [name for name, subject in SUBJECTS.items() if not 1 <= len(subject.description) <= 100]
    assert too_long == []
    assert len(SUBJECTS) <= discord_limits.OPTIONS  # /export has a command for each
