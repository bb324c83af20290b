-- One line a thread for the screens that list threads: what would otherwise be looked for among all messages.
-- Made anew with every page that brings something of the thread.
CREATE TABLE line (
    scope TEXT PRIMARY KEY,
    -- The last message, and the last one of somebody else.
    last_at INTEGER NOT NULL,
    last_seq INTEGER,
    other_at INTEGER,
    other_seq INTEGER,
    -- How far the backend knows the person to have read, and how many of others' messages came after.
    upto INTEGER NOT NULL,
    unread INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX line_last ON line (last_at);
CREATE INDEX line_other ON line (other_at);

CREATE TRIGGER line_gone AFTER DELETE ON record WHEN OLD.kind = 'thread' BEGIN
    DELETE FROM line WHERE scope = OLD.scope;
END;

INSERT INTO line (scope, last_at, last_seq, other_at, other_seq, upto, unread)
SELECT thread.scope, coalesce(last.at, thread.body ->> '$.started_at', 0), last.seq, other.at, other.seq, thread.upto,
    (SELECT count(*) FROM (SELECT 1 FROM record AS m WHERE m.scope = thread.scope AND m.kind = 'message'
        AND m.seq > thread.upto AND m.body ->> '$.from' <> thread.me LIMIT 1000))
FROM (SELECT record.scope, record.body, me.value ->> '$.person' AS me,
          coalesce((SELECT max(mark.body ->> '$.upto_seq') FROM record AS mark WHERE mark.scope = record.scope
              AND mark.kind = 'read_mark' AND mark.body ->> '$.reader' = me.value ->> '$.person'), 0) AS upto
      FROM record JOIN meta AS me ON me.key = 'me' WHERE record.kind = 'thread' GROUP BY record.scope) AS thread
LEFT JOIN record AS last ON last.scope = thread.scope AND last.kind = 'message'
    AND last.seq = (SELECT max(seq) FROM record AS m WHERE m.scope = thread.scope AND m.kind = 'message')
LEFT JOIN record AS other ON other.scope = thread.scope AND other.kind = 'message'
    AND other.seq = (SELECT max(seq) FROM record AS m
        WHERE m.scope = thread.scope AND m.kind = 'message' AND m.body ->> '$.from' <> thread.me)
GROUP BY thread.scope;

-- Cases, as they are listed.
CREATE INDEX record_case ON record (coalesce(at, 0), body ->> '$.number') WHERE kind IN ('case', 'case_row');
