-- What one administrator asks for and another confirms; the password that waits with it. SQLite.

CREATE TABLE access_requests (
    request_id  TEXT NOT NULL,
    account_id  TEXT NOT NULL,
    role        TEXT,
    org_unit_id TEXT,
    asked_by    TEXT NOT NULL,
    asked_at_ms INTEGER NOT NULL,
    state       TEXT NOT NULL,
    last_event  TEXT NOT NULL,
    PRIMARY KEY (request_id),
    FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id),
    CHECK ((role IS NULL) = (org_unit_id IS NULL))
) STRICT;
CREATE INDEX access_requests_by_state ON access_requests (state, asked_at_ms);

CREATE TABLE awaited_credentials (
    request_id TEXT NOT NULL,
    phc        TEXT NOT NULL,
    PRIMARY KEY (request_id)
) STRICT;
