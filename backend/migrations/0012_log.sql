-- The access log. An entry has two parts: its content, which can be erased when its time is over, and its
-- link in the municipality's chain, which stays. Rows of access_log are from before the chain began.

-- The newest link of each municipality's chain; whoever adds to the chain locks it.
CREATE TABLE log_chain (
    municipality TEXT PRIMARY KEY,
    n BIGINT NOT NULL,
    link TEXT NOT NULL
);

-- digest is of the entry's content, link of the link before it, n and digest. erased_by is the n of the entry
-- that notes the erasure.
CREATE TABLE log_link (
    municipality TEXT NOT NULL,
    n BIGINT NOT NULL,
    digest TEXT NOT NULL,
    link TEXT NOT NULL,
    erased_by BIGINT,
    PRIMARY KEY (municipality, n)
);

-- Who (by_person) did what (act) as what and why, whom it concerns, and where. about is somebody whose access or
-- task it is about. salt keeps a digest that stays from telling what was erased.
CREATE TABLE log_entry (
    municipality TEXT NOT NULL,
    n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    act TEXT NOT NULL,
    by_person TEXT,
    role TEXT,
    unit TEXT,
    concerns TEXT,
    purpose TEXT,
    reason TEXT,
    unassigned BIGINT NOT NULL DEFAULT 0,
    case_id TEXT,
    thread TEXT,
    fact TEXT,
    about TEXT,
    salt TEXT NOT NULL,
    PRIMARY KEY (municipality, n)
);
CREATE INDEX log_entry_concerns ON log_entry (concerns, at);
CREATE INDEX log_entry_by ON log_entry (by_person, at);
CREATE INDEX log_entry_at ON log_entry (municipality, at);

-- People who are a threat to staff, as staff decided: they read of role and unit, never of a name.
CREATE TABLE staff_hidden (
    person TEXT PRIMARY KEY REFERENCES person (id),
    municipality TEXT NOT NULL,
    ground TEXT NOT NULL,
    decided_by TEXT NOT NULL REFERENCES person (id),
    at BIGINT NOT NULL
);
