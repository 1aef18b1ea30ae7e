-- Attachments name content by its hash; the bytes lie in chunks. PostgreSQL.

CREATE TABLE attachments (
    owner_kind TEXT COLLATE "C" NOT NULL,
    owner_id   TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    form       TEXT COLLATE "C" NOT NULL,
    sha256     TEXT COLLATE "C" NOT NULL,
    bytes      BIGINT NOT NULL,
    length     BIGINT NOT NULL,
    last_event TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, name)
);
CREATE INDEX attachments_by_content ON attachments (sha256);

-- One row per content; without a hash as long as it is still arriving.
CREATE TABLE blobs (
    blob_id    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256     TEXT COLLATE "C" UNIQUE,
    kept_at_ms BIGINT NOT NULL
);

CREATE TABLE blob_chunks (
    blob_id BIGINT NOT NULL REFERENCES blobs (blob_id) ON DELETE CASCADE,
    ordinal BIGINT NOT NULL,
    bytes   BYTEA NOT NULL,
    PRIMARY KEY (blob_id, ordinal)
);
-- Sealed and compressed bytes do not shrink again.
ALTER TABLE blob_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
