"""The writer of each format. A new format is one class here."""

from __future__ import annotations

from bot.exporting.formats.csvfile import CsvWriter
from bot.exporting.formats.jsonfile import JsonWriter
from bot.exporting.formats.markdown import MarkdownWriter
from bot.exporting.formats.workbook import WorkbookWriter
from bot.exporting.formats.writer import Heading, Opened, Writer
from bot.exporting.kinds import Format

__all__ = ["TABLE_WRITERS", "Heading", "Opened", "Writer"]

TABLE_WRITERS: dict[Format, type[Writer]] = {
    Format.CSV: CsvWriter,
    Format.XLSX: WorkbookWriter,
    Format.JSON: JsonWriter,
    Format.MARKDOWN: MarkdownWriter,
}
