"""Transcripts: what the workshop's channels held when it had ended, as far as Discord lets the bot read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence

from bot.documents.export.table import Row, Source, Table, local
from bot.domain.contributions import chatham
from bot.domain.contributions.transcripts import BOT, TranscriptChannel, TranscriptMessage, names_nobody
from bot.domain.plan import Plan
from bot.domain.text import readable
from bot.messages.i18n import text

COLUMNS = ("channel", "written_at", "edited_at", "author", "author_id", "by_bot", "withheld", "text")


async def table(source: Source) -> Table:
    """One row a message."""
    names = {f"#{one.channel.id}": f"#{one.channel.name}" for one in (await source.store.transcripts.all()).values()}
    people = {place.person: place.name for place in source.store.participants.all() if place.person is not None}
    names |= {f"@{person}": f"@{name}" for person, name in people.items()}
    return Table(COLUMNS, _pages(source, names, people))


async def _pages(source: Source, names: Mapping[str, str], people: Mapping[int, str]) -> AsyncIterator[Sequence[Row]]:
    withheld = text(source.spoken, "export.withheld")
    async for page in source.store.transcripts.pages():
        yield await asyncio.to_thread(list, rows(source.plan, page, names, people, withheld))


def rows(
    plan: Plan,
    messages: Iterable[tuple[TranscriptChannel, TranscriptMessage]],
    names: Mapping[str, str],
    people: Mapping[int, str],
    withheld: str,
) -> Iterator[Row]:
    """One row a message, in the order in which they come; of its author, the name under which they have joined.

    `names`: what a channel (`#` and its id) and a person (`@` and their id) are called. `withheld`: what stands in the
    place of what Discord doesn't let the bot read. Under the Chatham House Rule only rooms are in it that tell of
    nobody, without links; and of a workshop that is under it, no author.
    """
    for channel, one in messages:
        if not names_nobody(plan, channel.room):
            continue
        said = chatham.without_links(one.text or "") if plan.confidential_sessions else one.text or ""
        by_bot, unnamed = one.author == BOT, plan.wholly_confidential and one.author != BOT
        yield (
            channel.name,
            None if unnamed else local(plan, one.written_at),
            local(plan, one.edited_at) if one.edited_at and not unnamed else None,
            None if unnamed else people.get(one.author, one.name),
            None if by_bot or unnamed else str(one.author),
            by_bot,
            one.text is None,
            withheld if one.text is None else readable(said, plan.tz, names),
        )
