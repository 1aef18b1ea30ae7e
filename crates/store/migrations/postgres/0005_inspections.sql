-- Visits, results, publications. SQLite.

CREATE TABLE inspections (
    inspection_id TEXT COLLATE "C" NOT NULL,
    campaign_id   TEXT COLLATE "C" NOT NULL,
    attempt       BIGINT NOT NULL,
    ordinal       BIGINT NOT NULL,
    subject_id    TEXT COLLATE "C" NOT NULL,
    subject_code  TEXT COLLATE "C" NOT NULL,
    subject_name  TEXT COLLATE "C" NOT NULL,
    strata        TEXT COLLATE "C" NOT NULL,
    leader_code   TEXT COLLATE "C",
    team          TEXT COLLATE "C" NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,
    life          TEXT COLLATE "C" NOT NULL,
    outcome       TEXT COLLATE "C",
    state_at_ms   BIGINT NOT NULL,
    last_event    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (inspection_id),
    UNIQUE (campaign_id, attempt, ordinal),
    FOREIGN KEY (campaign_id) REFERENCES campaigns (campaign_id),
    FOREIGN KEY (subject_id) REFERENCES subjects (subject_id)
);
CREATE INDEX inspections_by_subject ON inspections (subject_id);

CREATE TABLE publications (
    publication_id   TEXT COLLATE "C" NOT NULL,
    inspection_id    TEXT COLLATE "C" NOT NULL,
    published_at_ms  BIGINT NOT NULL,
    content          TEXT COLLATE "C" NOT NULL,
    withdrawn_at_ms  BIGINT,
    withdrawn_reason TEXT COLLATE "C",
    last_event       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (publication_id),
    UNIQUE (inspection_id),
    FOREIGN KEY (inspection_id) REFERENCES inspections (inspection_id)
);
