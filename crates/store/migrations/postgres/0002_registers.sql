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
    inspector_code TEXT COLLATE "C" NOT NULL,
    subject_code   TEXT COLLATE "C" NOT NULL,
    ground         TEXT COLLATE "C" NOT NULL,
    note           TEXT COLLATE "C",
    declared_by    TEXT COLLATE "C" NOT NULL,
    declared_at_ms BIGINT NOT NULL,
    last_event     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (inspector_code, subject_code)
);

CREATE TABLE items (
    item_id       TEXT COLLATE "C" NOT NULL,
    revision      BIGINT NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    reason        TEXT COLLATE "C" NOT NULL,
    published_on  TEXT COLLATE "C",
    province_code TEXT COLLATE "C",
    terms         TEXT COLLATE "C" NOT NULL,
    last_event    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (item_id, revision)
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
    label      TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    follow_up  TEXT COLLATE "C" NOT NULL,
    version    TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL,
    last_event TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (code, valid_from)
);

CREATE TABLE rulebooks (
    version       TEXT COLLATE "C" NOT NULL,
    adopted_on    TEXT COLLATE "C" NOT NULL,
    title         TEXT COLLATE "C" NOT NULL,
    parameters    TEXT COLLATE "C" NOT NULL,
    adopted_at_ms BIGINT NOT NULL,
    last_event    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (version)
);
