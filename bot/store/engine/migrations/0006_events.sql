-- A session as one of the server's scheduled events. discord_id is NULL while it is about to be made, and may be there
-- or not; shown is the fingerprint of what it shows.
CREATE TABLE event (
    session    TEXT PRIMARY KEY,
    discord_id INTEGER,
    shown      TEXT
);
