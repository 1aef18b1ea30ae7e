-- Accounts, roles, and what the shell remembers. SQLite.

CREATE TABLE accounts (
    account_id TEXT NOT NULL,
    login      TEXT NOT NULL,
    name       TEXT NOT NULL,
    active     INTEGER NOT NULL,
    last_event TEXT NOT NULL,
    PRIMARY KEY (account_id),
    UNIQUE (login),
    CHECK (active IN (0, 1))
) STRICT;

CREATE TABLE grants (
    account_id  TEXT NOT NULL,
    role        TEXT NOT NULL,
    org_unit_id TEXT NOT NULL,
    last_event  TEXT NOT NULL,
    PRIMARY KEY (account_id, role, org_unit_id),
    FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id)
) STRICT;

CREATE TABLE credentials (
    account_id  TEXT NOT NULL,
    phc         TEXT NOT NULL,
    set_at_ms   INTEGER NOT NULL,
    must_change INTEGER NOT NULL,
    PRIMARY KEY (account_id),
    FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CHECK (must_change IN (0, 1))
) STRICT;

CREATE TABLE sessions (
    token_hash    TEXT NOT NULL,
    account_id    TEXT NOT NULL,
    form_token    TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    seen_at_ms    INTEGER NOT NULL,
    display       TEXT NOT NULL,
    PRIMARY KEY (token_hash),
    FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE login_failures (
    source     TEXT NOT NULL,
    failures   INTEGER NOT NULL,
    last_at_ms INTEGER NOT NULL,
    PRIMARY KEY (source)
) STRICT;

CREATE TABLE drafts (
    account_id  TEXT NOT NULL,
    form        TEXT NOT NULL,
    fields      TEXT NOT NULL,
    saved_at_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, form)
) STRICT;

CREATE TABLE submissions (
    form_key   TEXT NOT NULL,
    account_id TEXT NOT NULL,
    location   TEXT NOT NULL,
    at_ms      INTEGER NOT NULL,
    PRIMARY KEY (form_key)
) STRICT;

CREATE TABLE imports (
    import_id     TEXT NOT NULL,
    account_id    TEXT,
    org_unit_id   TEXT NOT NULL,
    register      TEXT NOT NULL,
    file_name     TEXT NOT NULL,
    state         TEXT NOT NULL,
    done_rows     INTEGER NOT NULL,
    summary       TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    PRIMARY KEY (import_id),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id)
) STRICT;
CREATE INDEX imports_by_account ON imports (account_id, started_at_ms);

CREATE TABLE import_rows (
    import_id TEXT NOT NULL,
    ordinal   INTEGER NOT NULL,
    rows      TEXT NOT NULL,
    PRIMARY KEY (import_id, ordinal)
) STRICT;

CREATE TABLE import_faults (
    import_id TEXT NOT NULL,
    ordinal   INTEGER NOT NULL,
    rows      TEXT NOT NULL,
    PRIMARY KEY (import_id, ordinal)
) STRICT;
