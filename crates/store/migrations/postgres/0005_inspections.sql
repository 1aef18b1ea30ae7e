-- Visits, results, publications. SQLite.

CREATE TABLE inspections (
    inspection_id   TEXT COLLATE "C" NOT NULL,
    campaign_id     TEXT COLLATE "C" NOT NULL,
    attempt         BIGINT NOT NULL,
    ordinal         BIGINT NOT NULL,
    subject_id      TEXT COLLATE "C" NOT NULL,
    subject_code    TEXT COLLATE "C" NOT NULL,
    subject_name    TEXT COLLATE "C" NOT NULL,
    strata          TEXT COLLATE "C" NOT NULL,
    leader_code     TEXT COLLATE "C" NOT NULL,
    team            TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    arrived_at_ms   BIGINT,
    outcome         TEXT COLLATE "C",
    opinion         TEXT COLLATE "C",
    recorded_by     TEXT COLLATE "C",
    confirmed_by    TEXT COLLATE "C",
    concluded_at_ms BIGINT,
    confirmed_at_ms BIGINT,
    last_event      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (inspection_id),
    UNIQUE (campaign_id, attempt, ordinal),
    FOREIGN KEY (campaign_id) REFERENCES campaigns (campaign_id),
    FOREIGN KEY (subject_id) REFERENCES subjects (subject_id)
);
CREATE INDEX inspections_by_subject ON inspections (subject_id);

CREATE TABLE item_results (
    inspection_id TEXT COLLATE "C" NOT NULL,
    item_id       TEXT COLLATE "C" NOT NULL,
    criterion     TEXT COLLATE "C" NOT NULL,
    result        TEXT COLLATE "C" NOT NULL,
    reading       TEXT COLLATE "C",
    remark        TEXT COLLATE "C",
    last_event    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (inspection_id, item_id, criterion),
    FOREIGN KEY (inspection_id) REFERENCES inspections (inspection_id)
);

CREATE TABLE publications (
    publication_id   TEXT COLLATE "C" NOT NULL,
    inspection_id    TEXT COLLATE "C" NOT NULL,
    published_at_ms  BIGINT NOT NULL,
    published_by     TEXT COLLATE "C" NOT NULL,
    content          TEXT COLLATE "C" NOT NULL,
    withdrawn_at_ms  BIGINT,
    withdrawn_reason TEXT COLLATE "C",
    last_event       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (publication_id),
    UNIQUE (inspection_id),
    FOREIGN KEY (inspection_id) REFERENCES inspections (inspection_id)
);
