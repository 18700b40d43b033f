-- A team whose last member with its key has left: what is sealed to it opens by recovery alone, and nothing more is routed to it
-- until a lead makes the next key.
ALTER TABLE team ADD COLUMN keyless BIGINT NOT NULL DEFAULT 0;

-- The work that a removal, a disabled account or a team's new key leaves: every open compartment that the team or person could
-- read gets its next key. One row for each, with how far it has come; a job without keys does it, and begins again where it stood.
CREATE TABLE renewal (
    id TEXT PRIMARY KEY,
    agency TEXT NOT NULL REFERENCES agency (id),
    subject TEXT NOT NULL,
    of_team BIGINT NOT NULL,
    state TEXT NOT NULL CONSTRAINT renewal_state_known CHECK (state IN ('running', 'paused', 'done')),
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    reached TEXT NOT NULL,
    renewed BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT renewal_ends_once CHECK ((state = 'done') = (ended_at IS NOT NULL))
);
CREATE INDEX renewal_by_agency ON renewal (agency, begun_at, id);
CREATE INDEX renewal_running ON renewal (state, begun_at, id);

-- The job walks what somebody was granted, in the order of the grants' ids.
CREATE INDEX grant_made_of_holder ON grant_made (to_id, id);
