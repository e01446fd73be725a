"""The table of renderers: each kind has one of its own."""

from __future__ import annotations

from collections import Counter

from bot.domain.announcement_kinds import Kind
from bot.jobs.renderers import RENDERERS


def test_no_kind_is_rendered_as_another() -> None:
    """A kind that borrowed another's renderer would post the other's question."""
    counts = Counter(renderer.post for renderer in RENDERERS.values())
    shared = [kind for kind, renderer in RENDERERS.items() if counts[renderer.post] > 1]
    assert shared == [], "give each of these a renderer of its own in bot/jobs/renderers.py"
    assert RENDERERS.keys() == set(Kind)
