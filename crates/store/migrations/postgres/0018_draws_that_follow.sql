-- What may follow by itself is looked for every second: found without reading all campaigns. PostgreSQL.

CREATE INDEX campaigns_that_follow ON campaigns (number) WHERE state IN ('committed', 'revealed');
CREATE INDEX void_attempts_awaited ON void_attempts (campaign_id, attempt) WHERE state = 'awaited';
