-- Documents, and the files that belong to them.

CREATE TABLE blob (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    uploaded_by TEXT NOT NULL REFERENCES person (id),
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE document (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    sort TEXT NOT NULL,
    title TEXT NOT NULL,
    sections TEXT NOT NULL,
    file TEXT,
    author TEXT NOT NULL REFERENCES person (id),
    signed_at BIGINT NOT NULL,
    appeal_until BIGINT
);
CREATE INDEX document_case ON document (case_id);
