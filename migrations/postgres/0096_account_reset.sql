-- Somebody forgot their password or lost their second factor, and an administrator of their agency let them set new ones. The key
-- that they make then waits: nothing is granted to it until a lead who did not make the reset has compared it. One row a person,
-- for their last reset.
CREATE TABLE account_reset (
    account TEXT PRIMARY KEY REFERENCES account (id),
    made_by TEXT NOT NULL REFERENCES account (id),
    made_at BIGINT NOT NULL,
    key_made_at BIGINT,
    admitted_at BIGINT,
    CONSTRAINT account_reset_in_order CHECK (admitted_at IS NULL OR key_made_at IS NOT NULL)
);
