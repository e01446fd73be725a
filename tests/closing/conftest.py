"""The database of the report's tests: a workshop with some of everything in it."""

from __future__ import annotations

from tests.reporting.conftest import kept

__all__ = ["kept"]
