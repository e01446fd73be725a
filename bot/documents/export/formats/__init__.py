"""The writer of each format. A new format is one class here."""

from __future__ import annotations

from bot.documents.export.formats.csvfile import CsvWriter
from bot.documents.export.formats.jsonfile import JsonWriter
from bot.documents.export.formats.markdown import MarkdownWriter
from bot.documents.export.formats.writer import ColumnHeading, Opened, Writer
from bot.documents.export.formats.xlsx import WorkbookWriter
from bot.documents.export.subject import Format

__all__ = ["TABLE_WRITERS", "ColumnHeading", "Opened", "Writer"]

TABLE_WRITERS: dict[Format, type[Writer]] = {
    Format.CSV: CsvWriter,
    Format.XLSX: WorkbookWriter,
    Format.JSON: JsonWriter,
    Format.MARKDOWN: MarkdownWriter,
}
