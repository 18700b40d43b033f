-- An agency says whether mail to its people that is not urgent waits for working hours; whoever says so for themselves goes before
-- it. What people have chosen so far stays their own choice.
ALTER TABLE mailbox ADD COLUMN as_agency BIGINT NOT NULL DEFAULT 0 CONSTRAINT mailbox_as_agency_flag CHECK (as_agency IN (0, 1));

CREATE TABLE mail_hours (
    agency TEXT PRIMARY KEY REFERENCES agency (id),
    quiet BIGINT NOT NULL CONSTRAINT mail_hours_quiet_flag CHECK (quiet IN (0, 1)),
    set_at BIGINT NOT NULL
);
