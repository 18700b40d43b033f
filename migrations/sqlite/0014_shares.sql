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
    at INTEGER NOT NULL,
    basis TEXT NOT NULL,
    purpose TEXT NOT NULL,
    agreement TEXT,
    fit TEXT NOT NULL CONSTRAINT grant_share_fit_known CHECK (fit IN ('none', 'in-force', 'lapsed', 'other')),
    urgent INTEGER NOT NULL CONSTRAINT grant_share_urgent_known CHECK (urgent IN (0, 1)),
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX grant_share_by_recipient ON grant_share (to_id, at, id);
CREATE INDEX grant_share_by_referral ON grant_share (referral, at, id);
CREATE INDEX grant_share_by_event ON grant_share (event);

CREATE TABLE grant_share_end (
    share TEXT PRIMARY KEY REFERENCES grant_share (id),
    by_user TEXT NOT NULL REFERENCES account (id),
    at INTEGER NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX grant_share_end_by_event ON grant_share_end (event);

CREATE TRIGGER grant_share_no_update BEFORE UPDATE ON grant_share BEGIN SELECT RAISE(ABORT, 'grant_share is written once'); END;
CREATE TRIGGER grant_share_no_delete BEFORE DELETE ON grant_share BEGIN SELECT RAISE(ABORT, 'grant_share is written once'); END;
CREATE TRIGGER grant_share_end_no_update BEFORE UPDATE ON grant_share_end BEGIN SELECT RAISE(ABORT, 'grant_share_end is written once'); END;
CREATE TRIGGER grant_share_end_no_delete BEFORE DELETE ON grant_share_end BEGIN SELECT RAISE(ABORT, 'grant_share_end is written once'); END;
