-- One row for each step of a referral that has a limit. It changes as the clock runs, so it is not written once; what the limit
-- was when the referral was sent stands here, so that a job without keys can start and judge it.
CREATE TABLE clock (
    referral TEXT NOT NULL REFERENCES referral (id),
    step TEXT NOT NULL,
    unit TEXT NOT NULL CONSTRAINT clock_unit_known CHECK (unit IN ('hours', 'days', 'months', 'working-hours', 'working-days')),
    amount BIGINT NOT NULL,
    pauses TEXT NOT NULL,
    started_at BIGINT,
    due_at BIGINT,
    paused_at BIGINT,
    stopped_at BIGINT,
    PRIMARY KEY (referral, step),
    CONSTRAINT clock_started_is_complete CHECK ((started_at IS NULL) = (due_at IS NULL)),
    CONSTRAINT clock_runs_before_it_halts CHECK (started_at IS NOT NULL OR (paused_at IS NULL AND stopped_at IS NULL)),
    CONSTRAINT clock_halts_one_way CHECK (paused_at IS NULL OR stopped_at IS NULL)
);
