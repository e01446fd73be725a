-- A trouble that lasts: the team hears of it once when it begins, and once when it is over.
CREATE TABLE incident (
    key TEXT PRIMARY KEY,          -- what is in trouble, such as `send:agenda` or `job:rooms`
    began_at TEXT NOT NULL
);
