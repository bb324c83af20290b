-- The newest records of each kind without a look at all of them.
CREATE INDEX record_window ON record (scope, kind, seq, id) WHERE deleted = 0;
