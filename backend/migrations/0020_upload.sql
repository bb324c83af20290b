-- Files sent with messages. An upload has a name that its sender chose, so that it can be sent again; the bytes lie under
-- another one, so that nobody writes over them. Null: under its own. What no act has named yet can be forgotten.
ALTER TABLE blob ADD COLUMN stored_as TEXT;
ALTER TABLE blob ADD COLUMN used_at BIGINT;
UPDATE blob SET used_at = at;
CREATE INDEX blob_unused ON blob (uploaded_by, at) WHERE used_at IS NULL;

ALTER TABLE message ADD COLUMN files TEXT;
