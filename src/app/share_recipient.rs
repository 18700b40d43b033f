//! With whom something of a referral can be shared: a team or one person of it, with the key that it is sealed to.

use super::{App, Error, sealing::Holder};
use crate::{
    domain::{actor::Place, decision::Fault, grant::GrantReason, ids::UserId, sharing::ShareTo, text::Username},
    store::{referrals::Referral, teams::Team},
};

/// Who gets it.
pub(super) struct Recipient {
    pub(super) team: Team,
    pub(super) person: Option<UserId>,
    pub(super) holder: Holder,
}

impl App {
    /// Who is meant, with their checked key; none, with faults, where nobody can get it.
    pub(super) async fn recipient(
        &self,
        referral: &Referral,
        to: &ShareTo,
        faults: &mut Vec<Fault>,
    ) -> Result<Option<Recipient>, Error> {
        const TEAM: Fault = ("team", "Choose another team that can receive this");
        const PERSON: Fault = ("user", "Enter the user name of somebody who works in that team and can sign in");
        let named = !self.named_on(referral.id).await?.is_empty();
        let mut reached = None;
        if to.person.trim().is_empty() {
            if named {
                faults.push(("user", "People received this by name: share it with one person, by their user name"));
                return Ok(None);
            }
        } else {
            let person = self.person(to.person.trim()).await?;
            let places = match person {
                Some(user) => self.store.places(user).await?,
                None => Vec::new(),
            };
            // In a case received by name, whoever else is of that team may be involved.
            let involved = named && places.iter().any(|place| place.team == referral.receiving_team);
            let at = |place: &&Place| place.opens() && to.team.is_none_or(|team| team == place.team);
            let place = places.iter().find(at).filter(|_| !involved && person != Some(referral.referrer));
            let Some((user, place)) = person.zip(place) else {
                faults.push(PERSON);
                return Ok(None);
            };
            let team = place.team;
            let Some(holder) = self.person_holder(user, |place| place.team == team).await? else {
                faults.push(PERSON);
                return Ok(None);
            };
            reached = Some((user, holder, team));
        }
        let team = match reached.as_ref().map(|(.., team)| *team).or(to.team) {
            Some(team) => self.store.team(team).await?,
            None => None,
        };
        let Some(team) = team.filter(|team| team.has_key() && self.takes(team, &referral.pathway)) else {
            faults.push(TEAM);
            return Ok(None);
        };
        if team.id == referral.receiving_team {
            faults.push(("team", "This team works on the referral already"));
            return Ok(None);
        }
        if team.id == referral.referrer_team {
            faults.push(("team", "This team sent the referral. Write it a message"));
            return Ok(None);
        }
        let (person, holder) = match reached {
            Some((user, holder, _)) => (Some(user), holder),
            None => (None, self.team_holder(&team).await?),
        };
        Ok(Some(Recipient { team, person, holder: holder.because(GrantReason::Share) }))
    }

    /// A person by user name or account id.
    async fn person(&self, text: &str) -> Result<Option<UserId>, Error> {
        Ok(match (UserId::parse(text), Username::parse(text)) {
            (Ok(user), _) => self.store.account(user).await?.map(|account| account.id),
            (_, Ok(name)) => self.store.account_by_username(&name).await?.map(|account| account.id),
            _ => None,
        })
    }
}
