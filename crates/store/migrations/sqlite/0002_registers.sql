-- Installation, units, the two registers, the catalog, and the rules as dated rows. SQLite.

CREATE TABLE installation (
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    last_event TEXT NOT NULL,
    PRIMARY KEY (name)
) STRICT;

CREATE TABLE org_units (
    org_unit_id TEXT NOT NULL,
    name        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    parent_id   TEXT,
    last_event  TEXT NOT NULL,
    PRIMARY KEY (org_unit_id)
) STRICT;

CREATE TABLE subjects (
    subject_id      TEXT NOT NULL,
    org_unit_id     TEXT NOT NULL,
    code            TEXT,
    usci            TEXT,
    register_number TEXT,
    name            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    district        TEXT NOT NULL,
    area            TEXT,
    address         TEXT,
    business_scope  TEXT,
    registered_on   TEXT,
    standing        TEXT NOT NULL,
    tier            TEXT,
    tier_source     TEXT,
    tier_on         TEXT,
    pools           TEXT NOT NULL,
    source          TEXT NOT NULL,
    search_text     TEXT NOT NULL,
    last_event      TEXT NOT NULL,
    PRIMARY KEY (subject_id),
    UNIQUE (code),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id)
) STRICT;
CREATE INDEX subjects_by_name ON subjects (name, subject_id);

CREATE TABLE inspectors (
    inspector_id     TEXT NOT NULL,
    code             TEXT NOT NULL,
    name             TEXT NOT NULL,
    org_unit_id      TEXT NOT NULL,
    authority        TEXT NOT NULL,
    credential_no    TEXT,
    credential_until TEXT,
    scope            TEXT NOT NULL,
    presence         TEXT NOT NULL,
    may_lead         INTEGER NOT NULL,
    account_id       TEXT,
    last_event       TEXT NOT NULL,
    PRIMARY KEY (inspector_id),
    UNIQUE (code),
    CHECK (may_lead IN (0, 1)),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id)
) STRICT;
CREATE INDEX inspectors_by_name ON inspectors (name, inspector_id);

CREATE TABLE recusals (
    inspector_code TEXT NOT NULL,
    subject_code   TEXT NOT NULL,
    ground         TEXT NOT NULL,
    note           TEXT,
    declared_by    TEXT NOT NULL,
    declared_at_ms INTEGER NOT NULL,
    last_event     TEXT NOT NULL,
    PRIMARY KEY (inspector_code, subject_code)
) STRICT;

CREATE TABLE items (
    item_id       TEXT NOT NULL,
    revision      INTEGER NOT NULL,
    name          TEXT NOT NULL,
    reason        TEXT NOT NULL,
    published_on  TEXT,
    province_code TEXT,
    terms         TEXT NOT NULL,
    last_event    TEXT NOT NULL,
    PRIMARY KEY (item_id, revision)
) STRICT;

CREATE TABLE holidays (
    day        TEXT NOT NULL,
    kind       TEXT NOT NULL,
    source     TEXT NOT NULL,
    last_event TEXT NOT NULL,
    PRIMARY KEY (day)
) STRICT;

CREATE TABLE outcome_codes (
    code       TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to   TEXT,
    label      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    follow_up  TEXT NOT NULL,
    version    TEXT NOT NULL,
    source     TEXT NOT NULL,
    last_event TEXT NOT NULL,
    PRIMARY KEY (code, valid_from)
) STRICT;

CREATE TABLE rulebooks (
    version       TEXT NOT NULL,
    adopted_on    TEXT NOT NULL,
    title         TEXT NOT NULL,
    parameters    TEXT NOT NULL,
    adopted_at_ms INTEGER NOT NULL,
    last_event    TEXT NOT NULL,
    PRIMARY KEY (version)
) STRICT;
