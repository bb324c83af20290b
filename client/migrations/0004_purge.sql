-- What was deleted must be gone from the index, the pages, the log and the folder too. The mark stands until it
-- is: set by the transaction that deletes, so that neither a crash nor a forgotten call can lose it.

CREATE TRIGGER record_purged AFTER DELETE ON record
WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = 'purge' AND value = '"begun"') BEGIN
    INSERT INTO meta (key, value) VALUES ('purge', '"begun"') ON CONFLICT (key) DO UPDATE SET value = '"begun"';
END;

CREATE TRIGGER blob_purged AFTER DELETE ON blob
WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = 'purge' AND value = '"begun"') BEGIN
    INSERT INTO meta (key, value) VALUES ('purge', '"begun"') ON CONFLICT (key) DO UPDATE SET value = '"begun"';
END;

-- Words that were refused and thrown away; what was sent stands among the records.
CREATE TRIGGER pending_purged AFTER DELETE ON pending
WHEN OLD.state = 'refused' AND NOT EXISTS (SELECT 1 FROM meta WHERE key = 'purge' AND value = '"begun"') BEGIN
    INSERT INTO meta (key, value) VALUES ('purge', '"begun"') ON CONFLICT (key) DO UPDATE SET value = '"begun"';
END;

-- A whole scope has left. Pages that were put together anew when its rows went may still hold scraps of them between
-- what is left, so the database is written anew. A cursor that moves is replaced, and its scope has its rows.
CREATE TRIGGER scope_purged AFTER DELETE ON cursor
WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'purge') AND NOT EXISTS (SELECT 1 FROM record WHERE scope = OLD.scope) BEGIN
    INSERT INTO meta (key, value) VALUES ('rewrite', 'true') ON CONFLICT (key) DO NOTHING;
END;
