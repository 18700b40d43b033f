-- Published recipients and the identities wrapped to them. A recipient is used only after its event has been checked.
CREATE TABLE key_published (
    id TEXT PRIMARY KEY,
    owner_kind TEXT NOT NULL CONSTRAINT key_published_owner_known CHECK (owner_kind IN ('user', 'team', 'recovery', 'compartment')),
    owner TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    suite BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT key_published_one_an_epoch UNIQUE (owner_kind, owner, epoch)
);

CREATE TABLE key_wrap (
    id TEXT PRIMARY KEY,
    key_id TEXT NOT NULL REFERENCES key_published (id) DEFERRABLE INITIALLY DEFERRED,
    team TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    to_kind TEXT NOT NULL CONSTRAINT key_wrap_to_known CHECK (to_kind IN ('user', 'recovery')),
    to_id TEXT NOT NULL,
    to_key TEXT NOT NULL,
    suite BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    wrapped_at BIGINT NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX key_wrap_by_holder ON key_wrap (to_id, team, epoch);

CREATE TABLE key_wrap_bytes (
    wrap TEXT PRIMARY KEY REFERENCES key_wrap (id) DEFERRABLE INITIALLY DEFERRED,
    bytes BYTEA NOT NULL
);
