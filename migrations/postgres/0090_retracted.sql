-- A queue can be narrowed to what its sender asked to withdraw, and so can a view of it that somebody keeps.
ALTER TABLE saved_view ADD COLUMN retracted BIGINT NOT NULL DEFAULT 0;
