-- Browsers that signed in are known, and counted apart from strangers. PostgreSQL.

CREATE TABLE login_devices (
    device_hash TEXT COLLATE "C" NOT NULL,
    account_id  TEXT COLLATE "C" NOT NULL,
    seen_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (device_hash, account_id),
    FOREIGN KEY (account_id) REFERENCES accounts (account_id)
);
CREATE INDEX login_devices_by_account ON login_devices (account_id);

-- Counters stood under the name as it was typed, of any length; they stand under its mark now.
DELETE FROM login_failures;
CREATE INDEX login_failures_by_time ON login_failures (last_at_ms);
