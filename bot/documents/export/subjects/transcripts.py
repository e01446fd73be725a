"""Transcripts: what the workshop's channels held at its end, as far as Discord lets the bot read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence

from bot.documents.export.subject import ChathamRule, ExportSubject
from bot.documents.export.table import Row, Source, Table, local
from bot.domain.contributions import chatham
from bot.domain.contributions.notes import Audience
from bot.domain.contributions.transcripts import BOT, TranscriptChannel, TranscriptMessage, names_nobody
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.domain.text import readable
from bot.messages.i18n import text

COLUMNS = ("channel", "written_at", "edited_at", "author", "author_id", "by_bot", "withheld", "text")


def transcript_rows(
    plan: Plan,
    messages: Iterable[tuple[TranscriptChannel, TranscriptMessage]],
    names: Mapping[str, str],
    people: Mapping[int, str],
    withheld: str,
) -> Iterator[Row]:
    """One row per message, in the order of `messages`; its author by the name under which they joined.

    `names`: of channels (by `#` and id) and people (by `@` and id). `people`: the same names by account id.
    `withheld`: replaces text that Discord doesn't let the bot read. Under the Chatham House Rule, rooms that show
    who said what are left out, and so are links; if the whole workshop is under it, authors too.
    """
    for channel, message in messages:
        if not names_nobody(plan, channel.room):
            continue
        words = chatham.without_links(message.text or "") if plan.confidential_sessions else message.text or ""
        by_bot, unnamed = message.author == BOT, plan.wholly_confidential and message.author != BOT
        yield (
            channel.name,
            None if unnamed else local(plan, message.written_at),
            local(plan, message.edited_at) if message.edited_at and not unnamed else None,
            None if unnamed else people.get(message.author, message.name),
            None if by_bot or unnamed else str(message.author),
            by_bot,
            message.text is None,
            withheld if message.text is None else readable(words, plan.tz, names),
        )


async def _table(source: Source) -> Table:
    recorded = (await source.store.transcripts.all()).values()
    names = {f"#{transcript.channel.id}": f"#{transcript.channel.name}" for transcript in recorded}
    people = {place.person: place.name for place in source.store.participants.all() if place.person is not None}
    names |= {f"@{person}": f"@{name}" for person, name in people.items()}
    return Table(COLUMNS, _pages(source, names, people))


async def _pages(source: Source, names: Mapping[str, str], people: Mapping[int, str]) -> AsyncIterator[Sequence[Row]]:
    withheld = text(source.spoken, "export.withheld")
    async for messages in source.store.transcripts.pages():
        yield await asyncio.to_thread(list, transcript_rows(source.plan, messages, names, people, withheld))


TRANSCRIPTS = ExportSubject(
    name="transcripts",
    description="What the channels held at the end, as a file",
    role=Role.ORGANISER,
    audiences=(Audience.ORGANISERS,),
    chatham=ChathamRule.ROOMS,
    table=_table,
)
