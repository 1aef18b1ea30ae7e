-- What is signed on paper, as it was entered and confirmed. SQLite.

CREATE TABLE signed_papers (
    paper_id      TEXT NOT NULL,
    kind          TEXT NOT NULL,
    judged_id     TEXT NOT NULL,
    org_unit_id   TEXT NOT NULL,
    content       TEXT NOT NULL,
    signatory_id  TEXT NOT NULL,
    number        TEXT NOT NULL,
    dated         TEXT NOT NULL,
    scan_sha256   TEXT NOT NULL,
    entered_by    TEXT NOT NULL,
    entered_at_ms INTEGER NOT NULL,
    state         TEXT NOT NULL,
    decided_by    TEXT,
    decided_at_ms INTEGER,
    noted_at_ms   INTEGER,
    last_event    TEXT NOT NULL,
    PRIMARY KEY (paper_id),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id),
    FOREIGN KEY (signatory_id) REFERENCES accounts (account_id),
    FOREIGN KEY (entered_by) REFERENCES accounts (account_id),
    FOREIGN KEY (decided_by) REFERENCES accounts (account_id),
    CHECK ((decided_by IS NULL) = (decided_at_ms IS NULL))
) STRICT;
CREATE INDEX signed_papers_by_judged ON signed_papers (kind, judged_id);
CREATE INDEX signed_papers_by_state ON signed_papers (state, entered_at_ms);
CREATE INDEX signed_papers_by_signatory ON signed_papers (signatory_id, noted_at_ms);
