"""Whatever a file holds, it is imported or refused in sentences; PLENARY_FUZZ_SECONDS says how long each is tried."""

from __future__ import annotations

import io
import json
import os
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.importing import preview
from bot.importing.proposal import propose
from bot.settings import SettingsError
from tests.importing.samples import SAMPLES

SECONDS = float(os.environ.get("PLENARY_FUZZ_SECONDS", "0"))
PATH = Path("plan.yaml")

#: What files have been broken with: limits, wrong kinds, other scripts, what programs take for something else.
NASTY = st.sampled_from(
    [
        *("", " ", "0", "-1", "1e999", "99999999999999999999", "0.5", "25:61", "24:00", "9999-12-31T23:59:59-14:00"),
        *("0001-01-01T00:00:00+14:00", "2023-03-26T02:30:00", "2023-10-29 02:30", "31/02/2023", "٣٠/٠٢/٢٠٢٣", "ص", "²"),
        *(
            "=1+1",
            "@SUM(A1)",
            "\x00",
            "\ud800",
            "\u202e",
            "\ufeff",
            "\u2028",
            "<b>",
            "&amp;",
            "]]>",
            "{}",
            "- a: *b",
            "#",
        ),
        *(
            "plenary",
            "x" * 500,
            "ع" * 90,
            "🎉",
            "https://a b",
            "http://" + "a" * 500,
            "Europe/Paris",
            "P1W",
            "PT-5M",
            "🇪",
        ),
    ]
)
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | NASTY | st.text(max_size=20)
TREES = st.recursive(ANYTHING, lambda t: st.lists(t, max_size=3) | st.dictionaries(NASTY, t, max_size=3), max_leaves=5)


def tried(content: bytes) -> None:
    """It imports, and again without a change; or it is refused in sentences."""
    try:
        first = propose(content, None, PATH, "Europe/Brussels")
    except SettingsError as refusal:
        said = str(refusal)
    else:
        said = "\n".join(preview.preview_lines(first))
        again = propose(content, first.text, PATH)
        assert (bool(again.changes), again.text) == (False, first.text)
    assert said
    assert all(line.strip() for line in said.splitlines())


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """The file with some of its bytes lost, doubled or replaced."""
    found = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(found)))
        to = min(len(found), at + draw(st.integers(0, 40)))
        insert = draw(st.binary(max_size=8) | NASTY.map(lambda text: text.encode("utf-8", "surrogatepass")))
        found[at:to] = draw(st.sampled_from([b"", insert, bytes(found[at:to]) * 2]))
    return bytes(found)


@st.composite
def reshaped(draw: st.DrawFn, content: bytes) -> bytes:
    """JSON with some of its parts replaced by others."""
    tree = json.loads(content)
    for _ in range(draw(st.integers(1, 3))):
        tree = draw(_replaced(tree))
    return json.dumps(tree).encode()


@st.composite
def _replaced(draw: st.DrawFn, tree: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(tree, dict | list) or not tree or draw(st.integers(0, 9)) == 0:
        return draw(TREES)
    key = draw(st.sampled_from(list(tree) if isinstance(tree, dict) else list(range(len(tree)))))
    copy = tree.copy()
    copy[key] = draw(_replaced(tree[key]))
    return copy


#: What stands between marks: the words of XML, the values of a calendar, the cells of a table.
_WORDS = {"frab": r">([^<>]*)<", "icalendar": r"[:=]([^\r\n:;=]*)", "csv": r'"([^"\r\n]*)"', "xlsx": r">([^<>]*)<"}


@st.composite
def reworded(draw: st.DrawFn, content: bytes, pattern: str) -> bytes:
    """The file with some of its words replaced, its structure left as it is."""
    text = content.decode()
    for _ in range(draw(st.integers(1, 4))):
        places = list(re.finditer(pattern, text))
        if places:
            place = draw(st.sampled_from(places))
            text = text[: place.start(1)] + str(draw(ANYTHING)) + text[place.end(1) :]
    return text.encode("utf-8", "surrogatepass")


@st.composite
def repacked(draw: st.DrawFn, content: bytes) -> bytes:
    """A workbook with one of its parts changed."""
    source = zipfile.ZipFile(io.BytesIO(content))
    parts = {name: source.read(name) for name in source.namelist()}
    name = draw(
        st.sampled_from([*parts, *(part for part in parts if "sheet" in part.lower()), "xl/worksheets/sheet1.xml"])
    )
    parts[name] = draw(mutated(parts[name]) | reworded(parts[name], _WORDS["xlsx"]))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for part, held in parts.items():
            target.writestr(part, held)
    return packed.getvalue()


def real(name: str, schedules: Path | None) -> list[bytes]:
    """The sample, and what real files of the format begin with."""
    if schedules is None:
        return [SAMPLES[name]]
    found = {
        "frab": ["pentabarf.xml", "pentabarf-duplicate.xml"],
        "pretalx": ["pretalx-nulls.json"],
        "programapi": ["programapi.json"],
        "conference-bot": ["conference-bot.json"],
    }
    return [SAMPLES[name], *((schedules / file).read_bytes() for file in found.get(name, []))]


def broken(name: str, corpus: list[bytes]) -> st.SearchStrategy[bytes]:
    """Files of a format that something is wrong with."""
    ways: list[Callable[[bytes], st.SearchStrategy[bytes]]] = [mutated]
    if name == "xlsx":
        ways.append(repacked)
    elif name in _WORDS:
        ways.append(lambda content: reworded(content, _WORDS[name]))
    else:
        ways.append(reshaped)
    return st.sampled_from(corpus).flatmap(lambda content: st.one_of([way(content) for way in ways]))


def until_done(strategy: st.SearchStrategy[bytes]) -> int:
    """Try files as long as is asked for; how many were tried."""
    count = 0

    @settings(max_examples=100 if SECONDS else 40, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(strategy)
    def attempt(content: bytes) -> None:
        nonlocal count
        count += 1
        tried(content)

    ends = time.monotonic() + SECONDS
    attempt()
    while time.monotonic() < ends:
        attempt()
    return count


@pytest.fixture(scope="module")
def corpus(request: pytest.FixtureRequest) -> Path | None:
    """The folder of real schedules, where there is one."""
    try:
        return request.getfixturevalue("schedules")
    except pytest.skip.Exception:
        return None


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sound_sample_is_imported(name: str) -> None:
    """Else the tests below would break what was broken before."""
    found = propose(SAMPLES[name], None, PATH, "Europe/Brussels")
    assert [str(session.kind) for session in found.agenda] == ["opening", "presentation", "break"]
    tried(SAMPLES[name])


@pytest.mark.timeout(60 + 3 * SECONDS)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_broken_file_is_refused_in_sentences(name: str, corpus: Path | None) -> None:
    """No traceback, and what is imported is the same when it is imported again."""
    print(f"{name}: {until_done(broken(name, real(name, corpus)))} files")  # noqa: T201 - `make fuzz` shows it


@pytest.mark.timeout(60 + 3 * SECONDS)
@pytest.mark.parametrize(
    "start", [b"", b"<", b"{", b"[", b"BEGIN:VCALENDAR\r\n", b"PK\x03\x04", b"title,start\n", b"\xff\xfe"]
)
def test_any_bytes_are_refused_in_sentences(start: bytes) -> None:
    """Whatever somebody puts there."""
    until_done(st.binary(max_size=300).map(lambda rest: start + rest))
