-- What was typed into a form whose session had ended: sealed to the one person who typed it, offered to them after they sign in.
CREATE TABLE entry_kept (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    key_id TEXT NOT NULL REFERENCES key_published (id),
    form TEXT NOT NULL CONSTRAINT entry_kept_form_known CHECK (form IN ('section', 'addition')),
    reference TEXT NOT NULL,
    section TEXT NOT NULL,
    at INTEGER NOT NULL,
    suite INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX entry_kept_by_account ON entry_kept (account, at);
CREATE INDEX entry_kept_by_reference ON entry_kept (reference);

CREATE TABLE entry_kept_bytes (
    kept TEXT PRIMARY KEY REFERENCES entry_kept (id) DEFERRABLE INITIALLY DEFERRED,
    bytes BLOB NOT NULL
) STRICT;

-- Two more kinds of thing can be erased: what was kept of a form, and a file. SQLite changes a check only with its table.
CREATE TABLE erased_before (id TEXT, what TEXT, event TEXT) STRICT;
INSERT INTO erased_before SELECT id, what, event FROM log_erased;
DROP TABLE log_erased;
CREATE TABLE log_erased (
    id TEXT PRIMARY KEY,
    what TEXT NOT NULL CONSTRAINT log_erased_what_known CHECK (what IN ('entry', 'grant', 'kept', 'attachment')),
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
INSERT INTO log_erased (id, what, event) SELECT id, what, event FROM erased_before;
DROP TABLE erased_before;
CREATE TRIGGER log_erased_no_update BEFORE UPDATE ON log_erased BEGIN SELECT RAISE(ABORT, 'log_erased is written once'); END;
CREATE TRIGGER log_erased_no_delete BEFORE DELETE ON log_erased BEGIN SELECT RAISE(ABORT, 'log_erased is written once'); END;
CREATE TRIGGER log_erased_takes_entry AFTER INSERT ON log_erased WHEN NEW.what = 'entry'
BEGIN DELETE FROM entry_bytes WHERE entry = NEW.id; END;
CREATE TRIGGER log_erased_takes_grant AFTER INSERT ON log_erased WHEN NEW.what = 'grant'
BEGIN DELETE FROM grant_bytes WHERE grant_id = NEW.id; END;
CREATE TRIGGER log_erased_takes_kept AFTER INSERT ON log_erased WHEN NEW.what = 'kept'
BEGIN DELETE FROM entry_kept_bytes WHERE kept = NEW.id; END;

CREATE TRIGGER entry_kept_no_update BEFORE UPDATE ON entry_kept BEGIN SELECT RAISE(ABORT, 'entry_kept is written once'); END;
CREATE TRIGGER entry_kept_no_delete BEFORE DELETE ON entry_kept BEGIN SELECT RAISE(ABORT, 'entry_kept is written once'); END;
CREATE TRIGGER entry_kept_bytes_no_update BEFORE UPDATE ON entry_kept_bytes BEGIN SELECT RAISE(ABORT, 'entry_kept_bytes is written once'); END;
CREATE TRIGGER entry_kept_bytes_no_delete BEFORE DELETE ON entry_kept_bytes
WHEN NOT EXISTS (SELECT 1 FROM log_erased WHERE id = OLD.kept AND what = 'kept')
BEGIN SELECT RAISE(ABORT, 'entry_kept_bytes is written once'); END;

-- A file hangs on a reference, like all that is sealed, so that a draft has files too.
CREATE TABLE attachment_before (
    id TEXT, referral TEXT, compartment TEXT, epoch INTEGER, entry TEXT, form TEXT, author TEXT, at INTEGER, suite INTEGER,
    size INTEGER, sha256 BLOB, event TEXT
) STRICT;
INSERT INTO attachment_before SELECT id, referral, compartment, epoch, entry, form, author, at, suite, size, sha256, event
FROM attachment;
DROP TABLE attachment;
CREATE TABLE attachment (
    id TEXT PRIMARY KEY,
    referral TEXT NOT NULL REFERENCES reference (id),
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
INSERT INTO attachment SELECT * FROM attachment_before;
DROP TABLE attachment_before;
CREATE INDEX attachment_by_referral ON attachment (referral, form);
CREATE TRIGGER attachment_no_update BEFORE UPDATE ON attachment BEGIN SELECT RAISE(ABORT, 'attachment is written once'); END;
CREATE TRIGGER attachment_no_delete BEFORE DELETE ON attachment BEGIN SELECT RAISE(ABORT, 'attachment is written once'); END;
