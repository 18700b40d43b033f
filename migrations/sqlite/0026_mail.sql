-- Mail that somebody has notices: it says nothing of them. The address is sealed under a server key file. A notice waits in the
-- outbox, written in its own transaction, until a job has put it into a mail; several wait for one person's next mail together.
CREATE TABLE mailbox (
    account TEXT PRIMARY KEY REFERENCES account (id),
    sealed BLOB NOT NULL,
    key_version INTEGER NOT NULL,
    quiet INTEGER NOT NULL CONSTRAINT mailbox_quiet_flag CHECK (quiet IN (0, 1)),
    set_at INTEGER NOT NULL,
    bounces INTEGER NOT NULL,
    failed_at INTEGER,
    stopped_at INTEGER
) STRICT;

CREATE TABLE outbox (
    notice TEXT PRIMARY KEY REFERENCES notice (id) ON DELETE CASCADE,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_age ON outbox (at, notice);

CREATE TABLE mail (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    urgent INTEGER NOT NULL CONSTRAINT mail_urgent_flag CHECK (urgent IN (0, 1)),
    state TEXT NOT NULL CONSTRAINT mail_state_known CHECK (state IN ('waiting', 'sent', 'refused', 'given-up')),
    tries INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;
CREATE INDEX mail_due ON mail (due_at, id) WHERE state = 'waiting';
CREATE INDEX mail_to_come ON mail (account) WHERE state = 'waiting';
CREATE INDEX mail_by_age ON mail (made_at);
