"""The refusal of a request for one of its fields."""

from __future__ import annotations

from simcord.backend import errors
from simcord.backend.errors import BackendError


def invalid(key: str, code: str, sentence: str) -> BackendError:
    """The error 50035 for one field, with its own code (`reference.mdx`, "Error Messages")."""
    return errors.invalid_form_body(errors={key: {"_errors": [{"code": code, "message": sentence}]}})
