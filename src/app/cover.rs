//! What the team that covers may do in the desk's place, because the route to that desk says so.

use super::{App, Caller, Error, casework::Casework, opening::Sight, sealing::Compartment};
use crate::{
    domain::{compartment::CompartmentKind, key::OwnerKind, urgency::Urgency},
    store::referrals::Referral,
};

impl App {
    /// Whether somebody who covers may decide in the desk's place: what is for today, on which they say that they act, while nobody
    /// of the desk reads by the clock of a route that leaves it to those who cover.
    pub(super) async fn decides_for_desk(&self, caller: &Caller, referral: &Referral, sight: &Sight) -> Result<bool, Error> {
        let acts = referral.desk.acting.is_some_and(|acting| acting.to == caller.user());
        let covers = caller.admitted().any(|place| sight.covers(referral.id, place.team));
        // Whoever is of the desk decides for it as ever.
        let is_desks = caller.admitted_to(referral.receiving_team).is_some();
        if !acts || !covers || is_desks || referral.urgency != Urgency::Today.code() {
            return Ok(false);
        }
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let route = self.desk_route(Some(&versioned.pathway), &self.team(referral.receiving_team).await?);
        let Some(opens) = route.filter(|route| route.cover_decides).and_then(|route| route.opens) else { return Ok(false) };
        Ok(opens.next(self.now(), &self.calendar).is_some())
    }

    /// Where the desk's own words go that somebody seals for it who does not read them.
    pub(super) async fn casework_of_desk(&self, referral: &Referral) -> Result<Casework, Error> {
        let Some((id, epoch)) = self.store.casework_of(referral.id, referral.receiving_team).await? else {
            return Ok(Casework::ToMake(self.receiving_side(referral).await?));
        };
        let key = self.checked_key_of(OwnerKind::Compartment, &id.to_string(), epoch).await?;
        let (kind, referral) = (CompartmentKind::Casework, referral.id);
        Ok(Casework::There(Compartment { id, kind, key: key.id, referral, epoch, recipient: key.recipient }))
    }
}
