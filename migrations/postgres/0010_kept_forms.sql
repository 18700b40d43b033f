-- What was typed into a form whose session had ended: sealed to the one person who typed it, offered to them after they sign in.
CREATE TABLE entry_kept (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    key_id TEXT NOT NULL REFERENCES key_published (id),
    form TEXT NOT NULL CONSTRAINT entry_kept_form_known CHECK (form IN ('section', 'addition')),
    reference TEXT NOT NULL,
    section TEXT NOT NULL,
    at BIGINT NOT NULL,
    suite BIGINT NOT NULL,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX entry_kept_by_account ON entry_kept (account, at);
CREATE INDEX entry_kept_by_reference ON entry_kept (reference);

CREATE TABLE entry_kept_bytes (
    kept TEXT PRIMARY KEY REFERENCES entry_kept (id) DEFERRABLE INITIALLY DEFERRED,
    bytes BYTEA NOT NULL
);

-- Two more kinds of thing can be erased: what was kept of a form, and a file.
ALTER TABLE log_erased DROP CONSTRAINT log_erased_what_known;
ALTER TABLE log_erased ADD CONSTRAINT log_erased_what_known CHECK (what IN ('entry', 'grant', 'kept', 'attachment'));
CREATE OR REPLACE FUNCTION take_erased() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.what = 'entry' THEN
        EXECUTE format('DELETE FROM %I.entry_bytes WHERE entry = $1', TG_TABLE_SCHEMA) USING NEW.id;
    ELSIF NEW.what = 'grant' THEN
        EXECUTE format('DELETE FROM %I.grant_bytes WHERE grant_id = $1', TG_TABLE_SCHEMA) USING NEW.id;
    ELSIF NEW.what = 'kept' THEN
        EXECUTE format('DELETE FROM %I.entry_kept_bytes WHERE kept = $1', TG_TABLE_SCHEMA) USING NEW.id;
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION take_erased() FROM PUBLIC;

CREATE TRIGGER entry_kept_no_rewriting BEFORE UPDATE OR DELETE ON entry_kept FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entry_kept_no_truncate BEFORE TRUNCATE ON entry_kept FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entry_kept_bytes_no_rewriting BEFORE UPDATE ON entry_kept_bytes FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entry_kept_bytes_no_delete BEFORE DELETE ON entry_kept_bytes FOR EACH ROW EXECUTE FUNCTION refuse_deleting('kept', 'kept');
CREATE TRIGGER entry_kept_bytes_no_truncate BEFORE TRUNCATE ON entry_kept_bytes FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- A file hangs on a reference, like all that is sealed, so that a draft has files too.
ALTER TABLE attachment DROP CONSTRAINT attachment_referral_fkey;
ALTER TABLE attachment ADD CONSTRAINT attachment_referral_fkey FOREIGN KEY (referral) REFERENCES reference (id);
