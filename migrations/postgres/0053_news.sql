-- What one side said or did that the other has not looked at stands as new in its list: which kind, since when, and no word of it.
ALTER TABLE referral ADD COLUMN desk_news TEXT;
ALTER TABLE referral ADD COLUMN desk_news_at BIGINT;
ALTER TABLE referral ADD COLUMN sender_news TEXT;
ALTER TABLE referral ADD COLUMN sender_news_at BIGINT;
