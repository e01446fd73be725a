CREATE TABLE question (
    id          TEXT PRIMARY KEY,
    author      INTEGER NOT NULL,
    author_name TEXT NOT NULL,
    anonymous   INTEGER NOT NULL,
    session     TEXT NOT NULL,
    text        TEXT NOT NULL,
    written_at  TEXT NOT NULL,
    state       TEXT NOT NULL
);

-- "I have this question too".
CREATE TABLE question_vote (
    question TEXT NOT NULL REFERENCES question (id) ON DELETE CASCADE,
    person   INTEGER NOT NULL,
    PRIMARY KEY (question, person)
);

-- How often what a message is about has changed since the message was last found to be true: it is to be edited.
ALTER TABLE delivery ADD COLUMN unshown INTEGER NOT NULL DEFAULT 0;
CREATE INDEX delivery_unshown ON delivery (unshown) WHERE unshown > 0;
