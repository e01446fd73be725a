-- Erasures of persons that were carried out here; a restored database lacks those that came after it. scrubbed: what
-- was erased can't be found in the file's bytes either.
CREATE TABLE erasure (
    id       TEXT PRIMARY KEY,
    scrubbed INTEGER NOT NULL DEFAULT 0
);
