-- Visits, results, publications. SQLite.

CREATE TABLE inspections (
    inspection_id TEXT NOT NULL,
    campaign_id   TEXT NOT NULL,
    attempt       INTEGER NOT NULL,
    ordinal       INTEGER NOT NULL,
    subject_id    TEXT NOT NULL,
    subject_code  TEXT NOT NULL,
    subject_name  TEXT NOT NULL,
    strata        TEXT NOT NULL,
    leader_code   TEXT,
    team          TEXT NOT NULL,
    state         TEXT NOT NULL,
    life          TEXT NOT NULL,
    outcome       TEXT,
    state_at_ms   INTEGER NOT NULL,
    last_event    TEXT NOT NULL,
    PRIMARY KEY (inspection_id),
    UNIQUE (campaign_id, attempt, ordinal),
    FOREIGN KEY (campaign_id) REFERENCES campaigns (campaign_id),
    FOREIGN KEY (subject_id) REFERENCES subjects (subject_id)
) STRICT;
CREATE INDEX inspections_by_subject ON inspections (subject_id);

CREATE TABLE publications (
    publication_id   TEXT NOT NULL,
    inspection_id    TEXT NOT NULL,
    published_at_ms  INTEGER NOT NULL,
    content          TEXT NOT NULL,
    withdrawn_at_ms  INTEGER,
    withdrawn_reason TEXT,
    last_event       TEXT NOT NULL,
    PRIMARY KEY (publication_id),
    UNIQUE (inspection_id),
    FOREIGN KEY (inspection_id) REFERENCES inspections (inspection_id)
) STRICT;
