-- Campaigns, parties, sealed material of a draw. SQLite.

CREATE TABLE campaigns (
    campaign_id   TEXT COLLATE "C" NOT NULL,
    number        TEXT COLLATE "C" NOT NULL,
    title         TEXT COLLATE "C" NOT NULL,
    org_unit_id   TEXT COLLATE "C" NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,
    attempt       BIGINT NOT NULL,
    window_from   TEXT COLLATE "C" NOT NULL,
    window_until  TEXT COLLATE "C" NOT NULL,
    plan          TEXT COLLATE "C" NOT NULL,
    plan_record   TEXT COLLATE "C",
    life          TEXT COLLATE "C" NOT NULL,
    freeze_record TEXT COLLATE "C",
    seed_text     TEXT COLLATE "C",
    result_record TEXT COLLATE "C",
    trust_level   BIGINT,
    figures       TEXT COLLATE "C" NOT NULL,
    state_at_ms   BIGINT NOT NULL,
    last_event    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (campaign_id),
    UNIQUE (number),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id)
);
CREATE INDEX campaigns_by_state ON campaigns (state_at_ms, campaign_id);

CREATE TABLE party_links (
    campaign_id TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    link_hash   TEXT COLLATE "C" NOT NULL,
    last_event  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (campaign_id, name),
    UNIQUE (link_hash),
    FOREIGN KEY (campaign_id) REFERENCES campaigns (campaign_id)
);

CREATE TABLE draw_secrets (
    campaign_id TEXT COLLATE "C" NOT NULL,
    attempt     BIGINT NOT NULL,
    ciphertext  BYTEA NOT NULL,
    PRIMARY KEY (campaign_id, attempt)
);

CREATE TABLE draw_files (
    campaign_id TEXT COLLATE "C" NOT NULL,
    attempt     BIGINT NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    ordinal     BIGINT NOT NULL,
    gzip        BYTEA NOT NULL,
    PRIMARY KEY (campaign_id, attempt, name, ordinal)
);
