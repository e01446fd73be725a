"""The table of renderers: each kind has one of its own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bot.domain.announcement_kinds import Kind
from bot.jobs.renderers import RENDERERS

if TYPE_CHECKING:
    from bot.jobs.renderers import PostOf


def source(post: PostOf) -> tuple[Any, ...]:
    """The code that makes a message, with the functions that it was given: the same for the same message."""
    cells = getattr(post, "__closure__", None) or ()
    return (getattr(post, "__code__", None), *(cell.cell_contents for cell in cells))


def test_no_kind_is_rendered_as_another() -> None:
    """A kind that borrowed another's renderer would post the other's question."""
    counts = Counter(source(renderer.post) for renderer in RENDERERS.values())
    shared = [kind for kind, renderer in RENDERERS.items() if counts[source(renderer.post)] > 1]
    assert shared == [], "give each of these a renderer of its own in bot/jobs/renderers.py"
    assert RENDERERS.keys() == set(Kind)
