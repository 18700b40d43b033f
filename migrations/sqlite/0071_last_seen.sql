-- When somebody last signed in, so that accounts nobody uses are found; and when they were last trained in safeguarding.
ALTER TABLE account ADD COLUMN last_sign_in_at INTEGER;
ALTER TABLE account ADD COLUMN trained_on TEXT;
