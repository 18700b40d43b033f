-- Agencies that must never get the key of a compartment, and so nothing of what is kept in it. Written once, and events vouch for
-- its rows: whom something is kept from is not to be changed by somebody with SQL unseen.
CREATE TABLE grant_barred (
    id TEXT PRIMARY KEY,
    referral TEXT NOT NULL REFERENCES reference (id),
    compartment TEXT NOT NULL REFERENCES compartment (id),
    agency TEXT NOT NULL REFERENCES agency (id),
    at BIGINT NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT grant_barred_once UNIQUE (compartment, agency)
);
CREATE INDEX grant_barred_by_referral ON grant_barred (referral);
CREATE INDEX grant_barred_by_event ON grant_barred (event);

CREATE TRIGGER grant_barred_no_rewriting BEFORE UPDATE OR DELETE ON grant_barred FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_barred_no_truncate BEFORE TRUNCATE ON grant_barred FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
