"""The database of the report's tests: a workshop with some of everything in it."""

from __future__ import annotations

from tests.documents.report.conftest import kept

__all__ = ["kept"]
