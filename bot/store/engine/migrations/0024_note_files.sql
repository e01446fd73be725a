-- The files of notes: pictures and PDFs, up to three a note. Their content lies in the folder `<database>.files`, each
-- under the digest (SHA-256) of its content; what no row names is deleted from there.
CREATE TABLE note_file (
    note     TEXT NOT NULL,
    number   INTEGER NOT NULL,
    digest   TEXT NOT NULL,
    type     TEXT NOT NULL,
    name     TEXT NOT NULL,
    size     INTEGER NOT NULL,
    added_at TEXT NOT NULL,
    PRIMARY KEY (note, digest)
);
