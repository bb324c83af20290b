-- Registry: municipalities, units, persons and how persons belong together.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE municipality (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    orgnr TEXT NOT NULL
);

CREATE TABLE unit (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    name TEXT NOT NULL,
    phone TEXT NOT NULL
);

-- A member of staff who also lives in the municipality is two persons here, one in each realm.
CREATE TABLE person (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    realm TEXT NOT NULL,
    personal_number TEXT NOT NULL,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    protected BIGINT NOT NULL DEFAULT 0,
    unit TEXT REFERENCES unit (id),
    title TEXT,
    UNIQUE (municipality, realm, personal_number)
);

-- A relation makes eligible; only a grant opens anything.
CREATE TABLE relation (
    municipality TEXT NOT NULL,
    kind TEXT NOT NULL,
    of_person TEXT NOT NULL REFERENCES person (id),
    by_person TEXT NOT NULL REFERENCES person (id),
    until BIGINT,
    PRIMARY KEY (kind, of_person, by_person)
);

-- Stored both ways round.
CREATE TABLE kept_apart (
    person TEXT NOT NULL REFERENCES person (id),
    other TEXT NOT NULL REFERENCES person (id),
    ground TEXT NOT NULL,
    PRIMARY KEY (person, other)
);

-- Feeds: what each audience sees.

-- fact is what the scope is about (a person, case or thread), audience is whose it is: a person, 'staff', or '*'.
CREATE TABLE scope (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    kind TEXT NOT NULL,
    fact TEXT NOT NULL,
    audience TEXT NOT NULL,
    head BIGINT NOT NULL DEFAULT 0,
    floor BIGINT NOT NULL DEFAULT 0,
    UNIQUE (kind, fact, audience)
);

-- subject is a person or a unit.
CREATE TABLE access_grant (
    municipality TEXT NOT NULL,
    subject TEXT NOT NULL,
    scope TEXT NOT NULL REFERENCES scope (id),
    role TEXT NOT NULL,
    sync TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    from_seq BIGINT NOT NULL DEFAULT 0,
    starts BIGINT NOT NULL,
    until BIGINT,
    ground TEXT NOT NULL,
    PRIMARY KEY (subject, scope)
);
CREATE INDEX access_grant_scope ON access_grant (scope);

CREATE TABLE record (
    scope TEXT NOT NULL REFERENCES scope (id),
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    deleted BIGINT NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    PRIMARY KEY (scope, kind, id)
);
CREATE INDEX record_seq ON record (scope, seq);

CREATE TABLE mutation (
    mid TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    person TEXT NOT NULL,
    device TEXT NOT NULL,
    lane TEXT NOT NULL,
    n BIGINT NOT NULL,
    hash TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (person, device, lane, n)
);

-- Opening of content by staff: the lease, and the log that the person concerned can read.
CREATE TABLE lease (
    person TEXT NOT NULL REFERENCES person (id),
    scope TEXT NOT NULL REFERENCES scope (id),
    until BIGINT NOT NULL,
    PRIMARY KEY (person, scope)
);

CREATE TABLE access_log (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    person TEXT NOT NULL,
    scope TEXT NOT NULL,
    act TEXT NOT NULL,
    purpose TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX access_log_scope ON access_log (scope, at);
