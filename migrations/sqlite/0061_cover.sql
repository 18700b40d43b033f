-- What the team that covers has opened counts as opened by somebody who acts, though the team that received it has not seen it:
-- which team that was and since when, and who of it says that they act.
ALTER TABLE referral ADD COLUMN cover_team TEXT;
ALTER TABLE referral ADD COLUMN cover_opened_at INTEGER;
ALTER TABLE referral ADD COLUMN cover_by TEXT;
ALTER TABLE referral ADD COLUMN cover_since INTEGER;
