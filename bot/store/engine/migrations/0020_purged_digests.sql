-- Digests that quote what was purged before purges reached them are edited, and their transcripts forgotten.
UPDATE delivery SET unshown = unshown + 1 WHERE kind = 'digest' AND state = 'sent' AND EXISTS
    (SELECT 1 FROM audit WHERE what = 'purged' AND (subject LIKE '%notes%' OR subject LIKE '%questions%'));
DELETE FROM transcript_message WHERE message IN (SELECT message_id FROM delivery WHERE kind = 'digest' AND unshown > 0);
INSERT INTO erasure (id) SELECT 'digests' WHERE EXISTS (SELECT 1 FROM delivery WHERE kind = 'digest' AND unshown > 0);
