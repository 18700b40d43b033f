-- What an opening, a list, a page of the log and the hourly tidying ask for, found without walking a table that only grows.
CREATE INDEX entry_by_compartment ON entry (compartment, at, id);
CREATE INDEX grant_made_by_compartment ON grant_made (compartment);
CREATE INDEX entry_kept_by_age ON entry_kept (at, id);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- A row that waits for the row it refers to is looked for when that is written: SQLite walks the whole table without these, for
-- every event and every key.
CREATE INDEX attachment_by_event ON attachment (event);
CREATE INDEX draft_part_by_entry ON draft_part (entry);
CREATE INDEX entry_by_event ON entry (event);
CREATE INDEX entry_kept_by_event ON entry_kept (event);
CREATE INDEX grant_made_by_event ON grant_made (event);
CREATE INDEX grant_made_by_key ON grant_made (key_id);
CREATE INDEX grant_released_by_event ON grant_released (event);
CREATE INDEX key_published_by_event ON key_published (event);
CREATE INDEX key_wrap_by_event ON key_wrap (event);
CREATE INDEX key_wrap_by_key ON key_wrap (key_id);
CREATE INDEX log_erased_by_event ON log_erased (event);

-- Refusals of nobody in particular are counted in memory: no stranger's request is a write of its own.
DROP TABLE refusal;
