-- How those who read a referral reach whoever sent it: what a person says of themselves at work, and nothing of anybody else.
ALTER TABLE account ADD COLUMN title TEXT;
ALTER TABLE account ADD COLUMN phone TEXT;
