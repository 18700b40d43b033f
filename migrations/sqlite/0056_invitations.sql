-- The invitation of somebody who has not joined yet, one for each. Of its code only a keyed hash is kept: whoever reads the
-- database joins as nobody. What is put into the authenticator app is drawn when the code is given, and anew each time.
CREATE TABLE invitation (
    account TEXT PRIMARY KEY REFERENCES account (id),
    code BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    factor BLOB,
    factor_key_version INTEGER,
    CONSTRAINT invitation_ends_later CHECK (expires_at > made_at),
    CONSTRAINT invitation_factor_whole CHECK ((factor IS NULL) = (factor_key_version IS NULL))
) STRICT;

-- The people of an agency are listed by name.
CREATE INDEX account_by_name ON account (agency, name, id);
