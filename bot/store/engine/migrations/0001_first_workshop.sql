-- Instants are UTC, ISO-8601 text of one fixed width, so that they sort as they follow each other.

CREATE TABLE fact (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- What the venue has on Discord: roles ("role:organiser") and rooms ("agenda", "topic:blockchain").
CREATE TABLE venue (
    key        TEXT PRIMARY KEY,
    discord_id INTEGER NOT NULL
);

-- One row a message on its way; id is also its nonce and the mark in the message.
CREATE TABLE delivery (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    room       TEXT NOT NULL,
    due        TEXT NOT NULL,
    expires    TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'sent', 'skipped', 'failed', 'cancelled')),
    begun_at   TEXT,
    settled_at TEXT,
    channel_id INTEGER,
    message_id INTEGER,
    shown      TEXT,
    problem    TEXT
);
CREATE INDEX delivery_by_due ON delivery (state, due);

-- Announcements that moderators wrote. zone and wall are what was typed; delivery.due is what it means.
CREATE TABLE custom_announcement (
    id         TEXT PRIMARY KEY,
    text       TEXT NOT NULL,
    room       TEXT NOT NULL,
    due        TEXT NOT NULL,
    zone       TEXT NOT NULL,
    author     INTEGER NOT NULL,
    written_at TEXT NOT NULL
);

CREATE TABLE presence (
    session TEXT NOT NULL,
    person  INTEGER NOT NULL,
    name    TEXT NOT NULL,
    since   TEXT NOT NULL,
    PRIMARY KEY (session, person)
);

CREATE TABLE note (
    id          TEXT PRIMARY KEY,
    author      INTEGER NOT NULL,
    author_name TEXT NOT NULL,
    topic       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    title       TEXT NOT NULL,
    did         TEXT NOT NULL,
    learned     TEXT NOT NULL,
    visibility  TEXT NOT NULL,
    written_at  TEXT NOT NULL
);
CREATE INDEX note_by_topic ON note (topic, written_at);
