"""The files of notes in a closing pack: those that their authors let out, under names that lead to nobody."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.documents.export.subjects import NOTES
from bot.documents.pack.contents import _files_of_notes
from bot.domain.contributions.notes import Attribution, Audience, Visibility
from bot.domain.plan import Plan
from tests.documents.export.full_workshop import AUTHORS, full_workshop, named_in, rows_of

Tiny = Callable[..., Plan]


@pytest.mark.parametrize("ruled", [False, True])
async def test_a_file_of_a_note_is_where_the_widest_readers_of_the_note_look(
    tmp_path: Path, tiny: Tiny, *, ruled: bool
) -> None:
    async with full_workshop(tmp_path, tiny(chatham_house=ruled), named=True) as source:
        entries = await _files_of_notes(source)
        made: dict[str, bytes] = {}
        for entry in entries:
            out = io.BytesIO()
            assert await entry.write(out) is None
            made[entry.path] = out.getvalue()
        wanted = {
            (str(author.visibility), content)
            for author in AUTHORS
            for content, kind in author.files.items()
            if author.visibility is not Visibility.PRIVATE
            and (kind.is_picture or (author.attribution is Attribution.NAME and not ruled))
        }
        assert {(path.split("/")[0], content) for path, content in made.items()} == wanted
        assert all(path.split("/")[1] == "files" for path in made)
        assert named_in(" ".join(made)) == []
        # The notes' own column has the same names, for each audience.
        for audience in Audience:
            rows = await rows_of(replace(source, audience=audience), NOTES)
            listed = {name for row in rows if row["files"] for name in row["files"].split(", ")}
            assert listed <= {path.rpartition("/")[2] for path in made}
            if audience is Audience.ORGANISERS:
                assert len(listed) == len(made)
