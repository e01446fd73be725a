-- The role that the bot last gave the holder of a place, and when they had last joined the server by then: who has lost
-- it since without leaving had it taken away by an administrator. Of the past, only when they took the place is known.
ALTER TABLE participant ADD COLUMN granted_role INTEGER;
ALTER TABLE participant ADD COLUMN server_joined_at TEXT;
UPDATE participant SET server_joined_at = joined_at, granted_role = (
    SELECT discord_id FROM venue
    WHERE key = CASE role WHEN 3 THEN 'role:organiser' WHEN 2 THEN 'role:moderator' ELSE 'role:participant' END
) WHERE person IS NOT NULL;
