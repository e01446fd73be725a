"""The channels' transcripts: each save replaces a stored channel by what Discord has in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime

from bot.domain.contributions.transcripts import SavedTranscript, TranscriptChannel, TranscriptMessage
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Transaction

#: Messages about to be edited or deleted are left out: somebody has changed their mind about them.
_OUTDATED = "SELECT message_id FROM delivery WHERE unshown > 0 AND message_id IS NOT NULL"


def outdate_transcript(transaction: Transaction, delivery: str) -> None:
    """Have the channel of a changed delivery saved again, and drop its message until then."""
    transaction.execute(
        "UPDATE transcript SET unsaved = unsaved + 1 WHERE room = (SELECT room FROM delivery WHERE id = ?)", (delivery,)
    )
    transaction.execute(
        "DELETE FROM transcript_message WHERE message = (SELECT message_id FROM delivery WHERE id = ?)", (delivery,)
    )


def drop_outdated(transaction: Transaction) -> None:
    """Drop the messages about to be edited or deleted, and have every channel saved again. Called by a purge."""
    _drop(transaction)
    transaction.execute("UPDATE transcript SET unsaved = unsaved + 1")


def _drop(transaction: Transaction) -> None:
    transaction.execute(f"DELETE FROM transcript_message WHERE message IN ({_OUTDATED})")  # noqa: S608 - ours


class Transcripts:
    """The transcript and transcript_message tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[int, SavedTranscript]:
        """Return the state of each channel's transcript, by its Discord id."""
        rows = await self._database.read("SELECT channel, room, name, unsaved, ended_at FROM transcript ORDER BY room")
        return {
            channel: SavedTranscript(
                TranscriptChannel(channel, room, name), unsaved, instant(ended_at) if ended_at else None
            )
            for channel, room, name, unsaved, ended_at in rows
        }

    async def begin(self, channel: TranscriptChannel) -> int:
        """Record that a channel is about to be saved; return how often it has changed since it was saved."""

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
        """Replace the stored messages of a channel; return whether they were stored.

        `before`: the number that `begin` returned. If the channel has changed meanwhile, the messages may be outdated,
        and nothing is stored.
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
        """Yield every message that may be shown, channel by channel, earliest first, a page at a time."""
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
