-- What was moved or destroyed and still lies in old pages of the engine. SQLite.

CREATE TABLE unswept (
    place TEXT NOT NULL,
    PRIMARY KEY (place)
) STRICT;
