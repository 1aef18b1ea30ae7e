-- A digest of each password hash, which stays in the log when the hash is destroyed. SQLite.

CREATE TABLE credential_marks (
    holder     TEXT NOT NULL,
    phc_sha256 TEXT NOT NULL,
    last_event TEXT NOT NULL,
    PRIMARY KEY (holder)
) STRICT;
