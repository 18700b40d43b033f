-- A step of a referral that is taken up again has its whole time anew; that it ended late before stays on record.
ALTER TABLE clock ADD COLUMN missed_due_at BIGINT;
ALTER TABLE clock ADD COLUMN missed_at BIGINT;
