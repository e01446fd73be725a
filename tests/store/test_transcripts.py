"""Transcripts: each save is what Discord has, and what somebody takes back is told no more from that moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.contributions.transcripts import BOT, TranscriptChannel, TranscriptMessage
from bot.store import Store
from bot.store.delivery.deliveries import outdate
from bot.store.engine.database import Database

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
ENDS = NOON - timedelta(hours=1)
LEDGERS = TranscriptChannel(10, "topic:ledgers", "ledgers")
CARD = TranscriptMessage(1, BOT, "Plenary", NOON, None, "A note")
TYPED = TranscriptMessage(2, 77, "Amina", NOON + timedelta(minutes=1), NOON + timedelta(minutes=2), None)
#: The card's own way to Discord.
SENT = Announcement("w", Kind.CARD, "n", LEDGERS.room, NOON, NOON + timedelta(days=1))


async def save(store: Store, *messages: TranscriptMessage, channel: TranscriptChannel = LEDGERS) -> bool:
    before = await store.transcripts.begin(channel)
    return await store.transcripts.keep(channel.id, before, messages, ENDS)


async def told(store: Store) -> list[TranscriptMessage]:
    return [message for page in [page async for page in store.transcripts.pages()] for _, message in page]


async def due(store: Store, channel: TranscriptChannel = LEDGERS) -> bool:
    return (await store.transcripts.all())[channel.id].due(ENDS)


async def sent(store: Store) -> None:
    await store.deliveries.add(SENT)
    await store.deliveries.take(NOON, 1)
    await store.deliveries.settle_sent(SENT.id, NOON, LEDGERS.id, CARD.id, "shown")


async def test_a_channel_is_kept_to_the_letter_once_and_again_if_it_changed(store: Store) -> None:
    await store.transcripts.begin(LEDGERS)
    assert await due(store)  # a process that was killed here begins anew
    for _ in range(2):
        assert await save(store, CARD, TYPED)
        assert await told(store) == [CARD, TYPED]
        assert not await due(store)
    assert (await store.transcripts.all())[LEDGERS.id].due(ENDS + timedelta(hours=1))  # the workshop ends later
    edited = replace(CARD, text="Another", edited_at=NOON)
    assert await save(store, edited)  # what was deleted on Discord goes
    assert await save(store, replace(TYPED, id=3), channel=TranscriptChannel(11, "team", "team"))
    assert [one.id for one in await told(store)] == [3, 1]


async def test_before_the_end_it_is_kept_but_not_done_with(store: Store) -> None:
    before = await store.transcripts.begin(LEDGERS)
    assert await store.transcripts.keep(LEDGERS.id, before, [CARD], None)
    assert await told(store) == [CARD]
    assert await due(store)


async def test_what_is_edited_or_taken_back_is_not_told_until_it_is_saved_anew(
    database: Database, store: Store
) -> None:
    await sent(store)
    assert await save(store, CARD, TYPED)
    await database.write(lambda connection: outdate(connection, SENT))
    assert await told(store) == [TYPED]  # at once: its author has changed their mind
    assert await save(store, CARD, TYPED)
    assert await told(store) == [TYPED]  # Discord still shows it as it was
    delivery = await store.deliveries.find(SENT.id)
    assert delivery
    before = await store.transcripts.begin(LEDGERS)
    await store.deliveries.record_shown(delivery, "other")
    assert not await store.transcripts.keep(LEDGERS.id, before, [CARD], ENDS)  # it may have been read before
    assert (await told(store), await due(store)) == ([TYPED], True)
    assert await save(store, CARD, TYPED)
    assert await told(store) == [CARD, TYPED]
    delivery = await store.deliveries.find(SENT.id)
    assert delivery
    await store.deliveries.take_back(delivery, None, NOON, NOON, was_there=True)
    assert (await told(store), await due(store)) == ([TYPED], True)
