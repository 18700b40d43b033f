-- Stopping a file stops every copy of it: a copy made for a share knows which file it is of, and how that file stands is how
-- all of them stand. Who stopped it, from which team, as what they read it, and why; and who let it out again. Copies made
-- before this stand alone.
ALTER TABLE file_state ADD COLUMN origin TEXT REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE file_state ADD COLUMN quarantined_team TEXT;
ALTER TABLE file_state ADD COLUMN quarantined_in TEXT;
ALTER TABLE file_state ADD COLUMN quarantine_reason TEXT;
ALTER TABLE file_state ADD COLUMN lifted_by TEXT;
ALTER TABLE file_state ADD COLUMN lifted_at BIGINT;
ALTER TABLE file_state ADD COLUMN lift_reason TEXT
    CONSTRAINT file_state_lift_is_complete CHECK ((lifted_by IS NULL) = (lifted_at IS NULL) AND (lifted_by IS NULL) = (lift_reason IS NULL));
CREATE INDEX file_state_by_origin ON file_state (origin) WHERE origin IS NOT NULL;
