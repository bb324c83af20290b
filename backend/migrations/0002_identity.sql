-- Logins under way, and what they lead to. Every secret stands here as its hash only; rows that ran out
-- are removed in passing.

-- A browser is at a provider.
CREATE TABLE login_pending (
    state_hash TEXT PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    municipality TEXT NOT NULL,
    realm TEXT NOT NULL,
    provider TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    app_state TEXT NOT NULL,
    app_nonce TEXT NOT NULL,
    challenge TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX login_pending_expires ON login_pending (expires_at);

-- A code that the app has or had. family is the session that it begins.
CREATE TABLE login_code (
    hash TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    realm TEXT NOT NULL,
    family TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    nonce TEXT NOT NULL,
    acr TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    used_at BIGINT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX login_code_expires ON login_code (expires_at);

-- A session: all tokens that come from one login. jkt is the thumbprint of the key that they are bound to.
CREATE TABLE token_family (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    realm TEXT NOT NULL,
    jkt TEXT,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX token_family_expires ON token_family (expires_at);

CREATE TABLE refresh_token (
    hash TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    family TEXT NOT NULL REFERENCES token_family (id),
    used_at BIGINT
);
CREATE INDEX refresh_token_family ON refresh_token (family);

CREATE TABLE access_token (
    hash TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    family TEXT NOT NULL REFERENCES token_family (id),
    expires_at BIGINT NOT NULL
);
CREATE INDEX access_token_family ON access_token (family);
CREATE INDEX access_token_expires ON access_token (expires_at);
