-- The category beside the workshop's own is one of any number.
UPDATE venue SET key = 'category:2' WHERE key = 'breakouts';
