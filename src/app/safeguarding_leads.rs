//! Who checks, for an agency, what must be checked before it is shared: seen and set by its administrators.

use std::collections::HashSet;

use super::{App, Caller, Error, Founder, gate::bare};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        ids::{AgencyId, UserId},
        role::Role,
        text::PersonName,
        time::Timestamp,
    },
    policy::{Act, Object, RequestContext, State},
    store::safeguarding_leads::SafeguardingLead,
};

/// Somebody of an agency who checks, or could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadView {
    /// The account.
    pub user: UserId,
    /// The person's name.
    pub name: PersonName,
    /// Whether they check now.
    pub checks: bool,
    /// Away until then; there when none.
    pub away_until: Option<Timestamp>,
}

impl App {
    /// Who checks for the caller's agency, and who else could: the ready people who work on referrals. By name; looking is on
    /// record.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators.
    pub async fn safeguarding_leads(&self, request: &RequestContext, caller: &Caller) -> Result<Vec<LeadView>, Error> {
        let agency = caller.agency();
        let act = act(&Founder::Caller(caller), Action::ReadSafeguardingLeads, agency, request)?;
        let permit = self.ask(act).await?;
        for recorded in self.store.record(vec![(permit, Details::default())]).await? {
            recorded?;
        }
        let leads = self.store.safeguarding_leads(agency).await?;
        let able = self.able_to_check(agency).await?;
        let view = |(user, name): (UserId, PersonName)| {
            let lead = leads.iter().find(|lead| lead.user == user);
            LeadView { user, name, checks: lead.is_some(), away_until: lead.and_then(|lead| lead.away_until) }
        };
        // Whoever is set stays in the list even if they could not be set anew: it must show who is waited for.
        let listed = |(user, _): &(UserId, PersonName)| able.contains(user) || leads.iter().any(|lead| lead.user == *user);
        let colleagues = self.store.ready_colleagues(agency).await?;
        Ok(colleagues.into_iter().filter(listed).map(view).collect())
    }

    /// Sets who checks for an agency, in place of those it had. A moment says until when somebody is away.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators and first set-up; [`Error::Malformed`] when somebody is named
    /// twice, is of another agency, or could not check, since they work on no referrals.
    pub async fn set_safeguarding_leads(
        &self,
        request: &RequestContext,
        founder: &Founder<'_>,
        agency: AgencyId,
        leads: &[SafeguardingLead],
    ) -> Result<(), Error> {
        let permit = self.ask(act(founder, Action::SetSafeguardingLeads, agency, request)?).await?;
        let able = self.able_to_check(agency).await?;
        for (at, lead) in leads.iter().enumerate() {
            let account = self.store.account(lead.user).await?;
            let twice = leads.iter().take(at).any(|other| other.user == lead.user);
            let stranger = account.is_none_or(|account| account.agency != agency);
            if twice || stranger || !able.contains(&lead.user) {
                return Err(Error::Malformed("those who check are people of the agency who work on referrals, each named once"));
            }
        }
        let mut tx = self.store.begin().await?;
        tx.set_safeguarding_leads(agency, leads, request.at).await?;
        tx.commit(permit, &Details::default()).await?;
        Ok(())
    }

    /// The people with a place in one of an agency's teams, in force or waiting for its key, in a role that opens content.
    /// Whoever has none is given no key to check with.
    async fn able_to_check(&self, agency: AgencyId) -> Result<HashSet<UserId>, Error> {
        let places = self.store.members_of_agency(agency).await?.into_iter();
        Ok(places.filter(|(_, place)| place.role.holds_team_key()).map(|(user, _)| user).collect())
    }
}

fn act(founder: &Founder<'_>, action: Action, agency: AgencyId, request: &RequestContext) -> Result<Act, Error> {
    let (actor, relation) = founder.acting_on(agency, Role::AgencyAdministrator)?;
    Ok(bare(actor, action, Object::Agency(agency), relation, State::None, request))
}
