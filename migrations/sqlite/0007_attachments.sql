-- Files of referrals. What a file is called and shows is sealed in the entry that describes it; its content lies outside the
-- database, sealed in a blob named by the row's id.
CREATE TABLE attachment (
    id TEXT PRIMARY KEY,
    referral TEXT NOT NULL REFERENCES referral (id),
    compartment TEXT NOT NULL REFERENCES compartment (id),
    epoch INTEGER NOT NULL,
    entry TEXT NOT NULL REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,
    form TEXT NOT NULL CONSTRAINT attachment_form_known CHECK (form IN ('file', 'original')),
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    suite INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT attachment_one_of_each_form UNIQUE (entry, form)
) STRICT;
CREATE INDEX attachment_by_referral ON attachment (referral, form);

-- What may change about a file stands apart.
CREATE TABLE file_state (
    entry TEXT PRIMARY KEY REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,
    scan TEXT NOT NULL CONSTRAINT file_state_scan_known CHECK (scan IN ('not-scanned', 'clean')),
    quarantined_by TEXT,
    quarantined_at INTEGER,
    CONSTRAINT file_state_quarantine_is_complete CHECK ((quarantined_by IS NULL) = (quarantined_at IS NULL))
) STRICT;

CREATE TRIGGER attachment_no_update BEFORE UPDATE ON attachment BEGIN SELECT RAISE(ABORT, 'attachment is written once'); END;
CREATE TRIGGER attachment_no_delete BEFORE DELETE ON attachment BEGIN SELECT RAISE(ABORT, 'attachment is written once'); END;
