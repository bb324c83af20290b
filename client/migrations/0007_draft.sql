-- What is being written in a thread and is not sent: it outlives the lock, the session and the app.
CREATE TABLE draft (
    thread TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One that leaves with its scope leaves no trace either; one that was sent stands among what waits.
CREATE TRIGGER draft_purged AFTER DELETE ON draft
WHEN NOT EXISTS (SELECT 1 FROM grants WHERE scope = OLD.scope)
    AND NOT EXISTS (SELECT 1 FROM meta WHERE key = 'purge' AND value = '"begun"') BEGIN
    INSERT INTO meta (key, value) VALUES ('purge', '"begun"') ON CONFLICT (key) DO UPDATE SET value = '"begun"';
END;
