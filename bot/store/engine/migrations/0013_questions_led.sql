-- What moderators make of a question beside its state: its answer, who answers it in writing and until when, the
-- question that it is merged into, and why it is hidden.
ALTER TABLE question ADD COLUMN answer TEXT;
ALTER TABLE question ADD COLUMN owner TEXT;
ALTER TABLE question ADD COLUMN due TEXT;
ALTER TABLE question ADD COLUMN merged_into TEXT;
ALTER TABLE question ADD COLUMN hidden_for TEXT;
