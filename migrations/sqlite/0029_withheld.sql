-- Agencies that must never get the key of a compartment, and so nothing of what is kept in it. Written once, and events vouch for
-- its rows: whom something is kept from is not to be changed by somebody with SQL unseen.
CREATE TABLE grant_barred (
    id TEXT PRIMARY KEY,
    referral TEXT NOT NULL REFERENCES reference (id),
    compartment TEXT NOT NULL REFERENCES compartment (id),
    agency TEXT NOT NULL REFERENCES agency (id),
    at INTEGER NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT grant_barred_once UNIQUE (compartment, agency)
) STRICT;
CREATE INDEX grant_barred_by_referral ON grant_barred (referral);
CREATE INDEX grant_barred_by_event ON grant_barred (event);

CREATE TRIGGER grant_barred_no_update BEFORE UPDATE ON grant_barred BEGIN SELECT RAISE(ABORT, 'grant_barred is written once'); END;
CREATE TRIGGER grant_barred_no_delete BEFORE DELETE ON grant_barred BEGIN SELECT RAISE(ABORT, 'grant_barred is written once'); END;
