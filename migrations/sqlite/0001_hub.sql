-- The hub itself: its life, the log's origin, and every policy and pathway file that was ever in force.
-- Files are kept by hash for ever, because events and referrals name them by hash.
CREATE TABLE hub (
    id INTEGER PRIMARY KEY CONSTRAINT hub_is_one CHECK (id = 1),
    state TEXT NOT NULL CONSTRAINT hub_state_known CHECK (state IN ('setting-up', 'open')),
    origin TEXT NOT NULL,
    demonstration INTEGER NOT NULL CONSTRAINT hub_demonstration_flag CHECK (demonstration IN (0, 1)),
    policy TEXT
) STRICT;

CREATE TABLE policy_file (
    digest TEXT PRIMARY KEY,
    model TEXT NOT NULL,
    policy TEXT NOT NULL,
    cases TEXT NOT NULL,
    stored_at INTEGER NOT NULL
) STRICT;

CREATE TABLE pathway_file (
    version TEXT PRIMARY KEY,
    pathway TEXT NOT NULL,
    content TEXT NOT NULL,
    stored_at INTEGER NOT NULL
) STRICT;

CREATE TABLE pathway (
    id TEXT PRIMARY KEY,
    version TEXT NOT NULL REFERENCES pathway_file (version)
) STRICT;
