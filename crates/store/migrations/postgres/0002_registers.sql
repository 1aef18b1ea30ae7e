-- Installation, units, the two registers, the catalog, and the rules as dated rows. SQLite.

CREATE TABLE installation (
    name       TEXT COLLATE "C" NOT NULL,
    value      TEXT COLLATE "C" NOT NULL,
    last_event TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE org_units (
    org_unit_id TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    parent_id   TEXT COLLATE "C",
    last_event  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_unit_id)
);

CREATE TABLE subjects (
    subject_id      TEXT COLLATE "C" NOT NULL,
    org_unit_id     TEXT COLLATE "C" NOT NULL,
    code            TEXT COLLATE "C",
    usci            TEXT COLLATE "C",
    register_number TEXT COLLATE "C",
    name            TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    district        TEXT COLLATE "C" NOT NULL,
    area            TEXT COLLATE "C",
    address         TEXT COLLATE "C",
    business_scope  TEXT COLLATE "C",
    registered_on   TEXT COLLATE "C",
    standing        TEXT COLLATE "C" NOT NULL,
    tier            TEXT COLLATE "C",
    tier_source     TEXT COLLATE "C",
    tier_on         TEXT COLLATE "C",
    pools           TEXT COLLATE "C" NOT NULL,
    source          TEXT COLLATE "C" NOT NULL,
    search_text     TEXT COLLATE "C" NOT NULL,
    last_event      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (subject_id),
    UNIQUE (code),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id)
);
CREATE INDEX subjects_by_name ON subjects (name, subject_id);

CREATE TABLE inspectors (
    inspector_id     TEXT COLLATE "C" NOT NULL,
    code             TEXT COLLATE "C" NOT NULL,
    name             TEXT COLLATE "C" NOT NULL,
    org_unit_id      TEXT COLLATE "C" NOT NULL,
    authority        TEXT COLLATE "C" NOT NULL,
    credential_no    TEXT COLLATE "C",
    credential_until TEXT COLLATE "C",
    scope            TEXT COLLATE "C" NOT NULL,
    presence         TEXT COLLATE "C" NOT NULL,
    may_lead         BIGINT NOT NULL,
    account_id       TEXT COLLATE "C",
    last_event       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (inspector_id),
    UNIQUE (code),
    CHECK (may_lead IN (0, 1)),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id)
);
CREATE INDEX inspectors_by_name ON inspectors (name, inspector_id);

CREATE TABLE recusals (
    inspector_id TEXT COLLATE "C" NOT NULL,
    subject_id   TEXT COLLATE "C" NOT NULL,
    reason       TEXT COLLATE "C" NOT NULL,
    declared_by  TEXT COLLATE "C" NOT NULL,
    last_event   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (inspector_id, subject_id),
    FOREIGN KEY (subject_id) REFERENCES subjects (subject_id),
    FOREIGN KEY (inspector_id) REFERENCES inspectors (inspector_id)
);

CREATE TABLE items (
    item_id      TEXT COLLATE "C" NOT NULL,
    revision     BIGINT NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    category     TEXT COLLATE "C" NOT NULL,
    org_unit_id  TEXT COLLATE "C" NOT NULL,
    published_on TEXT COLLATE "C",
    content      TEXT COLLATE "C" NOT NULL,
    last_event   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (item_id, revision),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id)
);

CREATE TABLE holidays (
    day        TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL,
    last_event TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (day)
);

CREATE TABLE outcome_codes (
    code       TEXT COLLATE "C" NOT NULL,
    valid_from TEXT COLLATE "C" NOT NULL,
    valid_to   TEXT COLLATE "C",
    wording    TEXT COLLATE "C" NOT NULL,
    ending     TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL,
    ordinal    BIGINT NOT NULL,
    last_event TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (code, valid_from)
);

CREATE TABLE rulebooks (
    version       BIGINT NOT NULL,
    in_force_from TEXT COLLATE "C" NOT NULL,
    content       TEXT COLLATE "C" NOT NULL,
    last_event    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (version)
);
