"""The closing pack: whole, checked, the same again, with the store's numbers; and each failure a sentence."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import zipfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pypdfium2
import pytest

from bot.cli import close
from bot.documents.pack import archive, contents
from bot.documents.pack.archive import CHECKSUMS, MANIFEST, faults, read_manifest
from bot.domain.contributions.notes import Audience, visible_to
from bot.domain.contributions.transcripts import BOT, TranscriptChannel, TranscriptMessage
from bot.domain.people.roles import Role
from bot.settings import SettingsError
from tests.documents.export.readers import read_back
from tests.documents.workshop import EXAMPLE, NOTES, NOW

if TYPE_CHECKING:
    from tests.documents.workshop import Kept


async def made(kept: Kept, out: Path) -> dict[str, bytes]:
    """Every file of a pack, by its path."""
    await close.close(kept.settings, out, NOW, 0)
    with zipfile.ZipFile(out) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def pages(pdf: bytes) -> tuple[str, int]:
    """What a reader copies from a document, and on how many of its pages, drawn as pictures, there is ink."""
    with pypdfium2.PdfDocument(pdf) as opened:
        text = "\n".join(page.get_textpage().get_text_range() for page in opened)
        return text, sum(min(bytes(page.render(scale=1, grayscale=True).buffer)) < 100 for page in opened)


def checked_by_users(folder: Path) -> tuple[int, str]:
    """What sha256sum says of a pack that was unpacked."""
    with zipfile.ZipFile(folder / "pack.zip") as opened:
        opened.extractall(folder / "there")
    ran = subprocess.run(["sha256sum", "-c", CHECKSUMS], cwd=folder / "there", capture_output=True, check=False)  # noqa: S603, S607 - as users call it
    return ran.returncode, ran.stdout.decode() + ran.stderr.decode()


async def test_the_pack_holds_everything_and_is_the_same_again_but_for_what_is_dated(
    kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One test for both: a pack takes several seconds."""
    before = await kept.store.transcripts.begin(TranscriptChannel(1, "team", "team"))
    said = TranscriptMessage(5, BOT, "Plenary", NOW, None, "Somebody joined")
    await kept.store.transcripts.keep(1, before, [said], kept.programme.plan.agenda.ends_at)
    files = await made(kept, tmp_path / "pack.zip")

    # The checksums are those that sha256sum checks.
    code, checked = await asyncio.to_thread(checked_by_users, tmp_path)
    assert (code, checked.count(": OK")) == (0, len(files) - 1), checked
    assert faults(tmp_path / "pack.zip") == []
    told: dict[str, dict[str, Any]] = {one["path"]: one for one in read_manifest(tmp_path / "pack.zip")["files"]}
    assert told.keys() == files.keys() - {MANIFEST, CHECKSUMS}
    assert all(one["size"] == len(files[path]) and one["rule"] for path, one in told.items())

    # Rows: those of the store, in spreadsheets and in the manifest.
    wanted = {f"{audience}/notes": sum(visible_to(note, audience) for note in NOTES) for audience in Audience} | {
        "organisers/questions": len(await kept.store.questions.all()),
        "organisers/pledges": len(await kept.store.pledges.all()),
        "organisers/participants": len(kept.store.participants.all()),
        "organisers/transcripts": 1,
        "public/agenda": len(kept.programme.plan.agenda.sessions),
    }
    for name, rows in wanted.items():
        sheet = openpyxl.load_workbook(io.BytesIO(files[f"{name}.xlsx"])).worksheets[0]
        assert (sheet.max_row - 1, told[f"{name}.xlsx"]["rows"], told[f"{name}.csv"]["rows"]) == (rows,) * 3, name
    attended = {row["person_id"] for row in json.loads(files["organisers/attendance.json"])["rows"]}

    # Documents: in each language, drawn, with these numbers in them.
    for language in ("en", "fr", "ar"):
        for name in (f"public/press-{language}.pdf", f"donor/donor-{language}.pdf", f"public/report-{language}.pdf"):
            text, inked = pages(files[name])
            assert inked >= (5 if "report" in name else 1), name
            assert str(len(attended)) in text, name
        assert files[f"participants/report-{language}.docx"].startswith(b"PK")
        assert f"README-{language}.md" in files

    # Certificates are private, and so is whatever names people.
    people = {place.person for place in kept.store.participants.all() if place.role is Role.PARTICIPANT}
    earned = sum(one.complete and one.person in people for one in (await kept.material()).records)
    assert len([path for path in files if path.startswith("certificates/")]) == earned > 0
    assert Counter(one["reader"] for one in told.values()).keys() == {str(reader) for reader in contents.PackReader}
    readme = files["README-en.md"].decode()
    assert "certificates/\n" in readme
    assert "surname" not in readme

    # It is recorded, and what it lacks is said.
    (deed,) = [one for one in await kept.store.audit.all() if one.what == "exported"]
    assert (deed.subject, (deed.latter or "").split(",")[0]) == ("closing pack", "zip for organisers")
    shown = capsys.readouterr()
    assert f"{len(told)} files" in shown.out
    assert f"{len(told)}/{len(told)}" in shown.out
    assert EXAMPLE.read_bytes() == files["organisers/plan.yaml"]

    # Made again, it is the same but for the audit, which says so; and for dated files on another day.
    again = await made(kept, tmp_path / "again.zip")
    assert {path for path in files if files[path] != again[path]} == {
        *(f"organisers/audit.{form}" for form in ("csv", "xlsx", "json", "md")), MANIFEST, CHECKSUMS,
    }  # fmt: skip
    await close.close(kept.settings, tmp_path / "later.zip", NOW + timedelta(days=3), 0)
    undated = [one["path"] for one in read_manifest(tmp_path / "later.zip")["files"] if not one["dated"]]
    assert len(undated) > 40
    with zipfile.ZipFile(tmp_path / "later.zip") as later:
        assert [path for path in undated if later.read(path) != files[path]] == []
    rows = read_back(contents.Format.JSON, again["organisers/audit.json"])
    assert [row["subject"] for row in rows if row["what"] == "exported"] == ["closing pack"]


