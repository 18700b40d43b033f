-- Answers that people of an agency are refused since they were marked after sending, and marks that were taken away: of one
-- referral, question and agency the row of the highest revision counts. Written once, and events vouch for its rows: a refusal is
-- not to be lifted by somebody with SQL.
CREATE TABLE grant_refused (
    id TEXT PRIMARY KEY,
    referral TEXT NOT NULL REFERENCES reference (id),
    question TEXT NOT NULL,
    agency TEXT NOT NULL REFERENCES agency (id),
    refused INTEGER NOT NULL,
    by_sender INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT grant_refused_once UNIQUE (referral, question, agency, revision)
) STRICT;
CREATE INDEX grant_refused_by_event ON grant_refused (event);

CREATE TRIGGER grant_refused_no_update BEFORE UPDATE ON grant_refused BEGIN SELECT RAISE(ABORT, 'grant_refused is written once'); END;
CREATE TRIGGER grant_refused_no_delete BEFORE DELETE ON grant_refused BEGIN SELECT RAISE(ABORT, 'grant_refused is written once'); END;
