-- Appointments, and what each of them takes.

CREATE TABLE appointment (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    starts BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    CHECK (starts < ends)
);

-- While an appointment is held or confirmed it has a row here for each person, room and interpreter that it takes,
-- with the time around it that they need. No two rows of one party overlap: the engines' own constraints see to that.
CREATE TABLE occupancy (
    appointment TEXT NOT NULL REFERENCES appointment (id),
    municipality TEXT NOT NULL,
    party TEXT NOT NULL,
    starts BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    PRIMARY KEY (appointment, party),
    CHECK (starts < ends)
);
CREATE INDEX occupancy_party ON occupancy (party, starts);
