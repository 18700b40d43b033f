-- Published keys, wraps and grants held against the events that vouch for them, and those events against the rows: a row a run, nightly
-- or when somebody asks, with what did not agree. What it names are rows of the hub, and nothing of anybody.
CREATE TABLE reconciliation (
    id TEXT PRIMARY KEY,
    asked_by TEXT REFERENCES account (id),
    asked_at BIGINT NOT NULL,
    ended_at BIGINT,
    checked BIGINT NOT NULL,
    found BIGINT NOT NULL
);
CREATE INDEX reconciliation_open ON reconciliation (ended_at, asked_at);

CREATE TABLE reconciliation_finding (
    reconciliation TEXT NOT NULL REFERENCES reconciliation (id),
    number BIGINT NOT NULL,
    what TEXT NOT NULL,
    place TEXT NOT NULL,
    row_id TEXT NOT NULL,
    PRIMARY KEY (reconciliation, number)
);
