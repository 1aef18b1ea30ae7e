-- Drawn visits are sealed until dispatch; which drawn lists a session has unsealed. SQLite.

ALTER TABLE sessions ADD COLUMN unsealed TEXT NOT NULL DEFAULT '';

CREATE TABLE sealed_visits (
    inspection_id TEXT NOT NULL,
    campaign_id   TEXT NOT NULL,
    attempt       INTEGER NOT NULL,
    ordinal       INTEGER NOT NULL,
    sealed_visit  BLOB NOT NULL,
    drawn_at_ms   INTEGER NOT NULL,
    last_event    TEXT NOT NULL,
    PRIMARY KEY (inspection_id),
    UNIQUE (campaign_id, attempt, ordinal),
    FOREIGN KEY (campaign_id) REFERENCES campaigns (campaign_id)
) STRICT;
