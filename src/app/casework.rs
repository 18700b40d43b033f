//! The receiving team's own compartment of a referral: made with the first word written into it.

use super::{
    App, Error,
    opening::Sight,
    sealing::{Compartment, Holder},
};
use crate::{
    domain::{
        compartment::CompartmentKind,
        grant::GrantReason,
        ids::{CompartmentId, KeyId},
        time::Timestamp,
    },
    policy::ShownCompartment,
    store::{Tx, referrals::Referral},
};

/// Where the team's own words go: a compartment that is there, or those who will hold it once it is made.
pub(super) enum Casework {
    /// It is there, and the caller holds it.
    There(Compartment),
    /// It is to be made for these.
    ToMake(Vec<Holder>),
}

impl App {
    /// Looks, before a transaction begins, where the team's own words go.
    pub(super) async fn casework(&self, sight: &Sight, referral: &Referral) -> Result<Casework, Error> {
        let shown = sight.compartments(referral.id).into_iter().find(|shown| shown.kind == CompartmentKind::Casework);
        Ok(match shown {
            Some(shown) => Casework::There(self.held_compartment(sight, shown).await?),
            None => Casework::ToMake(self.receiving_side(referral).await?),
        })
    }

    /// The compartment to write into, made where there was none; and the keys that the event names for it.
    pub(super) async fn open_casework(
        &self,
        tx: &mut Tx,
        casework: Casework,
        referral: &Referral,
        at: Timestamp,
    ) -> Result<(Compartment, Vec<KeyId>), Error> {
        match casework {
            Casework::There(compartment) => {
                let keys = vec![compartment.key];
                Ok((compartment, keys))
            }
            Casework::ToMake(holders) => {
                let named = ShownCompartment { id: CompartmentId::random(&*self.random), kind: CompartmentKind::Casework };
                let made = self.make_compartment(tx, referral.id, named, &holders, at).await?;
                let keys = std::iter::once(made.key).chain(holders.iter().map(Holder::key)).collect();
                Ok((made, keys))
            }
        }
    }

    /// Who works on a referral on the receiving side: its team or, where people received it by name, those of them who still
    /// work in it.
    pub(super) async fn receiving_side(&self, referral: &Referral) -> Result<Vec<Holder>, Error> {
        let named = self.named_on(referral.id).await?;
        if named.is_empty() {
            return Ok(vec![self.team_holder(&self.team(referral.receiving_team).await?).await?]);
        }
        let mut people = Vec::new();
        for user in named {
            let holder = self.person_holder(user, |place| place.team == referral.receiving_team).await?;
            people.extend(holder.map(|holder| holder.because(GrantReason::Named)));
        }
        Ok(people)
    }
}
