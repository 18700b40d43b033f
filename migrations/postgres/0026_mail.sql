-- Mail that somebody has notices: it says nothing of them. The address is sealed under a server key file. A notice waits in the
-- outbox, written in its own transaction, until a job has put it into a mail; several wait for one person's next mail together.
CREATE TABLE mailbox (
    account TEXT PRIMARY KEY REFERENCES account (id),
    sealed BYTEA NOT NULL,
    key_version BIGINT NOT NULL,
    quiet BIGINT NOT NULL CONSTRAINT mailbox_quiet_flag CHECK (quiet IN (0, 1)),
    set_at BIGINT NOT NULL,
    bounces BIGINT NOT NULL,
    failed_at BIGINT,
    stopped_at BIGINT
);

CREATE TABLE outbox (
    notice TEXT PRIMARY KEY REFERENCES notice (id) ON DELETE CASCADE,
    at BIGINT NOT NULL
);
CREATE INDEX outbox_by_age ON outbox (at, notice);

CREATE TABLE mail (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    urgent BIGINT NOT NULL CONSTRAINT mail_urgent_flag CHECK (urgent IN (0, 1)),
    state TEXT NOT NULL CONSTRAINT mail_state_known CHECK (state IN ('waiting', 'sent', 'refused', 'given-up')),
    tries BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    settled_at BIGINT
);
CREATE INDEX mail_due ON mail (due_at, id) WHERE state = 'waiting';
CREATE INDEX mail_to_come ON mail (account) WHERE state = 'waiting';
CREATE INDEX mail_by_age ON mail (made_at);
