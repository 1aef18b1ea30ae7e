-- Long work: what is under way, how far, by which process, and what came of it. SQLite.

CREATE TABLE jobs (
    job_id         TEXT NOT NULL,
    kind           TEXT NOT NULL,
    account_id     TEXT,
    org_unit_id    TEXT,
    about          TEXT NOT NULL,
    fingerprint    TEXT NOT NULL,
    state          TEXT NOT NULL,
    stage          TEXT NOT NULL,
    done           INTEGER NOT NULL,
    total          INTEGER,
    input          TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    stop_asked     INTEGER NOT NULL,
    holder         TEXT NOT NULL,
    lease_until_ms INTEGER NOT NULL,
    started_at_ms  INTEGER NOT NULL,
    updated_at_ms  INTEGER NOT NULL,
    PRIMARY KEY (job_id),
    CHECK (stop_asked IN (0, 1))
) STRICT;
CREATE INDEX jobs_by_account ON jobs (account_id, started_at_ms);
CREATE INDEX jobs_by_state ON jobs (state, updated_at_ms);
-- The same order twice is one job as long as it is under way.
CREATE UNIQUE INDEX jobs_under_way ON jobs (fingerprint) WHERE state IN ('waiting', 'running');
