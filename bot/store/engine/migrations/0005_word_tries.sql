-- Wrong words that somebody gave for a session's; tried is a digest, so that the same one counts once.
CREATE TABLE word_try (
    session TEXT NOT NULL,
    person  INTEGER NOT NULL,
    tried   TEXT NOT NULL,
    PRIMARY KEY (session, person, tried)
);
