-- Stays in voice and stage rooms; room is the venue's key ("room:plenary"). No end: still there.
CREATE TABLE voice_stay (
    person INTEGER NOT NULL,
    name   TEXT NOT NULL,
    room   TEXT NOT NULL,
    since  TEXT NOT NULL,
    until  TEXT,
    PRIMARY KEY (person, since, room)
);

-- When the bot was watching the rooms; until is its last sign of life. What lies between two watches, nobody saw.
CREATE TABLE watch (
    since TEXT PRIMARY KEY,
    until TEXT NOT NULL
);
