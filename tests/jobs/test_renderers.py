"""The table of renderers: each kind has one of its own."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from typing import TYPE_CHECKING, Any

from bot.domain.announcement_kinds import Kind
from bot.jobs import renderers
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


def test_no_message_is_posted_by_two_renderers() -> None:
    """A new renderer that calls another kind's message function would post the other's question, too."""
    tree = ast.parse(inspect.getsource(renderers))
    modules = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "bot.messages"
        for alias in node.names
    }
    called = {
        function.name: {
            ast.unparse(node)
            for node in ast.walk(function)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
        }
        for function in tree.body
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert any(called.values())
    callers = Counter(message for messages in called.values() for message in messages)
    shared = {name: messages for name in called if (messages := {each for each in called[name] if callers[each] > 1})}
    assert shared == {}, "give each of these a message of its own, and call it in bot/jobs/renderers.py"
