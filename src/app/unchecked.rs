//! When nobody checks first what is checked as a rule: whoever checks is away, or sends it.

use super::{App, Error, senders::Sender};
use crate::{
    domain::{absence::Absence, answers::Answers, ids::UserId, pathway::Pathway, time::Timestamp, urgency::Urgency},
    store::safeguarding_leads::SafeguardingLead,
};

/// Why nobody checks first what is checked as a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unchecked {
    /// Whoever sends it, or wrote it, checks for the agency.
    OwnLead,
    /// Everybody who checks is away: each by name, and when. Nobody at all where the agency has nobody.
    Away(Vec<(String, Absence)>),
}

impl App {
    /// Of those who check for an agency whoever is away at a moment, with when: as its administrator said, or as they said
    /// themselves.
    pub(super) async fn leads_away(&self, leads: &[SafeguardingLead], at: Timestamp) -> Result<Vec<(UserId, Absence)>, Error> {
        let people: Vec<UserId> = leads.iter().map(|lead| lead.user).collect();
        let mut away = self.store.absences_of(&people, at).await?;
        away.retain(|(_, absence)| absence.is_on(at));
        for lead in leads.iter().filter(|lead| !lead.is_there(at)) {
            if away.iter().all(|(user, _)| *user != lead.user) {
                away.push((lead.user, Absence { from: at, until: lead.away_until }));
            }
        }
        Ok(away)
    }

    /// Why nobody checks first what a pathway has checked; none where somebody does, or nobody is to.
    pub(super) async fn unchecked(
        &self,
        sender: &Sender<'_>,
        (pathway, answers): (&Pathway, &Answers),
        at: Timestamp,
    ) -> Result<Option<Unchecked>, Error> {
        let waits = pathway.check.as_ref().is_some_and(|check| !check.is_skipped(answers));
        if !waits || pathway.urgency(answers) == Urgency::Today || pathway.is_conflicted(answers) {
            return Ok(None);
        }
        let leads = self.store.safeguarding_leads(sender.agency.id).await?;
        if leads.iter().any(|lead| [sender.caller.user(), sender.author].contains(&lead.user)) {
            return Ok(Some(Unchecked::OwnLead));
        }
        let away = self.leads_away(&leads, at).await?;
        let names = self.store.account_names(&away.iter().map(|(user, _)| *user).collect::<Vec<_>>()).await?;
        let told = |(user, absence): &(UserId, Absence)| {
            let (.., name) = names.iter().find(|(known, ..)| known == user)?;
            Some((name.as_str().to_owned(), *absence))
        };
        Ok(Some(Unchecked::Away(away.iter().filter_map(told).collect())))
    }
}
