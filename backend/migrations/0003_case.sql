-- Cases and the journal.

CREATE TABLE case_file (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    unit TEXT NOT NULL REFERENCES unit (id),
    caseworker TEXT NOT NULL REFERENCES person (id),
    stage TEXT NOT NULL,
    next_step TEXT,
    opened_at BIGINT NOT NULL,
    UNIQUE (municipality, number)
);

-- Whoever sees the case, besides the staff who work on it.
CREATE TABLE case_party (
    case_id TEXT NOT NULL REFERENCES case_file (id),
    municipality TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    role TEXT NOT NULL,
    ground TEXT NOT NULL,
    review_at BIGINT,
    PRIMARY KEY (case_id, person)
);

CREATE TABLE note (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL REFERENCES person (id),
    happened_at BIGINT NOT NULL,
    signed_at BIGINT NOT NULL
);
CREATE INDEX note_case ON note (case_id);

-- fact (a note or document) is not shown to person at all.
CREATE TABLE withheld (
    fact TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    municipality TEXT NOT NULL,
    PRIMARY KEY (fact, person)
);
