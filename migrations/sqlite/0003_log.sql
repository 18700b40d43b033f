-- The log (facts security.md 3.4). An event is inserted with its act; the sequencer gives it its place afterwards.
CREATE TABLE log_event (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    actor TEXT,
    agency TEXT,
    team TEXT,
    role TEXT,
    relation TEXT NOT NULL,
    referral TEXT,
    request TEXT NOT NULL,
    outcome TEXT NOT NULL CONSTRAINT log_event_outcome_known CHECK (outcome IN ('allow', 'refuse')),
    basis TEXT,
    purpose TEXT,
    leaf_data BLOB NOT NULL,
    tag BLOB NOT NULL
) STRICT;
CREATE INDEX log_event_by_agency ON log_event (agency);
CREATE INDEX log_event_by_referral ON log_event (referral);

-- Salt and body stand apart, so that erasing them leaves the leaf and every proof whole.
CREATE TABLE log_body (
    event TEXT PRIMARY KEY REFERENCES log_event (id),
    salt BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE log_scope (
    event TEXT NOT NULL REFERENCES log_event (id),
    compartment TEXT NOT NULL,
    PRIMARY KEY (event, compartment)
) STRICT;
CREATE INDEX log_scope_by_compartment ON log_scope (compartment);

CREATE TABLE log_sequence (
    idx INTEGER PRIMARY KEY CONSTRAINT log_sequence_counts_from_zero CHECK (idx >= 0),
    event TEXT NOT NULL CONSTRAINT log_sequence_event_once UNIQUE REFERENCES log_event (id),
    leaf BLOB NOT NULL
) STRICT;

CREATE TABLE log_group (
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) STRICT;

CREATE TABLE log_checkpoint (
    size INTEGER PRIMARY KEY,
    root BLOB NOT NULL,
    note TEXT NOT NULL
) STRICT;

-- What was erased, by which event: a row here takes the sealed bytes it names with it (0006).
CREATE TABLE log_erased (
    id TEXT PRIMARY KEY,
    what TEXT NOT NULL CONSTRAINT log_erased_what_known CHECK (what IN ('entry', 'grant')),
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Events that await their place. A row here is work to do, not a record.
CREATE TABLE pending_event (
    event TEXT PRIMARY KEY REFERENCES log_event (id),
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_event_by_time ON pending_event (at, event);

-- One worker at a time; the token grows with each holder, and the holder's transactions check it.
CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    token INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
