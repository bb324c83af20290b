-- Proofs of keys that came, so that each counts once whichever node it comes to. PostgreSQL's nodes use it; on SQLite there is
-- one node, which remembers by itself. id is a hash.
CREATE TABLE proof_seen (
    id TEXT PRIMARY KEY,
    until BIGINT NOT NULL
);
CREATE INDEX proof_seen_until ON proof_seen (until);

-- The key for which a login was begun (dpop_jkt), if the app said so: its code is good with that key only.
ALTER TABLE login_pending ADD COLUMN jkt TEXT;
ALTER TABLE login_code ADD COLUMN jkt TEXT;

-- When somebody was taken out of the registry. What they wrote stays; nobody logs in as them any more.
ALTER TABLE person ADD COLUMN left_at BIGINT;
