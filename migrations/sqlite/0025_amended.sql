-- A referral whose sender changed what they had sent stands as changed in the queue until the receiving team opens it again.
ALTER TABLE referral ADD COLUMN amended_at INTEGER;
