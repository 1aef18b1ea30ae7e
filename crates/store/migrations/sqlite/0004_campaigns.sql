-- Campaigns, parties, sealed material of a draw. SQLite.

CREATE TABLE campaigns (
    campaign_id   TEXT NOT NULL,
    number        TEXT NOT NULL,
    title         TEXT NOT NULL,
    org_unit_id   TEXT NOT NULL,
    state         TEXT NOT NULL,
    attempt       INTEGER NOT NULL,
    window_from   TEXT NOT NULL,
    window_until  TEXT NOT NULL,
    plan          TEXT NOT NULL,
    plan_record   TEXT,
    life          TEXT NOT NULL,
    freeze_record TEXT,
    seed_text     TEXT,
    result_record TEXT,
    trust_level   INTEGER,
    figures       TEXT NOT NULL,
    state_at_ms   INTEGER NOT NULL,
    last_event    TEXT NOT NULL,
    PRIMARY KEY (campaign_id),
    UNIQUE (number),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id)
) STRICT;
CREATE INDEX campaigns_by_state ON campaigns (state_at_ms, campaign_id);

CREATE TABLE party_links (
    campaign_id TEXT NOT NULL,
    name        TEXT NOT NULL,
    link_hash   TEXT NOT NULL,
    last_event  TEXT NOT NULL,
    PRIMARY KEY (campaign_id, name),
    UNIQUE (link_hash),
    FOREIGN KEY (campaign_id) REFERENCES campaigns (campaign_id)
) STRICT;

CREATE TABLE draw_secrets (
    campaign_id TEXT NOT NULL,
    attempt     INTEGER NOT NULL,
    ciphertext  BLOB NOT NULL,
    PRIMARY KEY (campaign_id, attempt)
) STRICT;

CREATE TABLE draw_files (
    campaign_id TEXT NOT NULL,
    attempt     INTEGER NOT NULL,
    name        TEXT NOT NULL,
    ordinal     INTEGER NOT NULL,
    gzip        BLOB NOT NULL,
    PRIMARY KEY (campaign_id, attempt, name, ordinal)
) STRICT;
