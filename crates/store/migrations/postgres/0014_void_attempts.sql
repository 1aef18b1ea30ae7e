-- Attempts of shuang/2 that are void after REVEAL, kept until what they would have drawn is public and after. PostgreSQL.
CREATE TABLE void_attempts (
    campaign_id   TEXT NOT NULL,
    attempt       BIGINT NOT NULL,
    state         TEXT NOT NULL,
    life          TEXT NOT NULL,
    figures       TEXT NOT NULL,
    plan_record   TEXT NOT NULL,
    freeze_record TEXT NOT NULL,
    void_record   TEXT NOT NULL,
    seed_text     TEXT,
    result_record TEXT,
    last_event    TEXT NOT NULL,
    PRIMARY KEY (campaign_id, attempt),
    FOREIGN KEY (campaign_id) REFERENCES campaigns (campaign_id)
);
