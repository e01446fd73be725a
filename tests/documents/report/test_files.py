"""The files themselves: pages as pictures, Arabic joined and from right to left, typed text as it was typed."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pypdfium2
import pytest

from bot.cli import report as report_cli
from bot.documents import typesetting
from bot.documents.certificates import certificate_data
from bot.documents.report import documents, wording
from bot.documents.report import docx as docx_report
from bot.documents.report.blocks import Document, Look, NoteBlock, ParagraphBlock
from bot.domain.attendance.certificates import Award, Certificate
from bot.domain.contributions.notes import Audience
from bot.domain.plan import Plan
from bot.domain.text import isolate
from bot.settings import Settings, SettingsError
from tests.documents.workshop import AWKWARD, NOW, PEOPLE

if TYPE_CHECKING:
    from tests.documents.workshop import Kept

#: The letters join all the way; parted by non-joiners, each stands alone.
JOINED, PARTED = "محمد", "م\u200cح\u200cم\u200cد"


def page(name: str, *blocks: ParagraphBlock | NoteBlock, language: str = "ar") -> Document:
    return Document("page", language, name, "", [""], "", blocks)


def text_in(pdf: bytes) -> str:
    """What a reader copies from it."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return "\n".join(one.get_textpage().get_text_range() for one in opened)


