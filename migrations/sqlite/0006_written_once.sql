-- Written once: these tables take INSERT only. SQLite has no privileges, so triggers do it here.
-- A table may join this list; none may leave it. Sealed bytes may go once `log_erased` names them, and not before.
CREATE TRIGGER log_event_no_update BEFORE UPDATE ON log_event BEGIN SELECT RAISE(ABORT, 'log_event is written once'); END;
CREATE TRIGGER log_event_no_delete BEFORE DELETE ON log_event BEGIN SELECT RAISE(ABORT, 'log_event is written once'); END;
CREATE TRIGGER log_body_no_update BEFORE UPDATE ON log_body BEGIN SELECT RAISE(ABORT, 'log_body is written once'); END;
CREATE TRIGGER log_body_no_delete BEFORE DELETE ON log_body BEGIN SELECT RAISE(ABORT, 'log_body is written once'); END;
CREATE TRIGGER log_scope_no_update BEFORE UPDATE ON log_scope BEGIN SELECT RAISE(ABORT, 'log_scope is written once'); END;
CREATE TRIGGER log_scope_no_delete BEFORE DELETE ON log_scope BEGIN SELECT RAISE(ABORT, 'log_scope is written once'); END;
CREATE TRIGGER log_sequence_no_update BEFORE UPDATE ON log_sequence BEGIN SELECT RAISE(ABORT, 'log_sequence is written once'); END;
CREATE TRIGGER log_sequence_no_delete BEFORE DELETE ON log_sequence BEGIN SELECT RAISE(ABORT, 'log_sequence is written once'); END;
CREATE TRIGGER log_group_no_update BEFORE UPDATE ON log_group BEGIN SELECT RAISE(ABORT, 'log_group is written once'); END;
CREATE TRIGGER log_group_no_delete BEFORE DELETE ON log_group BEGIN SELECT RAISE(ABORT, 'log_group is written once'); END;
CREATE TRIGGER log_checkpoint_no_update BEFORE UPDATE ON log_checkpoint BEGIN SELECT RAISE(ABORT, 'log_checkpoint is written once'); END;
CREATE TRIGGER log_checkpoint_no_delete BEFORE DELETE ON log_checkpoint BEGIN SELECT RAISE(ABORT, 'log_checkpoint is written once'); END;
CREATE TRIGGER log_erased_no_update BEFORE UPDATE ON log_erased BEGIN SELECT RAISE(ABORT, 'log_erased is written once'); END;
CREATE TRIGGER log_erased_no_delete BEFORE DELETE ON log_erased BEGIN SELECT RAISE(ABORT, 'log_erased is written once'); END;
CREATE TRIGGER key_published_no_update BEFORE UPDATE ON key_published BEGIN SELECT RAISE(ABORT, 'key_published is written once'); END;
CREATE TRIGGER key_published_no_delete BEFORE DELETE ON key_published BEGIN SELECT RAISE(ABORT, 'key_published is written once'); END;
CREATE TRIGGER key_wrap_no_update BEFORE UPDATE ON key_wrap BEGIN SELECT RAISE(ABORT, 'key_wrap is written once'); END;
CREATE TRIGGER key_wrap_no_delete BEFORE DELETE ON key_wrap BEGIN SELECT RAISE(ABORT, 'key_wrap is written once'); END;
CREATE TRIGGER key_wrap_bytes_no_update BEFORE UPDATE ON key_wrap_bytes BEGIN SELECT RAISE(ABORT, 'key_wrap_bytes is written once'); END;
CREATE TRIGGER key_wrap_bytes_no_delete BEFORE DELETE ON key_wrap_bytes BEGIN SELECT RAISE(ABORT, 'key_wrap_bytes is written once'); END;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entry is written once'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entry is written once'); END;
CREATE TRIGGER entry_bytes_no_update BEFORE UPDATE ON entry_bytes BEGIN SELECT RAISE(ABORT, 'entry_bytes is written once'); END;
CREATE TRIGGER entry_bytes_no_delete BEFORE DELETE ON entry_bytes
WHEN NOT EXISTS (SELECT 1 FROM log_erased WHERE id = OLD.entry AND what = 'entry')
BEGIN SELECT RAISE(ABORT, 'entry_bytes is written once'); END;
CREATE TRIGGER grant_made_no_update BEFORE UPDATE ON grant_made BEGIN SELECT RAISE(ABORT, 'grant_made is written once'); END;
CREATE TRIGGER grant_made_no_delete BEFORE DELETE ON grant_made BEGIN SELECT RAISE(ABORT, 'grant_made is written once'); END;
CREATE TRIGGER grant_bytes_no_update BEFORE UPDATE ON grant_bytes BEGIN SELECT RAISE(ABORT, 'grant_bytes is written once'); END;
CREATE TRIGGER grant_bytes_no_delete BEFORE DELETE ON grant_bytes
WHEN NOT EXISTS (SELECT 1 FROM log_erased WHERE id = OLD.grant_id AND what = 'grant')
BEGIN SELECT RAISE(ABORT, 'grant_bytes is written once'); END;
CREATE TRIGGER grant_released_no_update BEFORE UPDATE ON grant_released BEGIN SELECT RAISE(ABORT, 'grant_released is written once'); END;
CREATE TRIGGER grant_released_no_delete BEFORE DELETE ON grant_released BEGIN SELECT RAISE(ABORT, 'grant_released is written once'); END;

-- The one way to lose sealed bytes: an erasure is written down, and takes them with it.
CREATE TRIGGER log_erased_takes_entry AFTER INSERT ON log_erased WHEN NEW.what = 'entry'
BEGIN DELETE FROM entry_bytes WHERE entry = NEW.id; END;
CREATE TRIGGER log_erased_takes_grant AFTER INSERT ON log_erased WHEN NEW.what = 'grant'
BEGIN DELETE FROM grant_bytes WHERE grant_id = NEW.id; END;
