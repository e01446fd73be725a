-- What moderators do to the agenda: proposed, shown, and applied if they confirm. edits is JSON: each session before and
-- after (null: it isn't held). notice is the subject of the announcement that tells of it; several may share one.
CREATE TABLE agenda_change (
    id          TEXT PRIMARY KEY,
    author      INTEGER NOT NULL,
    proposed_at TEXT NOT NULL,
    edits       TEXT NOT NULL,
    undoes      TEXT UNIQUE,
    applied_at  TEXT,
    notice      TEXT
);

-- Everything that moderators and organisers did: who, what, to what, from what to what (JSON or words).
CREATE TABLE audit (
    id      TEXT PRIMARY KEY,
    at      TEXT NOT NULL,
    who     INTEGER NOT NULL,
    what    TEXT NOT NULL,
    subject TEXT NOT NULL,
    former  TEXT,
    latter  TEXT
);
CREATE INDEX audit_by_time ON audit (at);
