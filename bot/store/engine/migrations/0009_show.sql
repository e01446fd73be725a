-- Moderators hold the day; no until: they still do.
CREATE TABLE hold (
    id    TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    until TEXT
);

-- Sessions whose speakers are there.
CREATE TABLE speakers_here (
    session TEXT PRIMARY KEY,
    since   TEXT NOT NULL
);

-- Kinds of automatic announcement that moderators have switched off.
CREATE TABLE quiet_kind (
    kind TEXT PRIMARY KEY
);

-- audience is a role, or empty: nobody is notified. daily: once a day until the workshop ends.
ALTER TABLE custom_announcement ADD COLUMN audience TEXT NOT NULL DEFAULT '';
ALTER TABLE custom_announcement ADD COLUMN daily INTEGER NOT NULL DEFAULT 0;
