"""Questions: each with its votes and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping

from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.contributions import chatham
from bot.domain.contributions.questions import Question
from bot.domain.plan import Plan

COLUMNS = (
    "id", "written_at", "session", "author", "author_id", "anonymous", "text", "state", "votes", "answer", "owner",
    "due", "merged_into", "hidden_for",
)  # fmt: skip


async def table(source: Source) -> Table:
    """One row a question."""
    questions, veil = await source.store.questions.all(), await source.store.facts.veil()
    return whole(COLUMNS, await asyncio.to_thread(list, rows(source.plan, questions, veil)))


def rows(plan: Plan, questions: Collection[Question], veil: Callable[[str], str] = str) -> Iterator[Row]:
    """One row a question, in the order in which they come; who asked anonymously is not named here either.

    `veil` makes the id of a question whose author isn't named. At the end those under the Chatham House Rule, without
    anything that leads to who asked.
    """
    keys = {
        one.id: veil(one.id) if one.anonymous or chatham.is_confidential(plan, one) else one.id for one in questions
    }
    secret: list[Question] = []
    for one in questions:
        if chatham.is_confidential(plan, one):
            secret.append(one)
        else:
            yield _row(plan, one, keys)
    told = chatham.nameable_groups((one.session, one.author) for one in secret)
    yield from chatham.shuffled(_bare(one, told=one.session in told) for one in secret)


def _row(plan: Plan, one: Question, keys: Mapping[str, str]) -> Row:
    return (
        keys[one.id],
        local(plan, one.written_at),
        one.session,
        None if one.anonymous else one.author_name,
        None if one.anonymous else str(one.author),
        one.anonymous,
        one.text,
        str(one.state),
        one.votes,
        one.answer,
        one.owner,
        local(plan, one.due) if one.due else None,
        keys.get(one.merged_into or ""),
        one.hidden_for,
    )


def _bare(one: Question, *, told: bool) -> Row:
    said = chatham.without_links(one.text)
    answer = chatham.without_links(one.answer) if one.answer else None
    session = one.session if told else None
    return (None, None, session, None, None, True, said, str(one.state), one.votes, answer, None, None, None, None)
