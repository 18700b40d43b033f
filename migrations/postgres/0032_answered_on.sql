-- A referral that was passed on to another pathway is worked on by that one; its answers are read by the one they were given on.
ALTER TABLE referral ADD COLUMN answered_on TEXT;
