-- What is signed on paper, as it was entered and confirmed. PostgreSQL.

CREATE TABLE signed_papers (
    paper_id      TEXT COLLATE "C" NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    judged_id     TEXT COLLATE "C" NOT NULL,
    org_unit_id   TEXT COLLATE "C" NOT NULL,
    content       TEXT COLLATE "C" NOT NULL,
    signatory_id  TEXT COLLATE "C" NOT NULL,
    number        TEXT COLLATE "C" NOT NULL,
    dated         TEXT COLLATE "C" NOT NULL,
    scan_sha256   TEXT COLLATE "C" NOT NULL,
    entered_by    TEXT COLLATE "C" NOT NULL,
    entered_at_ms BIGINT NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,
    decided_by    TEXT COLLATE "C",
    decided_at_ms BIGINT,
    noted_at_ms   BIGINT,
    last_event    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (paper_id),
    FOREIGN KEY (org_unit_id) REFERENCES org_units (org_unit_id),
    FOREIGN KEY (signatory_id) REFERENCES accounts (account_id),
    FOREIGN KEY (entered_by) REFERENCES accounts (account_id),
    FOREIGN KEY (decided_by) REFERENCES accounts (account_id),
    CHECK ((decided_by IS NULL) = (decided_at_ms IS NULL))
);
CREATE INDEX signed_papers_by_judged ON signed_papers (kind, judged_id);
CREATE INDEX signed_papers_by_state ON signed_papers (state, entered_at_ms);
CREATE INDEX signed_papers_by_signatory ON signed_papers (signatory_id, noted_at_ms);
