"""Plenary: online workshops on Discord."""

import os

# openpyxl reads files that anybody sends, by the standard library's parser. Where lxml is there, as it is for the sake
# of Word files, it would take that one, which treats hostile files in its own way. It asks once, when it is imported.
os.environ.setdefault("OPENPYXL_LXML", "False")
