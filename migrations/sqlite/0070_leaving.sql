-- What a team's key is wrapped to can be erased: whoever leaves the team holds nothing of it from then on. SQLite changes a check
-- only with its table.
CREATE TABLE erased_before (id TEXT, what TEXT, event TEXT) STRICT;
INSERT INTO erased_before SELECT id, what, event FROM log_erased;
DROP TABLE log_erased;
CREATE TABLE log_erased (
    id TEXT PRIMARY KEY,
    what TEXT NOT NULL CONSTRAINT log_erased_what_known CHECK (what IN ('entry', 'grant', 'kept', 'attachment', 'wrap')),
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
INSERT INTO log_erased (id, what, event) SELECT id, what, event FROM erased_before;
DROP TABLE erased_before;
CREATE INDEX log_erased_by_event ON log_erased (event);
CREATE TRIGGER log_erased_no_update BEFORE UPDATE ON log_erased BEGIN SELECT RAISE(ABORT, 'log_erased is written once'); END;
CREATE TRIGGER log_erased_no_delete BEFORE DELETE ON log_erased BEGIN SELECT RAISE(ABORT, 'log_erased is written once'); END;
CREATE TRIGGER log_erased_takes_entry AFTER INSERT ON log_erased WHEN NEW.what = 'entry'
BEGIN DELETE FROM entry_bytes WHERE entry = NEW.id; END;
CREATE TRIGGER log_erased_takes_grant AFTER INSERT ON log_erased WHEN NEW.what = 'grant'
BEGIN DELETE FROM grant_bytes WHERE grant_id = NEW.id; END;
CREATE TRIGGER log_erased_takes_kept AFTER INSERT ON log_erased WHEN NEW.what = 'kept'
BEGIN DELETE FROM entry_kept_bytes WHERE kept = NEW.id; END;
CREATE TRIGGER log_erased_takes_wrap AFTER INSERT ON log_erased WHEN NEW.what = 'wrap'
BEGIN DELETE FROM key_wrap_bytes WHERE wrap = NEW.id; END;
DROP TRIGGER key_wrap_bytes_no_delete;
CREATE TRIGGER key_wrap_bytes_no_delete BEFORE DELETE ON key_wrap_bytes
WHEN NOT EXISTS (SELECT 1 FROM log_erased WHERE id = OLD.wrap AND what = 'wrap')
BEGIN SELECT RAISE(ABORT, 'key_wrap_bytes is written once'); END;
