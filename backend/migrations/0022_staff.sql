-- Openings of what was not assigned to whoever opened it, and what a lead of the unit said of them.
CREATE TABLE flagged_opening (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    by_person TEXT NOT NULL REFERENCES person (id),
    purpose TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    reviewed_by TEXT REFERENCES person (id),
    reviewed_at BIGINT,
    note TEXT
);
CREATE INDEX flagged_opening_at ON flagged_opening (municipality, at);

-- A member of staff whose case went to somebody else: named in the thread, as their words stand there, and in it no more.
ALTER TABLE participant ADD COLUMN left_at BIGINT;

-- How many days before somebody comes of an age the caseworker is reminded; 0 for never.
ALTER TABLE age_rule ADD COLUMN remind_days BIGINT NOT NULL DEFAULT 0;
UPDATE age_rule SET remind_days = 42 WHERE name = 'own_action' OR name = 'majority';

-- Legal grounds that staff choose from when they keep passages from somebody. An installation corrects these rows, not the
-- code. law is what stands in the place of what is kept.
CREATE TABLE mask_ground (
    id TEXT PRIMARY KEY,
    place BIGINT NOT NULL,
    law TEXT NOT NULL,
    about TEXT NOT NULL
);
INSERT INTO mask_ground (id, place, law, about) VALUES
    ('personal', 1, '26 kap. 1 § offentlighets- och sekretesslagen', 'Någons personliga förhållanden'),
    ('child', 2, '12 kap. 3 § offentlighets- och sekretesslagen', 'Sekretess för ett barn, även mot vårdnadshavaren'),
    ('informant', 3, '26 kap. 5 § offentlighets- och sekretesslagen', 'Vem som har gjort en anmälan'),
    ('whereabouts', 4, '14 § lagen med särskilda bestämmelser om vård av unga', 'Var ett barn vistas');
