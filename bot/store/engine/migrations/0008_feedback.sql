-- subject is a session's id, or "_workshop"; answers is a JSON object, by the name of what was asked.
CREATE TABLE feedback (
    subject    TEXT NOT NULL,
    person     INTEGER NOT NULL,
    answers    TEXT NOT NULL,
    written_at TEXT NOT NULL,
    PRIMARY KEY (subject, person)
);

-- by_day is a calendar day, such as 2023-06-30.
CREATE TABLE pledge (
    person     INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    text       TEXT NOT NULL,
    by_day     TEXT NOT NULL,
    follow_up  INTEGER NOT NULL,
    written_at TEXT NOT NULL
);
