-- A digest of each password hash, which stays in the log when the hash is destroyed. PostgreSQL.

CREATE TABLE credential_marks (
    holder     TEXT COLLATE "C" NOT NULL,
    phc_sha256 TEXT COLLATE "C" NOT NULL,
    last_event TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (holder)
);
