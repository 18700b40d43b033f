-- Places in queues that somebody keeps under names of their own: which team's, which view, what narrows it; no word of a referral.
CREATE TABLE saved_view (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    team TEXT NOT NULL REFERENCES team (id),
    queue_view TEXT NOT NULL,
    pathway TEXT,
    urgency TEXT,
    agency TEXT REFERENCES agency (id),
    state TEXT,
    overdue INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    CONSTRAINT saved_view_named_once UNIQUE (account, name)
) STRICT;
CREATE INDEX saved_view_by_team ON saved_view (team);
CREATE INDEX saved_view_by_agency ON saved_view (agency);
