-- The log: appended by the trace guard only. SQLite.

CREATE TABLE log_head (
    head_id    INTEGER PRIMARY KEY CHECK (head_id = 1),
    size       INTEGER NOT NULL,
    frontier   BLOB NOT NULL,
    root       BLOB NOT NULL,
    last_at_ms INTEGER NOT NULL
) STRICT;

-- An empty log: size 0 as eight zero bytes, root = SHA-256 of nothing.
INSERT INTO log_head (head_id, size, frontier, root, last_at_ms)
VALUES (1, 0, x'0000000000000000', x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0);

CREATE TABLE log_events (
    event_id   TEXT PRIMARY KEY,
    act        TEXT NOT NULL,
    at_ms      INTEGER NOT NULL,
    account_id TEXT,
    salt       BLOB NOT NULL,
    body_hash  BLOB NOT NULL,
    images     INTEGER NOT NULL
) STRICT;
CREATE INDEX log_events_by_account ON log_events (account_id, at_ms);

CREATE TABLE log_bodies (
    event_id TEXT NOT NULL REFERENCES log_events (event_id),
    ordinal  INTEGER NOT NULL,
    gzip     BLOB NOT NULL,
    PRIMARY KEY (event_id, ordinal)
) STRICT;

CREATE TABLE log_leaves (
    sequence INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE REFERENCES log_events (event_id),
    entry    TEXT NOT NULL,
    root     BLOB NOT NULL
) STRICT;

CREATE TABLE log_nodes (
    level    INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    PRIMARY KEY (level, position)
) STRICT;

CREATE TABLE log_links (
    kind     TEXT NOT NULL,
    target   TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (kind, target, sequence)
) STRICT;

CREATE TABLE log_records (
    record_hash TEXT PRIMARY KEY,
    event_id    TEXT NOT NULL REFERENCES log_events (event_id),
    record      TEXT NOT NULL
) STRICT;
