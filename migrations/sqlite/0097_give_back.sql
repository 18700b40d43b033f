-- What was given to somebody by name and their present key does not open, since their password was reset or they were suspended: asked
-- of those who hold it, a row for each compartment, made when a lead admits their key.
CREATE TABLE give_back (
    account TEXT NOT NULL REFERENCES account (id),
    compartment TEXT NOT NULL REFERENCES compartment (id),
    referral TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    given_at INTEGER,
    given_by TEXT REFERENCES account (id),
    PRIMARY KEY (account, compartment),
    CONSTRAINT give_back_by_somebody CHECK ((given_at IS NULL) = (given_by IS NULL))
) STRICT;
CREATE INDEX give_back_open ON give_back (given_at, asked_at);
