-- Written once: these tables take INSERT only, by trigger here and by privilege in `migrate`, which grants the
-- app's role no more than INSERT and SELECT on them. A table may join this list; none may leave it.
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is written once', TG_TABLE_NAME;
END
$$;

-- Sealed bytes may go once `log_erased` names them, and not before. Arguments: what they are, and the column of their id.
CREATE FUNCTION refuse_deleting() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    named BOOLEAN;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.log_erased WHERE id = $1 AND what = $2)', TG_TABLE_SCHEMA)
        INTO named USING to_jsonb(OLD) ->> TG_ARGV[1], TG_ARGV[0];
    IF named THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is written once', TG_TABLE_NAME;
END
$$;

-- The one way to lose sealed bytes: an erasure is written down, and takes them with it. It runs as the tables' owner, so
-- that the app's role needs no right to delete; names are taken from the trigger's own schema, never from the session's path.
CREATE FUNCTION take_erased() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.what = 'entry' THEN
        EXECUTE format('DELETE FROM %I.entry_bytes WHERE entry = $1', TG_TABLE_SCHEMA) USING NEW.id;
    ELSIF NEW.what = 'grant' THEN
        EXECUTE format('DELETE FROM %I.grant_bytes WHERE grant_id = $1', TG_TABLE_SCHEMA) USING NEW.id;
    END IF;
    RETURN NULL;
END
$$;
-- Nobody may hang it on a table of their own.
REVOKE ALL ON FUNCTION take_erased() FROM PUBLIC;

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
CREATE TRIGGER log_erased_no_rewriting BEFORE UPDATE OR DELETE ON log_erased FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_erased_no_truncate BEFORE TRUNCATE ON log_erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_published_no_rewriting BEFORE UPDATE OR DELETE ON key_published FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_published_no_truncate BEFORE TRUNCATE ON key_published FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_wrap_no_rewriting BEFORE UPDATE OR DELETE ON key_wrap FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_wrap_no_truncate BEFORE TRUNCATE ON key_wrap FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_wrap_bytes_no_rewriting BEFORE UPDATE OR DELETE ON key_wrap_bytes FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_wrap_bytes_no_truncate BEFORE TRUNCATE ON key_wrap_bytes FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entry_no_rewriting BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entry_bytes_no_rewriting BEFORE UPDATE ON entry_bytes FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entry_bytes_no_delete BEFORE DELETE ON entry_bytes FOR EACH ROW EXECUTE FUNCTION refuse_deleting('entry', 'entry');
CREATE TRIGGER entry_bytes_no_truncate BEFORE TRUNCATE ON entry_bytes FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_made_no_rewriting BEFORE UPDATE OR DELETE ON grant_made FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_made_no_truncate BEFORE TRUNCATE ON grant_made FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_bytes_no_rewriting BEFORE UPDATE ON grant_bytes FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_bytes_no_delete BEFORE DELETE ON grant_bytes FOR EACH ROW EXECUTE FUNCTION refuse_deleting('grant', 'grant_id');
CREATE TRIGGER grant_bytes_no_truncate BEFORE TRUNCATE ON grant_bytes FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_released_no_rewriting BEFORE UPDATE OR DELETE ON grant_released FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grant_released_no_truncate BEFORE TRUNCATE ON grant_released FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_erased_takes AFTER INSERT ON log_erased FOR EACH ROW EXECUTE FUNCTION take_erased();
