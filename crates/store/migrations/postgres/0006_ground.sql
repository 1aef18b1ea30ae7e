-- Versions of registers, and number series. PostgreSQL.

CREATE TABLE register_versions (
    register TEXT COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    PRIMARY KEY (register)
);

INSERT INTO register_versions (register, version) VALUES
    ('accounts', 0), ('units', 0), ('rulebook', 0), ('calendar', 0), ('catalog', 0),
    ('subjects', 0), ('inspectors', 0), ('recusals', 0), ('inspections', 0), ('counters', 0);

CREATE TABLE counters (
    kind       TEXT COLLATE "C" NOT NULL,
    issuer     TEXT COLLATE "C" NOT NULL,
    year       BIGINT NOT NULL,
    first      BIGINT NOT NULL,
    last       BIGINT NOT NULL,
    last_event TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, issuer, year),
    CHECK (first >= 1),
    CHECK (last >= first - 1)
);
