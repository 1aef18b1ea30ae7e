-- What one administrator asks for and another confirms; the password that waits with it. PostgreSQL.

CREATE TABLE access_requests (
    request_id  TEXT COLLATE "C" NOT NULL,
    account_id  TEXT COLLATE "C" NOT NULL,
    role        TEXT COLLATE "C",
    org_unit_id TEXT COLLATE "C",
    asked_by    TEXT COLLATE "C" NOT NULL,
    asked_at_ms BIGINT NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    last_event  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (request_id),
    FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id),
    CHECK ((role IS NULL) = (org_unit_id IS NULL))
);
CREATE INDEX access_requests_by_state ON access_requests (state, asked_at_ms);

CREATE TABLE awaited_credentials (
    request_id TEXT COLLATE "C" NOT NULL,
    phc        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (request_id)
);
