-- The register of agreements between agencies: which agreed to share what, from when to when. They name no person. Whoever shares
-- can name one; what stands here never decides whether somebody may.
CREATE TABLE agreement (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    review_on TEXT,
    added_by TEXT NOT NULL REFERENCES account (id),
    added_at INTEGER NOT NULL,
    ended_by TEXT REFERENCES account (id),
    ended_at INTEGER,
    CONSTRAINT agreement_end_is_complete CHECK ((ended_by IS NULL) = (ended_at IS NULL))
) STRICT;

CREATE TABLE agreement_covers (
    agreement TEXT NOT NULL REFERENCES agreement (id),
    what TEXT NOT NULL CONSTRAINT agreement_covers_known CHECK (what IN ('agency', 'pathway', 'purpose')),
    code TEXT NOT NULL,
    PRIMARY KEY (agreement, what, code)
) STRICT;
