-- Long work: what is under way, how far, by which process, and what came of it. PostgreSQL.

CREATE TABLE jobs (
    job_id         TEXT COLLATE "C" NOT NULL,
    kind           TEXT COLLATE "C" NOT NULL,
    account_id     TEXT COLLATE "C",
    org_unit_id    TEXT COLLATE "C",
    about          TEXT COLLATE "C" NOT NULL,
    fingerprint    TEXT COLLATE "C" NOT NULL,
    state          TEXT COLLATE "C" NOT NULL,
    stage          TEXT COLLATE "C" NOT NULL,
    done           BIGINT NOT NULL,
    total          BIGINT,
    input          TEXT COLLATE "C" NOT NULL,
    outcome        TEXT COLLATE "C" NOT NULL,
    stop_asked     BIGINT NOT NULL,
    holder         TEXT COLLATE "C" NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    started_at_ms  BIGINT NOT NULL,
    updated_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (job_id),
    CHECK (stop_asked IN (0, 1))
);
CREATE INDEX jobs_by_account ON jobs (account_id, started_at_ms);
CREATE INDEX jobs_by_state ON jobs (state, updated_at_ms);
-- The same order twice is one job as long as it is under way.
CREATE UNIQUE INDEX jobs_under_way ON jobs (fingerprint) WHERE state IN ('waiting', 'running');
