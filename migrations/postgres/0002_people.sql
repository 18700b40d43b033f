-- Agencies, teams, accounts and places, and how people prove who they are.
-- Versions count changes, so that a commit can tell whether what the gate saw still holds.
CREATE TABLE agency (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT agency_code_unique UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    recovery_key TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE team (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT team_code_unique UNIQUE,
    agency TEXT NOT NULL REFERENCES agency (id),
    name TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT team_state_known CHECK (state IN ('awaiting-key', 'ready')),
    epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT team_ready_has_epoch CHECK ((state = 'ready') = (epoch > 0))
);
CREATE INDEX team_by_agency ON team (agency);

CREATE TABLE account (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL CONSTRAINT account_username_unique UNIQUE,
    name TEXT NOT NULL,
    agency TEXT NOT NULL REFERENCES agency (id),
    state TEXT NOT NULL CONSTRAINT account_state_known CHECK (state IN ('invited', 'ready', 'disabled')),
    version BIGINT NOT NULL,
    key_id TEXT,
    created_at BIGINT NOT NULL,
    CONSTRAINT account_ready_has_key CHECK (state <> 'ready' OR key_id IS NOT NULL)
);

CREATE TABLE membership (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    team TEXT NOT NULL REFERENCES team (id),
    role TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT membership_state_known CHECK (state IN ('waiting', 'active', 'ended')),
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX membership_one_place_a_team ON membership (account, team) WHERE state <> 'ended';
CREATE INDEX membership_by_team ON membership (team);

CREATE TABLE credential (
    account TEXT PRIMARY KEY REFERENCES account (id),
    salt BYTEA NOT NULL,
    memory_kib BIGINT NOT NULL,
    passes BIGINT NOT NULL,
    lanes BIGINT NOT NULL,
    pepper_version BIGINT NOT NULL,
    auth_tag BYTEA NOT NULL,
    wrapped_identity BYTEA NOT NULL,
    key_id TEXT NOT NULL,
    suite BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE second_factor (
    account TEXT PRIMARY KEY REFERENCES account (id),
    sealed BYTEA NOT NULL,
    key_version BIGINT NOT NULL,
    last_step BIGINT NOT NULL
);

-- A session is found by the hash of what the cookie derives; the person's key is wrapped under another part of the cookie.
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    lookup BYTEA NOT NULL CONSTRAINT session_lookup_unique UNIQUE,
    account TEXT NOT NULL REFERENCES account (id),
    purpose TEXT NOT NULL CONSTRAINT session_purpose_known CHECK (purpose IN ('pre-session', 'session')),
    wrapped_identity BYTEA NOT NULL,
    key_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX session_by_account ON session (account);

-- Tries at signing in and bursts of misses, by the hash of account name, address, both or session; never the text somebody typed.
-- A row of kind familiar also says that the account has signed in from the address.
CREATE TABLE throttle (
    kind TEXT NOT NULL CONSTRAINT throttle_kind_known CHECK (kind IN ('account', 'address', 'familiar', 'session')),
    subject BYTEA NOT NULL,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);

-- Refusals of nobody in particular: the first of a minute is an event, the rest are counted here until the next event.
CREATE TABLE refusal (
    source TEXT NOT NULL,
    route TEXT NOT NULL,
    minute BIGINT NOT NULL,
    more BIGINT NOT NULL,
    PRIMARY KEY (source, route)
);

-- Who checks what must be checked before it is shared, and until when each is away.
CREATE TABLE safeguarding_lead (
    agency TEXT NOT NULL REFERENCES agency (id),
    account TEXT NOT NULL REFERENCES account (id),
    away_until BIGINT,
    set_at BIGINT NOT NULL,
    CONSTRAINT safeguarding_lead_once PRIMARY KEY (agency, account)
);
