-- What is shared of a referral beyond those who hold it. Who shared what with whom, and that it was ended, are facts that stay:
-- both tables are written once, and events vouch for their rows. What was shared, and why, is sealed.
CREATE TABLE grant_share (
    id TEXT PRIMARY KEY,
    referral TEXT NOT NULL REFERENCES referral (id),
    compartment TEXT NOT NULL REFERENCES compartment (id),
    what TEXT NOT NULL CONSTRAINT grant_share_what_known CHECK (what IN ('items', 'casework')),
    to_kind TEXT NOT NULL CONSTRAINT grant_share_to_known CHECK (to_kind IN ('team', 'user')),
    to_id TEXT NOT NULL,
    to_team TEXT NOT NULL REFERENCES team (id),
    by_user TEXT NOT NULL REFERENCES account (id),
    by_team TEXT NOT NULL REFERENCES team (id),
    at BIGINT NOT NULL,
    basis TEXT NOT NULL,
    purpose TEXT NOT NULL,
    agreement TEXT,
    fit TEXT NOT NULL CONSTRAINT grant_share_fit_known CHECK (fit IN ('none', 'in-force', 'lapsed', 'other')),
    urgent BIGINT NOT NULL CONSTRAINT grant_share_urgent_known CHECK (urgent IN (0, 1)),
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX grant_share_by_recipient ON grant_share (to_id, at, id);
CREATE INDEX grant_share_by_referral ON grant_share (referral, at, id);
CREATE INDEX grant_share_by_event ON grant_share (event);

CREATE TABLE grant_share_end (
    share TEXT PRIMARY KEY REFERENCES grant_share (id),
    by_user TEXT NOT NULL REFERENCES account (id),
    at BIGINT NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX grant_share_end_by_event ON grant_share_end (event);

CREATE TRIGGER grant_share_no_rewriting BEFORE UPDATE OR DELETE ON grant_share FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_share_no_truncate BEFORE TRUNCATE ON grant_share FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_share_end_no_rewriting BEFORE UPDATE OR DELETE ON grant_share_end FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_share_end_no_truncate BEFORE TRUNCATE ON grant_share_end FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
