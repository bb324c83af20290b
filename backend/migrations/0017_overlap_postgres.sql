-- Many transactions write at once: an exclusion constraint lets one of two that overlap wait for the other.

CREATE EXTENSION IF NOT EXISTS btree_gist;

ALTER TABLE occupancy ADD CONSTRAINT occupancy_overlap
    EXCLUDE USING gist (party WITH =, int8range(starts, ends) WITH &&);
