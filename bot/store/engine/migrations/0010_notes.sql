-- Details, a JSON object of those given; folded, the words in which a note is searched (NULL: not folded yet).
ALTER TABLE note ADD COLUMN attribution TEXT NOT NULL DEFAULT 'name';
ALTER TABLE note ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
ALTER TABLE note ADD COLUMN folded TEXT;
CREATE INDEX note_by_author ON note (author, written_at);

-- What a note said before it was changed at revised_at.
CREATE TABLE note_revision (
    note       TEXT NOT NULL,
    number     INTEGER NOT NULL,
    revised_at TEXT NOT NULL,
    topic      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    did        TEXT NOT NULL,
    learned    TEXT NOT NULL,
    details    TEXT NOT NULL,
    PRIMARY KEY (note, number)
);

-- What an author agreed to, in the words that they were shown; the latest of a note is in force.
CREATE TABLE note_consent (
    note        TEXT NOT NULL,
    number      INTEGER NOT NULL,
    person      INTEGER NOT NULL,
    visibility  TEXT NOT NULL,
    attribution TEXT NOT NULL,
    key         TEXT NOT NULL,
    language    TEXT NOT NULL,
    wording     TEXT NOT NULL,
    given_at    TEXT NOT NULL,
    PRIMARY KEY (note, number)
);

-- Who does what a note tells of, too.
CREATE TABLE note_echo (
    note   TEXT NOT NULL,
    person INTEGER NOT NULL,
    since  TEXT NOT NULL,
    PRIMARY KEY (note, person)
);

-- Who wants to be in touch with a note's author; agreed is what the author answered, NULL while they haven't.
CREATE TABLE contact (
    note     TEXT NOT NULL,
    asker    INTEGER NOT NULL,
    name     TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    agreed   INTEGER,
    PRIMARY KEY (note, asker)
);

-- Messages that somebody else asked their author to let be a note. The text is kept until the author answers.
CREATE TABLE note_request (
    message    TEXT PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    author     INTEGER NOT NULL,
    asker      INTEGER NOT NULL,
    text       TEXT,
    asked_at   TEXT NOT NULL
);

-- How often a message was taken back from its room, or moved to another.
ALTER TABLE delivery ADD COLUMN retracted INTEGER NOT NULL DEFAULT 0;
