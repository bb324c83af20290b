-- Threads and messages. last_n numbers a thread's messages and, updated first, locks the thread.

CREATE TABLE thread (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    case_id TEXT REFERENCES case_file (id),
    subject TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    last_n BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE participant (
    thread TEXT NOT NULL REFERENCES thread (id),
    municipality TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    read_n BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (thread, person)
);

CREATE TABLE message (
    id TEXT PRIMARY KEY,
    municipality TEXT NOT NULL,
    thread TEXT NOT NULL REFERENCES thread (id),
    n BIGINT NOT NULL,
    sender TEXT NOT NULL REFERENCES person (id),
    text TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    UNIQUE (thread, n)
);
