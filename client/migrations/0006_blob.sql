-- Files have a budget: what was shown longest ago leaves first. What was never shown waits to be read, and what is
-- pinned stays until then.
ALTER TABLE blob ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
ALTER TABLE blob ADD COLUMN shown_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE blob ADD COLUMN pinned_until INTEGER NOT NULL DEFAULT 0;
UPDATE blob SET
    size = coalesce((SELECT body ->> '$.file.size' FROM record
        WHERE record.scope = blob.scope AND kind = 'document' AND id = blob.document), 0),
    pinned_until = coalesce((SELECT body ->> '$.appeal_until' FROM record
        WHERE record.scope = blob.scope AND kind = 'document' AND id = blob.document), 0);
