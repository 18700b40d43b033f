-- What somebody is told of: an act on a referral or draft they see, or something about the hub. No content: a code and what it
-- is about. A notice to a team is read once anybody of it has looked. It changes as it is read, so it is not written once.
CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    to_kind TEXT NOT NULL CONSTRAINT notice_to_known CHECK (to_kind IN ('team', 'user')),
    to_id TEXT NOT NULL,
    referral TEXT REFERENCES reference (id),
    about TEXT REFERENCES account (id),
    code TEXT NOT NULL,
    urgent BIGINT NOT NULL CONSTRAINT notice_urgent_flag CHECK (urgent IN (0, 1)),
    at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notice_by_holder ON notice (to_id, at, id);
CREATE INDEX notice_unread ON notice (to_id, code) WHERE read_at IS NULL;
CREATE INDEX notice_by_referral ON notice (referral, code, at);
CREATE INDEX notice_by_age ON notice (at);
