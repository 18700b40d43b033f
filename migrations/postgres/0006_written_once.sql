-- Written once: these tables take INSERT only, by trigger here and by privilege in `migrate`, which grants the
-- app's role no more than INSERT and SELECT on them. A table may join this list; none may leave it.
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is written once', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER log_event_no_rewriting BEFORE UPDATE OR DELETE ON log_event FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_event_no_truncate BEFORE TRUNCATE ON log_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_body_no_rewriting BEFORE UPDATE OR DELETE ON log_body FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_body_no_truncate BEFORE TRUNCATE ON log_body FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_scope_no_rewriting BEFORE UPDATE OR DELETE ON log_scope FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_scope_no_truncate BEFORE TRUNCATE ON log_scope FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_sequence_no_rewriting BEFORE UPDATE OR DELETE ON log_sequence FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_sequence_no_truncate BEFORE TRUNCATE ON log_sequence FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_group_no_rewriting BEFORE UPDATE OR DELETE ON log_group FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_group_no_truncate BEFORE TRUNCATE ON log_group FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_checkpoint_no_rewriting BEFORE UPDATE OR DELETE ON log_checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_checkpoint_no_truncate BEFORE TRUNCATE ON log_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_published_no_rewriting BEFORE UPDATE OR DELETE ON key_published FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_published_no_truncate BEFORE TRUNCATE ON key_published FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_wrap_no_rewriting BEFORE UPDATE OR DELETE ON key_wrap FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_wrap_no_truncate BEFORE TRUNCATE ON key_wrap FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_wrap_bytes_no_rewriting BEFORE UPDATE OR DELETE ON key_wrap_bytes FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_wrap_bytes_no_truncate BEFORE TRUNCATE ON key_wrap_bytes FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entry_no_rewriting BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entry_bytes_no_rewriting BEFORE UPDATE OR DELETE ON entry_bytes FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entry_bytes_no_truncate BEFORE TRUNCATE ON entry_bytes FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_made_no_rewriting BEFORE UPDATE OR DELETE ON grant_made FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_made_no_truncate BEFORE TRUNCATE ON grant_made FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_bytes_no_rewriting BEFORE UPDATE OR DELETE ON grant_bytes FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_bytes_no_truncate BEFORE TRUNCATE ON grant_bytes FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
