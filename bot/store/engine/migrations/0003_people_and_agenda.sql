-- A place in the workshop; person is the Discord id of whoever has taken it. role is the number of domain.access.Role.
CREATE TABLE participant (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    administration TEXT NOT NULL,
    country        TEXT NOT NULL,
    organisation   TEXT NOT NULL,
    language       TEXT,
    role           INTEGER NOT NULL,
    person         INTEGER UNIQUE,
    joined_at      TEXT
);

-- The language that somebody chose, in the workshop or not.
CREATE TABLE chosen_language (
    person   INTEGER PRIMARY KEY,
    language TEXT NOT NULL
);

-- The agenda as it is held, beside what the plan's file says of each session: so a change made on the day outlives a
-- restart, and a change of the file still arrives. sequence grows with each change (RFC 5545, 3.8.7.4).
CREATE TABLE session (
    id           TEXT PRIMARY KEY,
    planned      TEXT,
    held         TEXT NOT NULL,
    sequence     INTEGER NOT NULL,
    cancelled_at TEXT
);
