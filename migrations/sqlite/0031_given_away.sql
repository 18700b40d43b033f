-- Whoever shared part of a referral holds no key to the copies, and answers for who opens them: its officers find that in the log.
CREATE INDEX grant_share_by_compartment ON grant_share (compartment);

INSERT INTO log_view (agency, idx, actor, by_agency, team, action, referral, outcome)
SELECT d.agency, s.idx, e.actor, e.agency, e.team, e.action, e.referral, e.outcome
FROM grant_share h JOIN log_sequence f ON f.event = h.event JOIN team d ON d.id = h.by_team
JOIN log_scope o ON o.compartment = h.compartment JOIN log_sequence s ON s.event = o.event JOIN log_event e ON e.id = o.event
WHERE h.what = 'items' ON CONFLICT (idx, agency) DO NOTHING;
