-- Versions of registers, and number series. SQLite.

CREATE TABLE register_versions (
    register TEXT NOT NULL,
    version  INTEGER NOT NULL,
    PRIMARY KEY (register)
) STRICT;

INSERT INTO register_versions (register, version) VALUES
    ('accounts', 0), ('units', 0), ('rulebook', 0), ('calendar', 0), ('catalog', 0),
    ('subjects', 0), ('inspectors', 0), ('recusals', 0), ('inspections', 0), ('counters', 0);

CREATE TABLE counters (
    kind       TEXT NOT NULL,
    issuer     TEXT NOT NULL,
    year       INTEGER NOT NULL,
    first      INTEGER NOT NULL,
    last       INTEGER NOT NULL,
    last_event TEXT NOT NULL,
    PRIMARY KEY (kind, issuer, year),
    CHECK (first >= 1),
    CHECK (last >= first - 1)
) STRICT;
