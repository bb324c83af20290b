-- Search. What stands in the index, and what must be looked at again; it follows the records behind their pages.

-- Records get a number of their own that nothing changes, for the index to know them by.
DROP INDEX record_seq;
DROP INDEX record_at;
DROP INDEX record_about;
DROP INDEX record_id;
ALTER TABLE record RENAME TO record_before;
CREATE TABLE record (
    no INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    -- When it happened, for lists that stand in order of time.
    at GENERATED ALWAYS AS (coalesce(body ->> '$.sent_at', body ->> '$.signed_at', body ->> '$.last_at', body ->> '$.opened_at')) VIRTUAL,
    -- The thread or case that it is about.
    about GENERATED ALWAYS AS (coalesce(body ->> '$.thread', body ->> '$.case')) VIRTUAL,
    UNIQUE (scope, kind, id)
);
INSERT INTO record (scope, kind, id, seq, body) SELECT scope, kind, id, seq, body FROM record_before ORDER BY rowid;
DROP TABLE record_before;
CREATE INDEX record_seq ON record (scope, kind, seq);
CREATE INDEX record_at ON record (kind, at);
CREATE INDEX record_about ON record (kind, about);
CREATE INDEX record_id ON record (kind, id);

-- The parts of each text: of every word its first letter, its first two, and any three that stand together. The
-- words themselves stand only in their record, so what was found is checked there.
CREATE VIRTUAL TABLE part USING fts5 (parts, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
-- What is deleted is merged away by a purge, all at once; a little at a time costs ten times as much.
INSERT INTO part (part, rank) VALUES ('deletemerge', 0);
INSERT INTO part (part, rank) VALUES ('automerge', 8);

-- Which record an entry of the index is about. Entries are numbered by day, so that the newest come first.
CREATE TABLE entry (
    no INTEGER PRIMARY KEY,
    record INTEGER NOT NULL UNIQUE
) STRICT;

-- Records that changed or went since they were last looked at; new ones are known by their number.
CREATE TABLE stale (
    record INTEGER PRIMARY KEY
) STRICT;

-- No OR IGNORE here: in a trigger the statement that set it off decides what happens in a conflict.
CREATE TRIGGER record_changed AFTER UPDATE OF body ON record BEGIN
    INSERT INTO stale (record) SELECT OLD.no WHERE NOT EXISTS (SELECT 1 FROM stale WHERE record = OLD.no);
END;

CREATE TRIGGER record_gone AFTER DELETE ON record BEGIN
    INSERT INTO stale (record) SELECT OLD.no WHERE NOT EXISTS (SELECT 1 FROM stale WHERE record = OLD.no);
END;
