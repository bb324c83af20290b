-- The store of one person on one device. Everything here is encrypted as a whole.

-- One value a key, as JSON.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The grant set as of the last pull; a scope that is not here has nothing else here either.
CREATE TABLE grants (
    scope TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    sync TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    head INTEGER,
    lease_until INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE cursor (
    scope TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the backend said, never edited here. Kinds that this build does not know are kept as they came.
CREATE TABLE record (
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    -- When it happened, for lists that stand in order of time.
    at GENERATED ALWAYS AS (coalesce(body ->> '$.sent_at', body ->> '$.signed_at', body ->> '$.last_at', body ->> '$.opened_at')) VIRTUAL,
    -- The thread or case that it is about.
    about GENERATED ALWAYS AS (coalesce(body ->> '$.thread', body ->> '$.case')) VIRTUAL,
    PRIMARY KEY (scope, kind, id)
);
CREATE INDEX record_seq ON record (scope, kind, seq);
CREATE INDEX record_at ON record (kind, at);
CREATE INDEX record_about ON record (kind, about);
CREATE INDEX record_id ON record (kind, id);

-- What the person wants done and the backend has not shown to be done. shown = record + pending.
CREATE TABLE pending (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    mid TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL,
    n INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    act TEXT NOT NULL,
    -- waiting: no answer yet. sent: done, but its rows are not here. refused: for good.
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused')),
    refusal TEXT,
    places TEXT,
    sort TEXT GENERATED ALWAYS AS (act ->> '$.act') VIRTUAL,
    about TEXT GENERATED ALWAYS AS (coalesce(act ->> '$.thread', act ->> '$.task')) VIRTUAL
) STRICT;
CREATE UNIQUE INDEX pending_lane ON pending (lane, n) WHERE state = 'waiting';
CREATE INDEX pending_about ON pending (sort, about);

-- The next number of each lane. Outlives its grant, as the backend goes on counting too.
CREATE TABLE lane (
    scope TEXT PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Files that are here: an encrypted file by a random name, and the only copy of its key.
CREATE TABLE blob (
    scope TEXT NOT NULL,
    document TEXT NOT NULL,
    blob TEXT NOT NULL,
    file TEXT NOT NULL UNIQUE,
    key BLOB NOT NULL,
    PRIMARY KEY (scope, document)
) STRICT, WITHOUT ROWID;

-- Notes and documents that were on this device's screen.
CREATE TABLE looked (
    scope TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;