def ink(pdf: bytes, scale: int = 4) -> list[tuple[int, int]]:
    """The first page as a picture: from where to where there is ink, from left to right, in shares of 10,000."""
    with pypdfium2.PdfDocument(pdf) as opened:
        bitmap = opened[0].render(scale=scale, grayscale=True)
        pixels, stride, width = bytes(bitmap.buffer), bitmap.stride, bitmap.width
    columns = [min(pixels[x::stride]) < 200 for x in range(width)]
    edges = [x for x in range(1, width) if columns[x] != columns[x - 1]]
    return [
        (begin * 10_000 // width, end * 10_000 // width) for begin, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def picture(pdf: bytes) -> bytes:
    """The first page, pixel by pixel."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return bytes(opened[0].render(scale=1, grayscale=True).buffer)


def set_alone(words: str, language: str = "ar") -> bytes:
    """A page on which these words stand and nothing else."""
    return typesetting.pdf("report", page("", ParagraphBlock(words, Look.LEAD), language=language).as_data(), NOW)


def test_arabic_letters_are_joined_on_the_page() -> None:
    """Joined they leave one stretch of ink; letters that stand alone leave four."""
    assert len(ink(set_alone(JOINED))) == 1
    assert len(ink(set_alone(PARTED))) == 4


def test_arabic_runs_from_right_to_left_from_the_right_margin() -> None:
    """Two words, a wide one and a narrow one: the first stands to the right. In English, all of it is mirrored."""
    (narrow, wide) = ink(set_alone(f"{'م' * 12} {'م' * 3}"))
    assert wide[1] - wide[0] > narrow[1] - narrow[0]
    assert narrow[0] > 5000
    (first, second) = ink(set_alone("i\u2003mm", "en"))[:2]
    assert first[1] - first[0] < second[1] - second[0]
    assert first[0] < 5000


def test_a_latin_name_in_an_arabic_page_keeps_its_order() -> None:
    """Isolated, as every value in a sentence is, what ends it stays at its end."""
    name = "Direction!"
    isolated = ink(set_alone(f"{JOINED} {isolate(name)}"))
    assert isolated == ink(set_alone(f"{JOINED} \u200e{name}\u200e"))
    assert isolated != ink(set_alone(f"{JOINED} {name}"))


def test_a_chart_has_joined_letters_too() -> None:
    """As PDF, so that its text can be looked at; documents for Word hold the same as a picture."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60" font-family="IBM Plex Sans Arabic">'
        '<text x="190" y="40" font-size="30" text-anchor="end">{}</text></svg>'
    )
    joined, parted = (
        len(ink(typesetting.pdf("picture", {"svg": svg.format(word_), "language": "ar"}, NOW)))
        for word_ in (JOINED, PARTED)
    )
    assert (joined, parted) == (1, 4)


def test_what_people_typed_is_text_and_nothing_else() -> None:
    typed = AWKWARD.replace(" 👏", "")
    shared = NoteBlock("worked", "", typed, [("", typed)], typed)
    made = text_in(typesetting.pdf("report", page(typed, ParagraphBlock(typed), shared, language="en").as_data(), NOW))
    flat = " ".join(made.split())
    assert flat.count(typed) == 5


def test_the_same_at_the_same_instant_is_the_same_file(kept_documents: list[Document]) -> None:
    report = kept_documents[0]
    first, again = (typesetting.pdf("report", report.as_data(), NOW) for _ in range(2))
    assert first == again
    assert typesetting.pdf("report", report.as_data(), NOW + timedelta(days=1)) != first
    drawn = "image".encode
    assert docx_report.docx_of(page("T"), NOW, lambda _: drawn()) == docx_report.docx_of(
        page("T"), NOW, lambda _: drawn()
    )


@pytest.mark.parametrize(
    ("language", "held", "shown"),
    [
        ("ar", "محمد", "محمد"),
        ("ar", "5", "5"),
        ("ar", "92.5", "92.5"),
        ("ar", "WCO", isolate("WCO")),
        ("ar", "محمد (WCO)", isolate("محمد (WCO)")),
        ("ar", "10:00\N{EN DASH}10:45", isolate("10:00\N{EN DASH}10:45")),
        ("fr", "Douanes", "Douanes"),
        ("fr", "محمد", isolate("محمد")),
        ("fr", "10:00\N{EN DASH}10:45", isolate("10:00\N{EN DASH}10:45")),
    ],
)
def test_a_word_file_isolates_only_what_would_else_run_astray(language: str, held: str, shown: str) -> None:
    """Some programs show the blank before an isolate, and the point behind it, in another place or not at all."""
    around = "بدعم من {}." if language == "ar" else "Grâce à {}."
    block = ParagraphBlock(around.format(isolate(held)), Look.BODY)
    opened = docx.Document(io.BytesIO(docx_report.docx_of(page("T", block, language=language), NOW, lambda _: b"")))
    assert opened.paragraphs[-1].text == around.format(shown)


def test_isolates_within_others_are_looked_at_first() -> None:
    words = isolate(f"{isolate('5')} من {isolate('5')}")
    assert wording.unisolated(words, mirrored=True) == "5 من 5"


def test_a_number_beside_letters_of_the_other_way_stays_isolated() -> None:
    """It would else go with them."""
    words = f"WCO {isolate('5')} محمد"
    assert wording.unisolated(words, mirrored=True) == words


@pytest.fixture
async def kept_documents(kept: Kept) -> list[Document]:
    """In Arabic."""
    material = await kept.material()
    made = (documents.report(material, "ar"), documents.press(material, "ar"), documents.donor(material, "ar"))
    return [document for document in made if document]


def test_press_summary_and_donors_page_are_one_page_each(kept_documents: list[Document]) -> None:
    for document in kept_documents:
        with pypdfium2.PdfDocument(typesetting.pdf("report", document.as_data(), NOW)) as opened:
            assert (len(opened) == 1) is (document.name != "report")


def test_the_word_file_runs_from_right_to_left_and_holds_its_charts_as_pictures(kept_documents: list[Document]) -> None:
    report = kept_documents[0]
    made = docx_report.docx_of(report, NOW, lambda svg: typesetting.png(svg, "ar"))
    opened = docx.Document(io.BytesIO(made))
    lines = [line for line in opened.paragraphs if line.text]
    headings = [line for line in lines if line.style and line.style.name == "Heading 1"]
    assert len(headings) == 9
    assert all(line._p.pPr is not None and line._p.pPr.xpath("w:bidi") for line in headings)  # noqa: SLF001 - python-docx has no other way
    assert all(table._tbl.tblPr.xpath("w:bidiVisual") for table in opened.tables)  # noqa: SLF001 - likewise
    assert any(AWKWARD in line.text for line in lines)
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        pictures = [parts.read(name) for name in parts.namelist() if name.startswith("word/media/")]
    assert len(pictures) == len(opened.inline_shapes) == 5
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_where_the_font_is_missing_nothing_is_written(tmp_path: Path) -> None:
    typesetting.require_letters()
    with pytest.raises(SettingsError, match="pip install fontpkg-ibm-plex-sans-arabic"):
        typesetting.require_letters(tmp_path)


# --- certificates ----------------------------------------------------------------------------------------------


def test_a_certificate_says_who_and_its_code_keeps_its_order_between_arabic_words(example: Plan) -> None:
    """Digits before letters are where the groups would change places."""
    for code in ("1234-5678-9ABC", "ABCD-1234-5678"):
        for language in ("en", "fr", "ar"):
            one = Certificate(PEOPLE[0], Award.COMPLETION, 600, code)
            made = text_in(typesetting.pdf("certificate", certificate_data.data(example, one, language, NOW), NOW))
            if language != "ar":  # from right to left, text is copied in another order than it is seen
                assert PEOPLE[0].name in made
                assert code in made
    data = certificate_data.data(example, Certificate(PEOPLE[0], Award.COMPLETION, 600, "1234-ABCD-5678"), "ar", NOW)
    right, wrong = (
        typesetting.pdf("certificate", {**data, "code": code}, NOW)
        for code in ("\u20661234-ABCD-5678\u2069", "1234-ABCD-5678")
    )
    mine = typesetting.pdf("certificate", data, NOW)
    assert picture(mine) == picture(right)
    assert picture(mine) != picture(wrong)


async def test_certificates_are_written_and_verified(kept: Kept, tmp_path: Path) -> None:
    told: list[str] = []
    await report_cli.award(kept.settings, tmp_path / "all", NOW, told.append, participation=True)
    await report_cli.award(kept.settings, tmp_path / "complete", NOW, told.append, participation=False)
    everybody, complete = (sorted(path.name for path in (tmp_path / name).iterdir()) for name in ("all", "complete"))
    assert len(everybody) == len(PEOPLE) - 1  # the moderator gets none
    assert 0 < len(complete) < len(everybody)
    assert set(complete) <= set(everybody)
    # Each in their own language: of the company's the French one.
    (french,) = (name for name in everybody if name.startswith("surname9-"))
    made = (tmp_path / "all" / french).read_bytes()
    assert "Attestation" in text_in(made)
    code = next(line for line in text_in(made).split() if line.count("-") == 2 and len(line) == 14)
    assert "Surname9" in (await report_cli.verify(kept.settings, code.lower(), NOW) or "")
    assert (
        await report_cli.verify(kept.settings, code.translate({ord(code[0]): "2" if code[0] != "2" else "3"}), NOW)
        is None
    )
    with pytest.raises(SettingsError, match="twelve signs"):
        await report_cli.verify(kept.settings, "abc", NOW)


# --- the command -----------------------------------------------------------------------------------------------


async def test_the_command_writes_every_document_in_both_forms_while_the_bot_has_the_database(
    kept: Kept, tmp_path: Path
) -> None:
    told: list[str] = []
    await report_cli.report(kept.settings, ["fr"], Audience.SERIES, tmp_path / "out", NOW, told.append)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"{name}-fr.{form}" for name in ("report", "press", "donor") for form in ("pdf", "docx")}
    assert "other workshops of the series" in told[-1]
    (deed,) = [one for one in await kept.store.audit.all() if one.what == "exported"]
    assert (deed.subject, (deed.latter or "")[:10]) == ("report", "for series")


async def test_what_cannot_be_done_is_said(kept: Kept, tmp_path: Path) -> None:
    out = tmp_path / "file"
    out.write_text("x")
    told: list[str] = []
    with pytest.raises(SettingsError, match="--out"):
        await report_cli.report(kept.settings, [], Audience.PUBLIC, out, NOW, told.append)
    blocked = tmp_path / "blocked"
    (blocked / "report-fr.pdf").mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"report-fr\.pdf can't be written"):
        await report_cli.report(kept.settings, ["fr"], Audience.PUBLIC, blocked, NOW, told.append)
    with pytest.raises(SettingsError, match="doesn't speak de"):
        await report_cli.report(kept.settings, ["de"], Audience.PUBLIC, tmp_path, NOW, told.append)
    missing = Settings(database=tmp_path / "none.db", plan=kept.settings.plan)
    with pytest.raises(SettingsError, match="PLENARY_DATABASE"):
        await report_cli.report(missing, [], Audience.PUBLIC, out, NOW, told.append)
    assert told == []


def test_letters_of_other_alphabets_are_told() -> None:
    assert typesetting.strange_letters({"a": "Ł é ع Ж 海 关 海 👏"}) == "关海"
