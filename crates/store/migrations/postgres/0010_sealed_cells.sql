-- Private values of persons as ciphertext, and the keys of persons. PostgreSQL.

CREATE TABLE person_keys (
    person  TEXT COLLATE "C" NOT NULL,
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (person)
);

ALTER TABLE inspectors ADD COLUMN sealed_credential_no BYTEA;
ALTER TABLE inspectors ADD COLUMN credential_no_mark BYTEA;
CREATE INDEX inspectors_by_credential ON inspectors (credential_no_mark);
ALTER TABLE recusals ADD COLUMN sealed_note BYTEA;
