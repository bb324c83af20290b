-- A record may name several files now, so one that is here stands under its record and its own id.
ALTER TABLE blob RENAME TO blob_before;
CREATE TABLE blob (
    scope TEXT NOT NULL,
    -- The document or message.
    fact TEXT NOT NULL,
    blob TEXT NOT NULL,
    file TEXT NOT NULL UNIQUE,
    key BLOB NOT NULL,
    size INTEGER NOT NULL DEFAULT 0,
    shown_at INTEGER NOT NULL DEFAULT 0,
    pinned_until INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (scope, fact, blob)
) STRICT, WITHOUT ROWID;
INSERT INTO blob (scope, fact, blob, file, key, size, shown_at, pinned_until)
SELECT scope, document, blob, file, key, size, shown_at, pinned_until FROM blob_before;
DROP TABLE blob_before;
CREATE TRIGGER blob_purged AFTER DELETE ON blob
WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = 'purge' AND value = '"begun"') BEGIN
    INSERT INTO meta (key, value) VALUES ('purge', '"begun"') ON CONFLICT (key) DO UPDATE SET value = '"begun"';
END;

-- Messages with files, so that nobody has to look for them among all messages.
CREATE TABLE filed (
    scope TEXT NOT NULL,
    fact TEXT NOT NULL,
    PRIMARY KEY (scope, fact)
) STRICT, WITHOUT ROWID;
INSERT INTO filed (scope, fact) SELECT scope, id FROM record WHERE kind = 'message' AND body ->> '$.files' IS NOT NULL;

-- Files that the person sends, from when they were chosen until their message is here as a record: sealed, with the only
-- copy of the key. Those of a draft have no message yet.
CREATE TABLE attachment (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    blob TEXT NOT NULL UNIQUE,
    thread TEXT NOT NULL,
    scope TEXT NOT NULL,
    message TEXT,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    file TEXT NOT NULL UNIQUE,
    key BLOB NOT NULL,
    -- The backend has said that it has it.
    uploaded INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX attachment_thread ON attachment (thread) WHERE message IS NULL;

-- One that became the file of a record is here still.
CREATE TRIGGER attachment_purged AFTER DELETE ON attachment
WHEN NOT EXISTS (SELECT 1 FROM blob WHERE file = OLD.file)
    AND NOT EXISTS (SELECT 1 FROM meta WHERE key = 'purge' AND value = '"begun"') BEGIN
    INSERT INTO meta (key, value) VALUES ('purge', '"begun"') ON CONFLICT (key) DO UPDATE SET value = '"begun"';
END;
