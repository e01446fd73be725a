-- What each channel held when the workshop had ended. In the database, not in files beside it: so that backups have it,
-- and whoever is erased is erased from it too. unsaved, how often something of ours in it has changed since it was
-- saved, as far as the database knows; ended_at, the end of the workshop for which it was saved, NULL if for none yet.
CREATE TABLE transcript (
    channel  INTEGER PRIMARY KEY,
    room     TEXT NOT NULL,
    name     TEXT NOT NULL,
    unsaved  INTEGER NOT NULL DEFAULT 0,
    ended_at TEXT
);

-- author, 0 where it is the bot; text, NULL where people wrote it: Discord withholds that.
CREATE TABLE transcript_message (
    message    INTEGER PRIMARY KEY,
    channel    INTEGER NOT NULL,
    author     INTEGER NOT NULL,
    name       TEXT NOT NULL,
    written_at TEXT NOT NULL,
    edited_at  TEXT,
    text       TEXT
);
CREATE INDEX transcript_message_of ON transcript_message (channel, written_at, message);
