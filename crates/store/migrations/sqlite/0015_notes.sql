-- What the next page of a session says of the act before it, once. SQLite.

ALTER TABLE sessions ADD COLUMN note TEXT NOT NULL DEFAULT '';
