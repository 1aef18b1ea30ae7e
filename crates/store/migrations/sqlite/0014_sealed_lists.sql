-- Which drawn lists a session has unsealed. SQLite.

ALTER TABLE sessions ADD COLUMN unsealed TEXT NOT NULL DEFAULT '';
