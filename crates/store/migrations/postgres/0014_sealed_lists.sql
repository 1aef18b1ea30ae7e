-- Which drawn lists a session has unsealed. PostgreSQL.

ALTER TABLE sessions ADD COLUMN unsealed TEXT COLLATE "C" NOT NULL DEFAULT '';
