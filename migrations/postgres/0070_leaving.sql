-- What a team's key is wrapped to can be erased: whoever leaves the team holds nothing of it from then on.
ALTER TABLE log_erased DROP CONSTRAINT log_erased_what_known;
ALTER TABLE log_erased
    ADD CONSTRAINT log_erased_what_known CHECK (what IN ('entry', 'grant', 'kept', 'attachment', 'wrap'));
CREATE OR REPLACE FUNCTION take_erased() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.what = 'entry' THEN
        EXECUTE format('DELETE FROM %I.entry_bytes WHERE entry = $1', TG_TABLE_SCHEMA) USING NEW.id;
    ELSIF NEW.what = 'grant' THEN
        EXECUTE format('DELETE FROM %I.grant_bytes WHERE grant_id = $1', TG_TABLE_SCHEMA) USING NEW.id;
    ELSIF NEW.what = 'kept' THEN
        EXECUTE format('DELETE FROM %I.entry_kept_bytes WHERE kept = $1', TG_TABLE_SCHEMA) USING NEW.id;
    ELSIF NEW.what = 'wrap' THEN
        EXECUTE format('DELETE FROM %I.key_wrap_bytes WHERE wrap = $1', TG_TABLE_SCHEMA) USING NEW.id;
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION take_erased() FROM PUBLIC;
DROP TRIGGER key_wrap_bytes_no_rewriting ON key_wrap_bytes;
CREATE TRIGGER key_wrap_bytes_no_rewriting BEFORE UPDATE ON key_wrap_bytes FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER key_wrap_bytes_no_delete BEFORE DELETE ON key_wrap_bytes FOR EACH ROW EXECUTE FUNCTION refuse_deleting('wrap', 'wrap');
