-- Of the cookie between code and password only a keyed hash is kept, and since when it is good: a new one ends the one before,
-- and with it what that one could be shown. Whoever is between the two now gives the code again.
UPDATE invitation SET factor = NULL, factor_key_version = NULL;
ALTER TABLE invitation ADD COLUMN ticket BYTEA
    CONSTRAINT invitation_ticket_whole CHECK ((ticket IS NULL) = (factor IS NULL));
ALTER TABLE invitation ADD COLUMN taken_up_at BIGINT
    CONSTRAINT invitation_take_up_whole CHECK ((taken_up_at IS NULL) = (ticket IS NULL));
