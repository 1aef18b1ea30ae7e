-- What is announced to every process: whoever holds a register for long says so here. A row counts as long
-- as the connection it names holds its advisory lock. PostgreSQL.

CREATE TABLE announcements (
    backend  BIGINT NOT NULL,
    words    TEXT COLLATE "C" NOT NULL,
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (backend)
);
