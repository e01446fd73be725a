-- What moderators said of somebody's attendance: never changed but by undone_at, and beside the check-ins themselves.
CREATE TABLE correction (
    id          TEXT PRIMARY KEY,
    session     TEXT NOT NULL,
    person      INTEGER NOT NULL,
    name        TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('present', 'excused', 'absent')),
    reason      TEXT NOT NULL,
    author      INTEGER NOT NULL,
    author_name TEXT NOT NULL,
    at          TEXT NOT NULL,
    undone_at   TEXT
);
CREATE INDEX correction_by_person ON correction (person, session, at);

-- Check-in to a session, opened (1) or closed (0) by hand.
CREATE TABLE door (
    session TEXT PRIMARY KEY,
    is_open INTEGER NOT NULL
);
