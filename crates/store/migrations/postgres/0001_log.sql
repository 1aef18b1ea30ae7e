-- The log: appended by the trace guard only. SQLite.

CREATE TABLE log_head (
    head_id    BIGINT PRIMARY KEY CHECK (head_id = 1),
    size       BIGINT NOT NULL,
    frontier   BYTEA NOT NULL,
    root       BYTEA NOT NULL,
    last_at_ms BIGINT NOT NULL
);

-- An empty log: size 0 as eight zero bytes, root = SHA-256 of nothing.
INSERT INTO log_head (head_id, size, frontier, root, last_at_ms)
VALUES (1, 0, '\x0000000000000000'::bytea, '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'::bytea, 0);

CREATE TABLE log_events (
    event_id   TEXT COLLATE "C" PRIMARY KEY,
    act        TEXT COLLATE "C" NOT NULL,
    at_ms      BIGINT NOT NULL,
    account_id TEXT COLLATE "C",
    salt       BYTEA NOT NULL,
    body_hash  BYTEA NOT NULL,
    images     BIGINT NOT NULL
);
CREATE INDEX log_events_by_account ON log_events (account_id, at_ms);

CREATE TABLE log_bodies (
    event_id TEXT COLLATE "C" NOT NULL REFERENCES log_events (event_id),
    ordinal  BIGINT NOT NULL,
    gzip     BYTEA NOT NULL,
    PRIMARY KEY (event_id, ordinal)
);

CREATE TABLE log_leaves (
    sequence BIGINT PRIMARY KEY,
    event_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES log_events (event_id),
    entry    TEXT COLLATE "C" NOT NULL,
    root     BYTEA NOT NULL
);

CREATE TABLE log_nodes (
    level    BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hash     BYTEA NOT NULL,
    PRIMARY KEY (level, position)
);

CREATE TABLE log_links (
    kind     TEXT COLLATE "C" NOT NULL,
    target   TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (kind, target, sequence)
);

CREATE TABLE log_records (
    record_hash TEXT COLLATE "C" PRIMARY KEY,
    event_id    TEXT COLLATE "C" NOT NULL REFERENCES log_events (event_id),
    record      TEXT COLLATE "C" NOT NULL
);
