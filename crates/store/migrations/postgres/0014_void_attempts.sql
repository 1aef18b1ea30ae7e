-- Attempts of shuang/2 that are void after REVEAL, kept until what they would have drawn is public and after. PostgreSQL.
CREATE TABLE void_attempts (
    campaign_id   TEXT COLLATE "C" NOT NULL,
    attempt       BIGINT NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,
    life          TEXT COLLATE "C" NOT NULL,
    figures       TEXT COLLATE "C" NOT NULL,
    plan_record   TEXT COLLATE "C" NOT NULL,
    freeze_record TEXT COLLATE "C" NOT NULL,
    void_record   TEXT COLLATE "C" NOT NULL,
    seed_text     TEXT COLLATE "C",
    result_record TEXT COLLATE "C",
    last_event    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (campaign_id, attempt),
    FOREIGN KEY (campaign_id) REFERENCES campaigns (campaign_id)
);
