"""Texts that a spreadsheet would take for formulas: guarded in CSV files, and read back as they were.

A spreadsheet calculates a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return (OWASP, "CSV
Injection"). It may also separate cells at semicolons or tabs instead of commas; quotation marks in the middle of a line
then mean nothing to it: `a,"x;=1+1"` is the cells `a,"x` and `=1+1"`, and a line break in a text begins a row. So an
apostrophe is put at each place in a text where a cell may begin: at its start, and after a semicolon, a tab or a line
break. Reading takes that one apostrophe away again. It is exact: both sides act only at such places, in front of such
a sign.
"""

from __future__ import annotations

import re

# Also in full width: Japanese editions of Excel calculate those too.
_SIGN = "[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]"
# A quotation mark opens a quoted cell, and what follows it begins the cell; apostrophes are of the text, or a guard.
_MARKS = "[\"']*"
_AT_START = re.compile(_MARKS + _SIGN)
# A separator that ends the text counts too: in the file a quotation mark and the line's end follow it.
_BEHIND = rf"(?={_MARKS}(?:{_SIGN}|\Z))"
_SEPARATOR = re.compile(rf"([;\t\r\n]){_BEHIND}")
_GUARDED_SEPARATOR = re.compile(rf"([;\t\r\n])'{_BEHIND}")


def guard_formulas(text: str) -> str:
    """Return the text with an apostrophe wherever a spreadsheet could read the start of a formula."""
    inside = _SEPARATOR.sub(r"\1'", text)
    return f"'{inside}" if _AT_START.match(text) else inside


def unguard_formulas(text: str) -> str:
    """Return the text that `guard_formulas` was given."""
    inside = _GUARDED_SEPARATOR.sub(r"\1", text)
    return inside[1:] if text.startswith("'") and _AT_START.match(text, 1) else inside
