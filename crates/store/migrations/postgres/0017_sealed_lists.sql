-- Drawn visits are sealed until dispatch; which drawn lists a session has unsealed. PostgreSQL.

ALTER TABLE sessions ADD COLUMN unsealed TEXT COLLATE "C" NOT NULL DEFAULT '';

CREATE TABLE sealed_visits (
    inspection_id TEXT COLLATE "C" NOT NULL,
    campaign_id   TEXT COLLATE "C" NOT NULL,
    attempt       BIGINT NOT NULL,
    ordinal       BIGINT NOT NULL,
    sealed_visit  BYTEA NOT NULL,
    drawn_at_ms   BIGINT NOT NULL,
    last_event    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (inspection_id),
    UNIQUE (campaign_id, attempt, ordinal),
    FOREIGN KEY (campaign_id) REFERENCES campaigns (campaign_id)
);
