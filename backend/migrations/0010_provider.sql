-- Where a session came from, so that it ends when the provider says that the person logged out there. What the provider
-- calls the person, and its own session, stand here as hashes.
CREATE TABLE provider_session (
    family TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    session TEXT,
    began_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX provider_session_subject ON provider_session (provider, subject);
CREATE INDEX provider_session_session ON provider_session (provider, session);
CREATE INDEX provider_session_expires ON provider_session (expires_at);
