-- A session's groups: proposed and shown, then opened by whoever confirms. archived_at: nothing is left to be done.
CREATE TABLE breakout (
    id          TEXT PRIMARY KEY,
    topic       TEXT,
    minutes     INTEGER NOT NULL,
    author      INTEGER NOT NULL,
    proposed_at TEXT NOT NULL,
    opened_at   TEXT,
    ends_at     TEXT,
    archived_at TEXT
);

-- rapporteur is the Discord id of whoever speaks for the group.
CREATE TABLE breakout_group (
    breakout   TEXT NOT NULL REFERENCES breakout (id),
    number     INTEGER NOT NULL,
    rapporteur INTEGER,
    PRIMARY KEY (breakout, number)
);

-- The key lets nobody be in two groups.
CREATE TABLE breakout_member (
    breakout       TEXT NOT NULL,
    person         INTEGER NOT NULL,
    number         INTEGER NOT NULL,
    name           TEXT NOT NULL,
    administration TEXT NOT NULL,
    PRIMARY KEY (breakout, person),
    FOREIGN KEY (breakout, number) REFERENCES breakout_group (breakout, number)
);
