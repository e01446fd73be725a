"""The channels' transcripts: each save makes what is kept of a channel what Discord has in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime

from bot.domain.contributions.transcripts import SavedTranscript, TranscriptChannel, TranscriptMessage
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Transaction

#: What is to be edited or taken away is not told meanwhile: somebody has changed their mind about it.
_OUTDATED = "SELECT message_id FROM delivery WHERE unshown > 0 AND message_id IS NOT NULL"


def outdate_transcript(transaction: Transaction, delivery: str) -> None:
    """Have saved anew what a delivery changes on Discord, and don't tell what it showed. For work that records it."""
    transaction.execute(
        "UPDATE transcript SET unsaved = unsaved + 1 WHERE room = (SELECT room FROM delivery WHERE id = ?)", (delivery,)
    )
    transaction.execute(
        "DELETE FROM transcript_message WHERE message = (SELECT message_id FROM delivery WHERE id = ?)", (delivery,)
    )


def drop_outdated(transaction: Transaction) -> None:
    """Forget what is to be edited or taken away, and have every channel saved anew. For work that purges."""
    _drop(transaction)
    transaction.execute("UPDATE transcript SET unsaved = unsaved + 1")


def _drop(transaction: Transaction) -> None:
    transaction.execute(f"DELETE FROM transcript_message WHERE message IN ({_OUTDATED})")  # noqa: S608 - ours


class Transcripts:
    """The transcript table, and that of the messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[int, SavedTranscript]:
        """What is known of each channel, by its Discord id."""
        rows = await self._database.read("SELECT channel, room, name, unsaved, ended_at FROM transcript ORDER BY room")
        return {
            channel: SavedTranscript(
                TranscriptChannel(channel, room, name), unsaved, instant(ended_at) if ended_at else None
            )
            for channel, room, name, unsaved, ended_at in rows
        }

    async def begin(self, channel: TranscriptChannel) -> int:
        """Record that a channel is about to be saved; how often it has changed since it was saved."""

        def work(transaction: Transaction) -> int:
            return transaction.fetch_value(
                "INSERT INTO transcript (channel, room, name) VALUES (?, ?, ?)"
                " ON CONFLICT (channel) DO UPDATE SET room = excluded.room, name = excluded.name RETURNING unsaved",
                (channel.id, channel.room, channel.name),
            )

        return await self._database.write(work)

    async def keep(
        self, channel: int, before: int, messages: Sequence[TranscriptMessage], ended_at: datetime | None
    ) -> bool:
        """Make what is kept of a channel these messages; all or nothing, and the same twice changes nothing.

        `before`: what `begin` said. False if something changed meanwhile: then these may be old, and nothing is kept.
        """
        rows = [
            (
                one.id,
                channel,
                one.author,
                one.name,
                iso_utc(one.written_at),
                iso_utc(one.edited_at) if one.edited_at else None,
                one.text,
            )
            for one in messages
        ]

        def work(transaction: Transaction) -> bool:
            ended = iso_utc(ended_at) if ended_at else None
            if not transaction.execute(
                "UPDATE transcript SET unsaved = 0, ended_at = coalesce(?, ended_at) WHERE channel = ? AND unsaved = ?",
                (ended, channel, before),
            ):
                return False
            transaction.execute("DELETE FROM transcript_message WHERE channel = ?", (channel,))
            transaction.execute_many(
                "INSERT INTO transcript_message (message, channel, author, name, written_at, edited_at, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            _drop(transaction)
            return True

        return await self._database.write(work)

    async def pages(self) -> AsyncGenerator[list[tuple[TranscriptChannel, TranscriptMessage]], None]:
        """Every message that is kept and may still be told, channel by channel, the earliest first."""
        sql = (
            "SELECT channel, room, t.name, message, author, m.name, written_at, edited_at, text FROM transcript t"  # noqa: S608 - ours
            f" JOIN transcript_message m USING (channel) WHERE message NOT IN ({_OUTDATED})"
            " ORDER BY room, channel, written_at, message"
        )
        async for page in self._database.pages(sql):
            yield [
                (
                    TranscriptChannel(channel, room, name),
                    TranscriptMessage(
                        key, author, who, instant(written_at), instant(edited_at) if edited_at else None, text
                    ),
                )
                for channel, room, name, key, author, who, written_at, edited_at, text in page
            ]
