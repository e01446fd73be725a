-- How often what a message is about has changed since the message was last found to be true: it is to be edited.
ALTER TABLE delivery ADD COLUMN unshown INTEGER NOT NULL DEFAULT 0;
CREATE INDEX delivery_unshown ON delivery (unshown) WHERE unshown > 0;
