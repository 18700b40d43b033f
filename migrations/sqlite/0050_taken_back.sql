-- Whoever could open what was shared and then taken back is told whom to ask: the person who took it back (about), and from which
-- team.
ALTER TABLE notice ADD COLUMN about_team TEXT REFERENCES team (id);
