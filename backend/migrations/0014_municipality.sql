-- Every row of what grows says whose municipality it is, so that tables can be parted by it.
ALTER TABLE record ADD COLUMN municipality TEXT NOT NULL DEFAULT '';
UPDATE record SET municipality = (SELECT s.municipality FROM scope s WHERE s.id = record.scope);
ALTER TABLE lease ADD COLUMN municipality TEXT NOT NULL DEFAULT '';
UPDATE lease SET municipality = (SELECT s.municipality FROM scope s WHERE s.id = lease.scope);
-- Each way round, that of the first person.
ALTER TABLE kept_apart ADD COLUMN municipality TEXT NOT NULL DEFAULT '';
UPDATE kept_apart SET municipality = (SELECT p.municipality FROM person p WHERE p.id = kept_apart.person);

-- Passages of a note or document that person is not shown: sections of a document, paragraphs of a note, from 0.
CREATE TABLE masked (
    fact TEXT NOT NULL,
    passage BIGINT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    municipality TEXT NOT NULL,
    ground TEXT NOT NULL,
    PRIMARY KEY (fact, passage, person)
);
