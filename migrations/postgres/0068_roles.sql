-- Whoever has no administrator is told of by the operators of the hub: people are looked for by their role.
CREATE INDEX membership_by_role ON membership (role);