async def test_what_is_wrong_with_a_pack_is_named(tmp_path: Path) -> None:
    with archive.begun(tmp_path / "pack.zip") as small:
        size, digest = small.add("organisers/plan.yaml", io.BytesIO(b"id: plan"))
        filed = archive.Filed(
            "organisers/plan.yaml", "plan", "organisers", "As it is.", None, dated=False, size=size, sha256=digest
        )
        small.add(MANIFEST, io.BytesIO(archive.manifest({}, [filed])))
    with zipfile.ZipFile(tmp_path / "pack.zip") as opened:
        files = {name: opened.read(name) for name in opened.namelist()}

    def packed(**changed: bytes | None) -> list[str]:
        with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
            for path, content in {**files, **changed}.items():
                if content is not None:
                    other.writestr(path, content)
        return faults(tmp_path / "other.zip")

    assert packed() == []
    assert packed(**{"organisers/plan.yaml": b"x"}) == [
        "organisers/plan.yaml is not what its checksum says", f"organisers/plan.yaml is not what {MANIFEST} says",
    ]  # fmt: skip
    assert packed(**{"organisers/plan.yaml": None}) == ["organisers/plan.yaml is missing"]
    assert packed(stranger=b"x") == ["stranger has no checksum", f"stranger is not in {MANIFEST}"]
    (tmp_path / "other.zip").write_bytes(b"no archive")
    assert "no closing pack" in faults(tmp_path / "other.zip")[0]


async def test_what_cannot_be_written_is_a_sentence_and_leaves_what_was_there(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match="There is no folder"):
        await close.close(kept.settings, tmp_path / "none" / "pack.zip", NOW, 0)
    with pytest.raises(SettingsError, match="is a folder"):
        await close.close(kept.settings, tmp_path, NOW, 0)
    out = tmp_path / "pack.zip"
    out.write_bytes(b"the former one")

    def broken(_: Path) -> list[str]:
        return ["organisers/notes.csv is not what its checksum says"]

    async def few(*about: Any) -> list[contents.PackEntry]:  # noqa: ANN401 - as they come
        return [entry for entry in await contents.entries(*about) if entry.path.startswith("organisers/notes.")]

    monkeypatch.setattr(archive, "faults", broken)
    monkeypatch.setattr(close, "entries", few)
    with pytest.raises(SettingsError, match=r"notes\.csv is not what its checksum says"):
        await close.close(kept.settings, out, NOW, 0)
    assert out.read_bytes() == b"the former one"
    assert [name for name in os.listdir(tmp_path) if name.startswith(".")] == []  # noqa: PTH208 - it may block here
