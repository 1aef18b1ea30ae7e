-- Attachments name content by its hash; the bytes lie as files beside the database. SQLite.

-- What is moved lay here in the clear: its pages are overwritten when they are given back.
PRAGMA secure_delete = ON;

CREATE TABLE attachments (
    owner_kind TEXT NOT NULL,
    owner_id   TEXT NOT NULL,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    form       TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    bytes      INTEGER NOT NULL,
    length     INTEGER NOT NULL,
    last_event TEXT NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, name)
) STRICT;
CREATE INDEX attachments_by_content ON attachments (sha256);
