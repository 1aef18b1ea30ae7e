-- Private values of persons as ciphertext, and the keys of persons. SQLite.

CREATE TABLE person_keys (
    person  TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (person)
) STRICT;

ALTER TABLE inspectors ADD COLUMN sealed_credential_no BLOB;
ALTER TABLE inspectors ADD COLUMN credential_no_mark BLOB;
CREATE INDEX inspectors_by_credential ON inspectors (credential_no_mark);
ALTER TABLE recusals ADD COLUMN sealed_note BLOB;
