-- Accounts, roles, and what the shell remembers. SQLite.

CREATE TABLE accounts (
    account_id TEXT COLLATE "C" NOT NULL,
    login      TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    active     BIGINT NOT NULL,
    last_event TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id),
    UNIQUE (login),
    CHECK (active IN (0, 1))
);

CREATE TABLE grants (
    account_id  TEXT COLLATE "C" NOT NULL,
    role        TEXT COLLATE "C" NOT NULL,
    org_unit_id TEXT COLLATE "C" NOT NULL,
    last_event  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, role, org_unit_id),
    FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id)
);

CREATE TABLE credentials (
    account_id  TEXT COLLATE "C" NOT NULL,
    phc         TEXT COLLATE "C" NOT NULL,
    set_at_ms   BIGINT NOT NULL,
    must_change BIGINT NOT NULL,
    PRIMARY KEY (account_id),
    FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CHECK (must_change IN (0, 1))
);

CREATE TABLE sessions (
    token_hash    TEXT COLLATE "C" NOT NULL,
    account_id    TEXT COLLATE "C" NOT NULL,
    form_token    TEXT COLLATE "C" NOT NULL,
    created_at_ms BIGINT NOT NULL,
    seen_at_ms    BIGINT NOT NULL,
    display       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (token_hash),
    FOREIGN KEY (account_id) REFERENCES accounts (account_id)
);
CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE login_failures (
    source     TEXT COLLATE "C" NOT NULL,
    failures   BIGINT NOT NULL,
    last_at_ms BIGINT NOT NULL,
    PRIMARY KEY (source)
);

CREATE TABLE drafts (
    account_id  TEXT COLLATE "C" NOT NULL,
    form        TEXT COLLATE "C" NOT NULL,
    fields      TEXT COLLATE "C" NOT NULL,
    saved_at_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, form)
);

CREATE TABLE submissions (
    form_key   TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    location   TEXT COLLATE "C" NOT NULL,
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (form_key)
);

CREATE TABLE imports (
    import_id     TEXT COLLATE "C" NOT NULL,
    account_id    TEXT COLLATE "C",
    org_unit_id   TEXT COLLATE "C" NOT NULL,
    register      TEXT COLLATE "C" NOT NULL,
    file_name     TEXT COLLATE "C" NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,
    done_rows     BIGINT NOT NULL,
    summary       TEXT COLLATE "C" NOT NULL,
    started_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (import_id),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id)
);
CREATE INDEX imports_by_account ON imports (account_id, started_at_ms);

CREATE TABLE import_rows (
    import_id TEXT COLLATE "C" NOT NULL,
    ordinal   BIGINT NOT NULL,
    rows      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (import_id, ordinal)
);

CREATE TABLE import_faults (
    import_id TEXT COLLATE "C" NOT NULL,
    ordinal   BIGINT NOT NULL,
    rows      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (import_id, ordinal)
);
