-- Every queue says how many urgent referrals nobody has opened, in the whole of it: this index holds those few alone.
CREATE INDEX referral_urgent_unopened ON referral (receiving_team, id) WHERE urgency = 'today' AND state = 'received';
