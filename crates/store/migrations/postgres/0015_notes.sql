-- What the next page of a session says of the act before it, once. PostgreSQL.

ALTER TABLE sessions ADD COLUMN note TEXT COLLATE "C" NOT NULL DEFAULT '';
