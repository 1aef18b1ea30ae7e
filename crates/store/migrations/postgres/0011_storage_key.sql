-- What was moved or destroyed and still lies in old pages of the engine. PostgreSQL.

CREATE TABLE unswept (
    place TEXT NOT NULL,
    PRIMARY KEY (place)
);
