-- What was held under the Chatham House Rule stays under it. A stamp is a session (empty: the whole workshop) as the
-- agenda has or had it under the rule; since and until, while people in the room were in it, NULL if it never began
-- there and then. A note or question under a stamp is confidential for good, whatever becomes of its topic or session.
CREATE TABLE stamp (
    session TEXT NOT NULL,
    topic   TEXT,
    room    TEXT NOT NULL,
    since   TEXT,
    until   TEXT
);
ALTER TABLE note ADD COLUMN confidential INTEGER NOT NULL DEFAULT 0;
ALTER TABLE question ADD COLUMN confidential INTEGER NOT NULL DEFAULT 0;

-- With it, ids in the store become those that others see: one may be that of the message that a note was saved from.
INSERT INTO fact (name, value) VALUES ('id_secret', lower(hex(randomblob(32))));

-- Old data: the plan that the bot last started with says which sessions are under the rule; the held agenda and each
-- change of it say on which topic, where and when they were. A session that the file has dropped may have been under
-- the rule, and nothing says so; where the plan has the rule at all, it is taken for confidential, because the file
-- may have renamed it, and a name too few can be asked for while one too many can't be taken back. Where the plan
-- doesn't have the rule, nothing was told as confidential by the last start, and nothing is stamped.
INSERT INTO stamp (session, topic, room, since, until)
WITH
plan AS (SELECT value AS plan, json_extract(value, '$.chatham_house') AS whole FROM fact WHERE name = 'plan'),
ruled AS (
    SELECT json_extract(entry.value, '$.id') AS id
    FROM plan, json_each(plan, '$.days') AS day, json_each(day.value, '$.sessions') AS entry
    WHERE json_extract(entry.value, '$.chatham_house')
),
secret AS (
    SELECT id FROM ruled
    UNION SELECT session.id FROM session, plan WHERE whole
    UNION SELECT id FROM session
    WHERE planned IS NULL AND cancelled_at IS NOT NULL AND EXISTS (SELECT 1 FROM ruled)
),
-- Each session as it was, until when.
form AS (
    SELECT held AS session, coalesce(cancelled_at, '9999') AS over FROM session
    UNION SELECT json_extract(edit.value, '$.before'), applied_at
    FROM agenda_change, json_each(edits) AS edit
    WHERE applied_at IS NOT NULL AND json_extract(edit.value, '$.before') IS NOT NULL
),
timed AS (
    SELECT
        json_extract(session, '$.id') AS id, json_extract(session, '$.topic') AS topic,
        json_extract(session, '$.room') AS room, json_extract(session, '$.starts_at') AS since,
        json_extract(session, '$.ends_at') AS until, over
    FROM form
)
SELECT id, topic, room, iif(since < over, since, NULL), iif(since < over, min(until, over), NULL)
FROM timed WHERE id IN secret
UNION SELECT '', NULL, '', min(since), max(until) FROM timed, plan WHERE whole HAVING count(*) > 0;
