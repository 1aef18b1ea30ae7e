-- The key of a form stands in the transaction of its act, with what was sent and the act's event. SQLite.
-- A form only marked as begun proves nothing of its act: such marks go.

ALTER TABLE submissions ADD COLUMN content_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN event_id TEXT NOT NULL DEFAULT '';
DELETE FROM submissions WHERE location = '';
CREATE INDEX submissions_by_age ON submissions (at_ms);
