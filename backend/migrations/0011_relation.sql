-- Relations with what they are about, where they are known from, and when that was last looked at. One that ends stays,
-- with its end; the same two people can have another one later. matters is a JSON list, null for everything; case_id
-- binds the relation to one case.
CREATE TABLE relation_fact (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    kind TEXT NOT NULL,
    of_person TEXT NOT NULL REFERENCES person (id),
    by_person TEXT NOT NULL REFERENCES person (id),
    case_id TEXT,
    matters TEXT,
    starts BIGINT NOT NULL,
    until BIGINT,
    source TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    same_address BIGINT NOT NULL DEFAULT 0,
    ended TEXT
);
INSERT INTO relation_fact (id, municipality, kind, of_person, by_person, starts, until, source, checked_at)
SELECT kind || '-' || of_person || '-' || by_person, municipality,
    CASE WHEN kind = 'custody' THEN 'joint_custody' ELSE kind END, of_person, by_person, 0, until,
    CASE WHEN kind = 'custody' THEN 'population_register' ELSE 'municipality' END, 0
FROM relation;
DROP TABLE relation;
ALTER TABLE relation_fact RENAME TO relation;
CREATE INDEX relation_of ON relation (of_person, by_person);
CREATE INDEX relation_by ON relation (by_person);
CREATE INDEX relation_case ON relation (case_id);

-- What a party's access to a case is about; null for everything.
ALTER TABLE case_party ADD COLUMN matters TEXT;

-- Who may be given a power of attorney by whoever has the code. Of the code only its hash is here.
CREATE TABLE invitation (
    code_hash TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX invitation_person ON invitation (person);

-- Ages at which something changes, and the law that says so. An installation corrects these rows, not the code.
CREATE TABLE age_rule (
    name TEXT PRIMARY KEY,
    years BIGINT NOT NULL,
    law TEXT NOT NULL
);
INSERT INTO age_rule (name, years, law) VALUES
    ('open_service', 12, 'Socialtjänstlagen (2025:400): vissa öppna insatser utan vårdnadshavarens samtycke'),
    ('own_action', 15, 'Socialtjänstlagen (2025:400): den som har fyllt 15 år för själv sin talan'),
    ('majority', 18, 'Föräldrabalken 6 kap. 2 § och 9 kap. 1 §: vårdnaden består till dess barnet fyller arton år');

CREATE TABLE unit_lead (
    unit TEXT NOT NULL REFERENCES unit (id),
    person TEXT NOT NULL REFERENCES person (id),
    municipality TEXT NOT NULL,
    source TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (unit, person)
);

-- Units of several municipalities that may lend each other staff, and the agreement or law that lets them.
CREATE TABLE shared_activity (
    activity TEXT NOT NULL,
    unit TEXT NOT NULL REFERENCES unit (id),
    ground TEXT NOT NULL,
    PRIMARY KEY (activity, unit)
);
