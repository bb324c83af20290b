-- When a record was deleted, so that its tombstone can go some day.
ALTER TABLE record ADD COLUMN gone_at BIGINT;
CREATE INDEX record_gone ON record (gone_at) WHERE deleted = 1;
