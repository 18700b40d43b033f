-- The contact register of a team: who answers for it, who does in their absence, and when that is looked at again.
CREATE TABLE team_register (
    team TEXT PRIMARY KEY REFERENCES team (id),
    lead TEXT REFERENCES account (id),
    deputy TEXT REFERENCES account (id),
    review TEXT
);
