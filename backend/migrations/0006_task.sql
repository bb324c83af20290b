-- What is expected of residents.

CREATE TABLE task (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    case_id TEXT REFERENCES case_file (id),
    person TEXT NOT NULL REFERENCES person (id),
    title TEXT NOT NULL,
    detail TEXT,
    due_at BIGINT,
    done_at BIGINT
);
