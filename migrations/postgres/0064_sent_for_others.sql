-- What a deputy sent stands in their own list: who sealed what was sent is found without walking the entries.
CREATE INDEX entry_submitted_by ON entry (author, referral) WHERE kind = 'submission';
