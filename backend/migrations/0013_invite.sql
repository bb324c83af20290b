-- One-time codes for people without e-identification, given by staff who checked who they are. Only the hash of a
-- code stands here. by_person and checked say who answers for it, and how.
CREATE TABLE invite (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    municipality TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    by_person TEXT NOT NULL REFERENCES person (id),
    checked TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX invite_person ON invite (person);

-- How sure one is of who is logged in: 'eid', or 'invite' for a session that began with such a code.
ALTER TABLE token_family ADD COLUMN level TEXT NOT NULL DEFAULT 'eid';
