-- Agencies, teams, accounts and places, and how people prove who they are.
-- Versions count changes, so that a commit can tell whether what the gate saw still holds.
CREATE TABLE agency (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT agency_code_unique UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    recovery_key TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE team (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT team_code_unique UNIQUE,
    agency TEXT NOT NULL REFERENCES agency (id),
    name TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT team_state_known CHECK (state IN ('awaiting-key', 'ready')),
    epoch INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT team_ready_has_epoch CHECK ((state = 'ready') = (epoch > 0))
) STRICT;
CREATE INDEX team_by_agency ON team (agency);

CREATE TABLE account (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL CONSTRAINT account_username_unique UNIQUE,
    name TEXT NOT NULL,
    agency TEXT NOT NULL REFERENCES agency (id),
    state TEXT NOT NULL CONSTRAINT account_state_known CHECK (state IN ('invited', 'ready', 'disabled')),
    version INTEGER NOT NULL,
    key_id TEXT,
    created_at INTEGER NOT NULL,
    CONSTRAINT account_ready_has_key CHECK (state <> 'ready' OR key_id IS NOT NULL)
) STRICT;

CREATE TABLE membership (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    team TEXT NOT NULL REFERENCES team (id),
    role TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT membership_state_known CHECK (state IN ('waiting', 'active', 'ended')),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX membership_one_place_a_team ON membership (account, team) WHERE state <> 'ended';
CREATE INDEX membership_by_team ON membership (team);

CREATE TABLE credential (
    account TEXT PRIMARY KEY REFERENCES account (id),
    salt BLOB NOT NULL,
    memory_kib INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    lanes INTEGER NOT NULL,
    pepper_version INTEGER NOT NULL,
    auth_tag BLOB NOT NULL,
    wrapped_identity BLOB NOT NULL,
    key_id TEXT NOT NULL,
    suite INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE second_factor (
    account TEXT PRIMARY KEY REFERENCES account (id),
    sealed BLOB NOT NULL,
    key_version INTEGER NOT NULL,
    last_step INTEGER NOT NULL
) STRICT;

-- A session is found by the hash of what the cookie derives; the person's key is wrapped under another part of the cookie.
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    lookup BLOB NOT NULL CONSTRAINT session_lookup_unique UNIQUE,
    account TEXT NOT NULL REFERENCES account (id),
    purpose TEXT NOT NULL CONSTRAINT session_purpose_known CHECK (purpose IN ('pre-session', 'session')),
    wrapped_identity BLOB NOT NULL,
    key_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX session_by_account ON session (account);

-- Tries at signing in and bursts of misses, by the hash of account name, address, both or session; never the text somebody typed.
-- A row of kind familiar also says that the account has signed in from the address.
CREATE TABLE throttle (
    kind TEXT NOT NULL CONSTRAINT throttle_kind_known CHECK (kind IN ('account', 'address', 'familiar', 'session')),
    subject BLOB NOT NULL,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT;

-- Refusals of nobody in particular: the first of a minute is an event, the rest are counted here until the next event.
CREATE TABLE refusal (
    source TEXT NOT NULL,
    route TEXT NOT NULL,
    minute INTEGER NOT NULL,
    more INTEGER NOT NULL,
    PRIMARY KEY (source, route)
) STRICT;

-- Who checks what must be checked before it is shared, and until when each is away.
CREATE TABLE safeguarding_lead (
    agency TEXT NOT NULL REFERENCES agency (id),
    account TEXT NOT NULL REFERENCES account (id),
    away_until INTEGER,
    set_at INTEGER NOT NULL,
    CONSTRAINT safeguarding_lead_once PRIMARY KEY (agency, account)
) STRICT;
