-- Direct messages are tried again one by one, spaced over a restart, and sent to the channel that is known. A
-- certificate is no longer sent as one: whoever was still to get theirs takes it by a button in `announcements`.

ALTER TABLE letter ADD COLUMN channel_id INTEGER;
ALTER TABLE letter ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE letter ADD COLUMN tried_at TEXT;
ALTER TABLE letter ADD COLUMN retry_at TEXT;

UPDATE letter SET tried_at = begun_at;

INSERT INTO delivery (id, kind, subject, room, due, expires, state)
SELECT 'certificates-by-button', 'certificates', 'workshop', 'announcements', due,
       strftime('%Y-%m-%dT%H:%M:%f000Z', due, '+12 months'), 'planned'
FROM (SELECT min(written_at) AS due FROM letter WHERE kind = 'certificate' AND state IN ('planned', 'sending'))
WHERE due IS NOT NULL;

UPDATE letter SET state = 'dropped', problem = 'certificates are taken by the button in announcements'
WHERE kind = 'certificate' AND state IN ('planned', 'sending');
