-- Which agency's officers may see an event, and what they filter by, in the order of the log: without it, whoever may see
-- little has the whole log walked for a page. The sequencer writes it with an event's place; for what stands in a compartment
-- already, with the place of the event that gives an agency a key to it. Who may see an event is decided anew when it is read.
-- The key begins with the place, so that rows are written at the end; each filter of the readers has an index.
CREATE TABLE log_view (
    agency TEXT NOT NULL,
    idx BIGINT NOT NULL,
    actor TEXT,
    by_agency TEXT,
    team TEXT,
    action TEXT NOT NULL,
    referral TEXT,
    outcome TEXT NOT NULL,
    PRIMARY KEY (idx, agency)
);
CREATE INDEX log_view_by_place ON log_view (agency, idx);
CREATE INDEX log_view_by_actor ON log_view (agency, actor, idx) WHERE actor IS NOT NULL;
CREATE INDEX log_view_by_agency ON log_view (agency, by_agency, idx) WHERE by_agency IS NOT NULL;
CREATE INDEX log_view_by_team ON log_view (agency, team, idx) WHERE team IS NOT NULL;
-- Of two indexes with the same beginning SQLite takes the one with a condition, were it one that always holds.
CREATE INDEX log_view_by_action ON log_view (agency, action, idx) WHERE action IS NOT NULL;
CREATE INDEX log_view_by_referral ON log_view (agency, referral, idx) WHERE referral IS NOT NULL;
CREATE INDEX log_view_refused ON log_view (agency, idx) WHERE outcome = 'refuse';
CREATE TRIGGER log_view_no_rewriting BEFORE UPDATE OR DELETE ON log_view FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER log_view_no_truncate BEFORE TRUNCATE ON log_view FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- The places that the events of an hour have: days are found in the log without a walk. `at` may precede the place of an
-- event, so the hours overlap.
CREATE TABLE event_hour (
    hour BIGINT PRIMARY KEY,
    first_idx BIGINT NOT NULL,
    last_idx BIGINT NOT NULL
);

INSERT INTO log_view (agency, idx, actor, by_agency, team, action, referral, outcome)
SELECT e.agency, s.idx, e.actor, e.agency, e.team, e.action, e.referral, e.outcome
FROM log_sequence s JOIN log_event e ON e.id = s.event WHERE e.agency IS NOT NULL
UNION
SELECT COALESCE(t.agency, a.agency), s.idx, e.actor, e.agency, e.team, e.action, e.referral, e.outcome
FROM grant_made g LEFT JOIN grant_released x ON x.grant_id = g.id
JOIN log_sequence f ON f.event = COALESCE(x.event, g.event)
LEFT JOIN team t ON g.to_kind = 'team' AND t.id = g.to_id LEFT JOIN account a ON g.to_kind = 'user' AND a.id = g.to_id
JOIN log_scope o ON o.compartment = g.compartment JOIN log_sequence s ON s.event = o.event JOIN log_event e ON e.id = o.event
WHERE (g.held = 0 OR x.grant_id IS NOT NULL) AND COALESCE(t.agency, a.agency) IS NOT NULL;

INSERT INTO event_hour (hour, first_idx, last_idx)
SELECT e.at / 3600000, MIN(s.idx), MAX(s.idx) FROM log_sequence s JOIN log_event e ON e.id = s.event GROUP BY e.at / 3600000;
