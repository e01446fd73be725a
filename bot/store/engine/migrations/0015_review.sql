-- What moderators make of a note; one without a row waits for them. Tags, a JSON list, and folded, their words as they
-- are searched; proposal, the wording that the author is asked to accept, a JSON object; wanted, whether the author is
-- asked to let it be shown; merged_into, the note of which it has become a part.
CREATE TABLE note_review (
    note        TEXT PRIMARY KEY,
    state       TEXT NOT NULL DEFAULT 'waiting',
    asked       TEXT NOT NULL DEFAULT '',
    tags        TEXT NOT NULL DEFAULT '[]',
    folded      TEXT NOT NULL DEFAULT '',
    proposal    TEXT,
    wanted      INTEGER NOT NULL DEFAULT 0,
    merged_into TEXT
);

-- A revision that keeps another note's words holds that note's id: they go where that note's author is erased.
ALTER TABLE note_revision ADD COLUMN merged TEXT;

-- Private messages, each written once: its id follows from whom it is to and what it is about. author, whose words or
-- name it holds, NULL where it holds nobody's.
CREATE TABLE letter (
    id         TEXT PRIMARY KEY,
    person     INTEGER NOT NULL,
    author     INTEGER,
    kind       TEXT NOT NULL,
    text       TEXT NOT NULL,
    written_at TEXT NOT NULL,
    state      TEXT NOT NULL,
    begun_at   TEXT,
    problem    TEXT
);
