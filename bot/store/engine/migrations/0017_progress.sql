-- How a pledge goes, as its author says when asked so many months after the workshop.
CREATE TABLE pledge_progress (
    person     INTEGER NOT NULL,
    months     INTEGER NOT NULL,
    state      TEXT NOT NULL,
    text       TEXT NOT NULL,
    written_at TEXT NOT NULL,
    PRIMARY KEY (person, months)
);

-- The button under a private message, if it has one: its custom id, and what stands on it.
ALTER TABLE letter ADD COLUMN button TEXT NOT NULL DEFAULT '';
ALTER TABLE letter ADD COLUMN label TEXT NOT NULL DEFAULT '';
