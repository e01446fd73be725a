"""How rules about the codebase fail: with the file to edit, and every fault at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def assert_none(faults: Iterable[object], edit: str) -> None:
    """Fail if there are faults, with all of them; `edit` names the file to edit, and says what to do there."""
    lines = [f"{fault}" for fault in faults]
    assert not lines, "\n".join([f"{len(lines)} to correct; {edit}", *lines])


def assert_same(actual: Collection[object], expected: Collection[object], edit: str) -> None:
    """Fail unless both hold the same, with all that is missing and all that is too much; dicts by their items.

    `expected` is the list in the file to edit, which `edit` names.
    """
    there, listed = (list(held.items()) if isinstance(held, dict) else list(held) for held in (actual, expected))
    faults = [f"missing there: {item}" for item in there if item not in listed]
    faults += [f"not in the code (any more): {item}" for item in listed if item not in there]
    faults += [f"there twice: {item}" for number, item in enumerate(listed) if item in listed[:number]]
    assert_none(faults, edit)
