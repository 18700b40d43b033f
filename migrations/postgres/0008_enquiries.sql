-- Which of a pathway's two forms something was written on: it is read, routed and shown by that form; and when a question was
-- answered, so that lists, queue and clock know it without anybody's key. What was asked and answered is sealed.
ALTER TABLE draft ADD COLUMN kind TEXT NOT NULL DEFAULT 'referral' CONSTRAINT draft_kind_known CHECK (kind IN ('referral', 'enquiry'));
ALTER TABLE referral ADD COLUMN kind TEXT NOT NULL DEFAULT 'referral' CONSTRAINT referral_kind_known CHECK (kind IN ('referral', 'enquiry'));
ALTER TABLE referral ADD COLUMN answered_at BIGINT;
