-- Referrals: clear columns for routing, queues and clocks only (docs/data-map.md gives each one's reason);
-- everything anybody wrote is sealed in entries, readable through grants.

-- A reference is drawn once, for a draft or for what is sent at once; a draft that is sent keeps id and reference. What is
-- sealed hangs on this, so that it has one place from the first word on.
CREATE TABLE reference (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT reference_code_unique UNIQUE,
    CONSTRAINT reference_pair UNIQUE (id, code)
);

-- What somebody has begun and not sent: what is written in it is sealed, section by section.
CREATE TABLE draft (
    id TEXT PRIMARY KEY,
    reference TEXT NOT NULL,
    pathway TEXT NOT NULL REFERENCES pathway (id),
    pathway_version TEXT NOT NULL REFERENCES pathway_file (version),
    sensitivity TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES account (id),
    agency TEXT NOT NULL REFERENCES agency (id),
    deputy TEXT REFERENCES account (id),
    state TEXT NOT NULL CONSTRAINT draft_state_known CHECK (state IN ('open', 'sent', 'deleted', 'expired')),
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    CONSTRAINT draft_keeps_its_reference FOREIGN KEY (id, reference) REFERENCES reference (id, code)
);
CREATE INDEX draft_by_age ON draft (state, saved_at);

-- Who goes on with a person's drafts unless a draft says otherwise.
CREATE TABLE deputy (
    account TEXT PRIMARY KEY REFERENCES account (id),
    deputy TEXT NOT NULL REFERENCES account (id),
    chosen_at BIGINT NOT NULL
);

CREATE TABLE referral (
    id TEXT PRIMARY KEY,
    reference TEXT NOT NULL CONSTRAINT referral_reference_unique UNIQUE,
    pathway TEXT NOT NULL REFERENCES pathway (id),
    pathway_version TEXT NOT NULL REFERENCES pathway_file (version),
    sensitivity TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT referral_state_known CHECK (state IN ('checking', 'stopped', 'withdrawn', 'received', 'opened', 'decided',
        'closed')),
    revision BIGINT NOT NULL,
    referrer TEXT NOT NULL REFERENCES account (id),
    referrer_team TEXT NOT NULL REFERENCES team (id),
    referrer_agency TEXT NOT NULL REFERENCES agency (id),
    receiving_team TEXT NOT NULL REFERENCES team (id),
    receiving_agency TEXT NOT NULL REFERENCES agency (id),
    urgency TEXT NOT NULL,
    submitted_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    check_until BIGINT,
    stopped_by TEXT,
    stopped_at BIGINT,
    opened_by TEXT,
    opened_at BIGINT,
    decided_by TEXT,
    decided_at BIGINT,
    closed_by TEXT,
    closed_at BIGINT,
    assigned_to TEXT REFERENCES account (id),
    assigned_at BIGINT,
    waiting_since BIGINT,
    retracted_at BIGINT,
    escalated_at BIGINT,
    CONSTRAINT referral_checking_is_complete CHECK ((state = 'checking') = (check_until IS NOT NULL)),
    CONSTRAINT referral_stopped_is_complete CHECK ((state = 'stopped') = (stopped_by IS NOT NULL AND stopped_at IS NOT NULL)),
    CONSTRAINT referral_opened_is_complete CHECK ((state = 'opened') = (opened_by IS NOT NULL AND opened_at IS NOT NULL)),
    CONSTRAINT referral_decided_is_complete CHECK ((state = 'decided') = (decided_by IS NOT NULL AND decided_at IS NOT NULL)),
    CONSTRAINT referral_closed_is_complete CHECK ((state = 'closed') = (closed_by IS NOT NULL AND closed_at IS NOT NULL)),
    CONSTRAINT referral_assigned_is_complete CHECK ((assigned_to IS NULL) = (assigned_at IS NULL)),
    CONSTRAINT referral_keeps_its_reference FOREIGN KEY (id, reference) REFERENCES reference (id, code)
);
CREATE INDEX referral_queue ON referral (receiving_team, due_at, id);
CREATE INDEX referral_queue_by_state ON referral (receiving_team, state, due_at, id);
-- One for each view of a queue; what is open is what the receiving team has and has not closed.
CREATE INDEX referral_open ON referral (receiving_team, due_at, id) WHERE state IN ('received', 'opened', 'decided');
CREATE INDEX referral_unassigned ON referral (receiving_team, due_at, id)
    WHERE state IN ('received', 'opened', 'decided') AND assigned_to IS NULL;
CREATE INDEX referral_mine ON referral (assigned_to, due_at, id) WHERE state IN ('received', 'opened', 'decided');
CREATE INDEX referral_waiting ON referral (receiving_team, due_at, id)
    WHERE state IN ('received', 'opened', 'decided') AND waiting_since IS NOT NULL;
CREATE INDEX referral_closed ON referral (receiving_team, closed_at, id) WHERE state = 'closed';
CREATE INDEX referral_urgent ON referral (urgency, due_at, id);
CREATE INDEX referral_sent ON referral (referrer, submitted_at, id);
CREATE INDEX referral_check ON referral (state, check_until);

CREATE TABLE compartment (
    id TEXT PRIMARY KEY,
    referral TEXT NOT NULL REFERENCES reference (id),
    kind TEXT NOT NULL,
    epoch BIGINT NOT NULL
);
CREATE INDEX compartment_by_referral ON compartment (referral);

CREATE TABLE entry (
    id TEXT PRIMARY KEY,
    referral TEXT NOT NULL REFERENCES reference (id),
    compartment TEXT NOT NULL REFERENCES compartment (id),
    epoch BIGINT NOT NULL,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    author TEXT NOT NULL,
    at BIGINT NOT NULL,
    suite BIGINT NOT NULL,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX entry_by_referral ON entry (referral, at, id);

-- The newest saving of each section of a draft; earlier ones stand among the entries until the draft ends.
CREATE TABLE draft_part (
    draft TEXT NOT NULL REFERENCES draft (id),
    section TEXT NOT NULL,
    entry TEXT NOT NULL REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,
    revision BIGINT NOT NULL,
    PRIMARY KEY (draft, section)
);

CREATE TABLE entry_bytes (
    entry TEXT PRIMARY KEY REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,
    bytes BYTEA NOT NULL
);

CREATE TABLE grant_made (
    id TEXT PRIMARY KEY,
    referral TEXT NOT NULL REFERENCES reference (id),
    compartment TEXT NOT NULL REFERENCES compartment (id),
    epoch BIGINT NOT NULL,
    key_id TEXT NOT NULL REFERENCES key_published (id) DEFERRABLE INITIALLY DEFERRED,
    to_kind TEXT NOT NULL CONSTRAINT grant_made_to_known CHECK (to_kind IN ('team', 'user', 'recovery')),
    to_id TEXT NOT NULL,
    to_key TEXT NOT NULL REFERENCES key_published (id),
    to_epoch BIGINT NOT NULL,
    suite BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    reason TEXT NOT NULL,
    held BIGINT NOT NULL CONSTRAINT grant_made_held_known CHECK (held IN (0, 1)),
    granted_at BIGINT NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX grant_made_by_reason ON grant_made (to_id, reason);
CREATE INDEX grant_made_by_holder ON grant_made (to_id, referral);
CREATE INDEX grant_made_by_referral ON grant_made (referral, compartment);

-- A held grant counts for nothing until it stands here.
CREATE TABLE grant_released (
    grant_id TEXT PRIMARY KEY REFERENCES grant_made (id),
    released_at BIGINT NOT NULL,
    event TEXT NOT NULL REFERENCES log_event (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE grant_bytes (
    grant_id TEXT PRIMARY KEY REFERENCES grant_made (id) DEFERRABLE INITIALLY DEFERRED,
    bytes BYTEA NOT NULL
);

-- The answer that a repeated request gets again; kept a day.
CREATE TABLE idempotency (
    account TEXT NOT NULL REFERENCES account (id),
    request_key TEXT NOT NULL,
    request_sha256 BYTEA NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT idempotency_key_once PRIMARY KEY (account, request_key)
);

-- Counts for boards, without a referral's id.
CREATE TABLE measure (
    pathway TEXT NOT NULL,
    agency TEXT NOT NULL,
    district TEXT NOT NULL,
    month TEXT NOT NULL,
    code TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (pathway, agency, district, month, code)
);
