-- SQLite has no exclusion constraint. Only one transaction writes at a time, so a trigger that looks sees everything.

CREATE TRIGGER occupancy_overlap_insert BEFORE INSERT ON occupancy
WHEN EXISTS (SELECT 1 FROM occupancy o WHERE o.party = NEW.party AND o.starts < NEW.ends AND o.ends > NEW.starts)
BEGIN
    SELECT RAISE(ABORT, 'occupancy_overlap');
END;

CREATE TRIGGER occupancy_overlap_update BEFORE UPDATE ON occupancy
WHEN EXISTS (SELECT 1 FROM occupancy o WHERE o.party = NEW.party AND o.starts < NEW.ends AND o.ends > NEW.starts
             AND o.rowid <> OLD.rowid)
BEGIN
    SELECT RAISE(ABORT, 'occupancy_overlap');
END;
