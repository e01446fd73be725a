"""The channels' transcripts: each save makes what is kept of a channel what Discord has in it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime

from bot.domain.contributions.transcripts import SavedTranscript, TranscriptChannel, TranscriptMessage
from bot.store.engine.database import Database, instant, iso_utc

#: What is to be edited or taken away is not told meanwhile: somebody has changed their mind about it.
_OUTDATED = "SELECT message_id FROM delivery WHERE unshown > 0 AND message_id IS NOT NULL"


def outdate_transcript(connection: sqlite3.Connection, delivery: str) -> None:
    """Have saved anew what a delivery changes on Discord, and don't tell what it showed. For work that records it."""
    connection.execute(
        "UPDATE transcript SET unsaved = unsaved + 1 WHERE room = (SELECT room FROM delivery WHERE id = ?)", (delivery,)
    )
    connection.execute(
        "DELETE FROM transcript_message WHERE message = (SELECT message_id FROM delivery WHERE id = ?)", (delivery,)
    )


def drop_outdated(connection: sqlite3.Connection) -> None:
    """Forget what is to be edited or taken away, and have every channel saved anew. For work that purges."""
    _drop(connection)
    connection.execute("UPDATE transcript SET unsaved = unsaved + 1")


def _drop(connection: sqlite3.Connection) -> None:
    connection.execute(f"DELETE FROM transcript_message WHERE message IN ({_OUTDATED})")  # noqa: S608 - ours


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

        def work(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "INSERT INTO transcript (channel, room, name) VALUES (?, ?, ?)"
                " ON CONFLICT (channel) DO UPDATE SET room = excluded.room, name = excluded.name RETURNING unsaved",
                (channel.id, channel.room, channel.name),
            ).fetchone()[0]

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

        def work(connection: sqlite3.Connection) -> bool:
            ended = iso_utc(ended_at) if ended_at else None
            if not connection.execute(
                "UPDATE transcript SET unsaved = 0, ended_at = coalesce(?, ended_at) WHERE channel = ? AND unsaved = ?",
                (ended, channel, before),
            ).rowcount:
                return False
            connection.execute("DELETE FROM transcript_message WHERE channel = ?", (channel,))
            connection.executemany(
                "INSERT INTO transcript_message (message, channel, author, name, written_at, edited_at, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            _drop(connection)
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
