"""Questions: each with its votes, its state and its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping

from bot.documents.export.subject import ChathamRule, ExportSubject
from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.contributions import chatham
from bot.domain.contributions.notes import Audience
from bot.domain.contributions.questions import Question
from bot.domain.people.roles import Role
from bot.domain.plan import Plan

COLUMNS = (
    "id", "written_at", "session", "author", "author_id", "anonymous", "text", "state", "votes", "answer", "owner",
    "due", "merged_into", "hidden_for",
)  # fmt: skip


def question_rows(plan: Plan, questions: Collection[Question], veil: Callable[[str], str] = str) -> Iterator[Row]:
    """One row per question, in the order of `questions`; the author of an anonymous one isn't named here either.

    `veil`: makes the id of a question whose author isn't named. Last come those under the Chatham House Rule, without
    anything that leads to their authors.
    """
    ids = {
        question.id: veil(question.id) if question.anonymous or chatham.is_confidential(plan, question) else question.id
        for question in questions
    }
    secret: list[Question] = []
    for question in questions:
        if chatham.is_confidential(plan, question):
            secret.append(question)
        else:
            yield _row(plan, question, ids)
    shown = chatham.nameable_groups((question.session, question.author) for question in secret)
    yield from chatham.shuffled(_anonymous_row(question, shown=question.session in shown) for question in secret)


def _row(plan: Plan, question: Question, ids: Mapping[str, str]) -> Row:
    return (
        ids[question.id],
        local(plan, question.written_at),
        question.session,
        None if question.anonymous else question.author_name,
        None if question.anonymous else str(question.author),
        question.anonymous,
        question.text,
        str(question.state),
        question.votes,
        question.answer,
        question.owner,
        local(plan, question.due) if question.due else None,
        ids.get(question.merged_into or ""),
        question.hidden_for,
    )


def _anonymous_row(question: Question, *, shown: bool) -> Row:
    words = chatham.without_links(question.text)
    answer = chatham.without_links(question.answer) if question.answer else None
    state, session = str(question.state), question.session if shown else None
    return (None, None, session, None, None, True, words, state, question.votes, answer, None, None, None, None)


async def _table(source: Source) -> Table:
    questions, veil = await source.store.questions.all(), await source.store.facts.veil()
    return whole(COLUMNS, await asyncio.to_thread(list, question_rows(source.plan, questions, veil)))


QUESTIONS = ExportSubject(
    name="questions",
    description="Every question, as a file",
    role=Role.ORGANISER,
    audiences=(Audience.ORGANISERS,),
    chatham=ChathamRule.ANONYMOUS,
    table=_table,
)
