-- When somebody is away from work: from the beginning of a day until that of the day they are back, or until they say so. Why is
-- not asked.
CREATE TABLE absence (
    account TEXT PRIMARY KEY REFERENCES account (id),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER,
    CONSTRAINT absence_ends_later CHECK (ends_at IS NULL OR ends_at > starts_at)
) STRICT;
