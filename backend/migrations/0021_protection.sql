-- Each decision that somebody has protected identity (protected 1), or has it no longer (0): by whom, when and why.
CREATE TABLE protection_decision (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    protected BIGINT NOT NULL,
    ground TEXT NOT NULL,
    decided_by TEXT NOT NULL REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX protection_decision_person ON protection_decision (person, at);
