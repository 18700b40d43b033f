//! Who has seen a referral, for those who hold it and for the officers of their agencies. What is told follows the compartments
//! that the asker has: nobody learns of what is kept from them by seeing who opened it.

use std::collections::HashMap;

use super::{App, Caller, Error};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        actor::Place,
        compartment::CompartmentKind,
        ids::{AgencyId, TeamId, UserId},
        reference::Reference,
        relation::Relation,
        role::Role,
        sharing::Shared,
        time::Timestamp,
    },
    policy::{Act, Object, RequestContext, ShownCompartment, State},
    store::{
        access::{AccessAsked, Accesses, Known},
        referrals::Referral,
        shares::Share,
    },
};

/// How many rows of what was refused are told; the log has all.
const MOST_REFUSED: i64 = 50;

/// Which part of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct AccessQuery {
    /// Where to go on.
    pub cursor: Option<i64>,
    /// How many, 1 to 100; 50 unless told.
    pub limit: Option<u8>,
}

/// What one person or team did, of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessItem {
    /// The person's name, where the asker is told persons.
    pub person: Option<String>,
    /// The team acted from; none for a job.
    pub team: Option<String>,
    /// Its agency.
    pub agency: Option<String>,
    /// The act.
    pub action: Action,
    /// When it was done first.
    pub first: Timestamp,
    /// When it was done last.
    pub last: Timestamp,
    /// How often.
    pub times: u64,
}

/// A page of who has seen a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPage {
    /// Which referral.
    pub reference: Reference,
    /// The newest first.
    pub items: Vec<AccessItem>,
    /// Where to go on.
    pub next: Option<i64>,
    /// What was refused, likewise, the newest first; on the first page alone, and at most fifty.
    pub refused: Vec<AccessItem>,
    /// Whether persons are told, or only teams.
    pub tells_persons: bool,
    /// How the asker stands to it.
    pub relation: Relation,
}

impl App {
    /// Who has seen what the caller may know of. The receiving team and officers are told persons, everybody else teams.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`], each on record.
    pub async fn read_access(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        query: AccessQuery,
    ) -> Result<AccessPage, Error> {
        let limit = match query.limit {
            None => 50,
            Some(limit @ 1..=100) => i64::from(limit),
            Some(_) => return Err(Error::Malformed("limit is 1 to 100")),
        };
        let (referral, act) = self.access_act(request, caller, reference).await?;
        let permit = self.ask(act).await?;
        let relation = permit.act().relation;
        let marks = self.marks(caller.agencies(), &[referral.id]).await?;
        // Who opened what is sealed away from others is not told where the asker may be refused all of it.
        let is_told = |shown: &&ShownCompartment| shown.kind != CompartmentKind::Withheld || !marks.refuses(referral.id);
        let mut compartments: Vec<_> = permit.act().compartments.iter().filter(is_told).map(|shown| shown.id).collect();
        let agency = permit.act().actor.person().map(|person| person.agency).filter(|_| relation == Relation::OwnAgency);
        let mut teams = Vec::new();
        if relation == Relation::ReceivingTeam && caller.admitted_to(referral.receiving_team).is_some() {
            let given = self.given_away(&referral).await?;
            // Nor are acts that reached into nothing, which might be on what is refused.
            if !marks.refuses(referral.id) {
                teams = self.known_teams(&referral, &given).await?;
            }
            compartments.extend(given.iter().filter(|share| share.what == Shared::Items).map(|share| share.compartment));
        }
        for recorded in self.store.record(vec![(permit, Details::default())]).await? {
            recorded?;
        }
        self.settle().await?;
        let tells_persons = matches!(relation, Relation::ReceivingTeam | Relation::OwnAgency);
        let actions: Vec<Action> = Action::ALL.iter().copied().filter(|action| action.shows_a_referral()).collect();
        let asked = AccessAsked {
            referral: referral.id,
            compartments: &compartments,
            actions: &actions,
            refused: None,
            by_person: tells_persons,
            before: query.cursor,
            limit: limit + 1,
        };
        let mut rows = self.store.accesses(&asked).await?;
        let more = i64::try_from(rows.len()).unwrap_or(0) > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(0));
        let next = rows.last().filter(|_| more).map(|row| row.last);
        let items = self.access_items(rows).await?;
        let mut refused = Vec::new();
        if query.cursor.is_none() {
            let known = Some(Known { teams: &teams, agency });
            refused = self.store.accesses(&AccessAsked { refused: known, limit: MOST_REFUSED, ..asked }).await?;
            // That somebody tried to keep answers from an agency may be told to that agency's people no more than that they did.
            let marks = [Action::WithholdAnswer, Action::EndWithholding].map(Action::code);
            refused.retain(|row| !marks.contains(&row.action.as_str()));
        }
        let refused = self.access_items(refused).await?;
        Ok(AccessPage { refused, reference: referral.reference, items, next, tells_persons, relation })
    }

    /// What the receiving team gave away: who opened the copies is the team's to know, as it is on the page of each share.
    async fn given_away(&self, referral: &Referral) -> Result<Vec<Share>, Error> {
        let mut shares = self.sound_shares(referral.id).await?;
        shares.retain(|found| found.share.by_team == referral.receiving_team);
        Ok(shares.into_iter().map(|found| found.share).collect())
    }

    /// The teams of which the receiving team knows that they hold something: those that its page names, and those it gave to.
    async fn known_teams(&self, referral: &Referral, given: &[Share]) -> Result<Vec<TeamId>, Error> {
        let holders = self.store.holders_of_shared(referral.id).await?;
        let mut teams: Vec<TeamId> = holders.iter().filter_map(|holder| TeamId::parse(&holder.id).ok()).collect();
        teams.extend([referral.receiving_team, referral.referrer_team]);
        teams.extend(given.iter().map(|share| share.to_team));
        Ok(teams)
    }

    /// The referral, and the act of asking who has seen it: as an officer for what the agency has keys to, else by one of the
    /// caller's ways to it.
    async fn access_act(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<(Referral, Act), Error> {
        let officer = caller.places().iter().map(|named| &named.place).find(|place| place.role == Role::Dpo);
        if let Some(place) = officer
            && let Some(found) = self.officers_access(request, caller, place, reference).await?
        {
            return Ok(found);
        }
        let referral = self.find_referral(request, caller, reference, Action::ReadAccess).await?;
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let held = sight.compartments(referral.id);
        let way = self.way_in(request, caller, (&referral, &versioned), &sight, (Action::ReadAccess, &held)).await?;
        if let Some(act) = way {
            return Ok((referral, act));
        }
        // None of the caller's ways is allowed: the gate says so, on record.
        let all = |_: &Place, _| Some(held.clone());
        let act = self.act_on(request, caller, (&referral, &sight), Action::ReadAccess, all).await?;
        Ok((referral, act))
    }

    async fn officers_access(
        &self,
        request: &RequestContext,
        caller: &Caller,
        place: &Place,
        reference: &str,
    ) -> Result<Option<(Referral, Act)>, Error> {
        self.look_up_allowed(request, caller, Action::ReadAccess).await?;
        let reference = Reference::parse(reference).unwrap_or(Reference::NOBODYS);
        let Some(referral) = self.store.referral_by_reference(reference).await? else { return Ok(None) };
        let held = self.store.compartments_of_agency(referral.id, place.agency).await?;
        if held.is_empty() {
            return Ok(None);
        }
        let act = Act {
            actor: caller.acting_from(place),
            action: Action::ReadAccess,
            object: Object::Referral(referral.id, None),
            relation: Relation::OwnAgency,
            sensitivity: Some(referral.sensitivity),
            state: State::Referral(referral.stage.state()),
            compartments: held.into_iter().map(|(id, kind)| ShownCompartment { id, kind }).collect(),
            legal: None,
            request: request.clone(),
        };
        Ok(Some((referral, act)))
    }

    /// Rows with names and times; the first and the newest event of each are checked, and one that fails stops the page.
    async fn access_items(&self, rows: Vec<Accesses>) -> Result<Vec<AccessItem>, Error> {
        let mut places: Vec<i64> = rows.iter().flat_map(|row| [row.first, row.last]).collect();
        places.sort_unstable();
        places.dedup();
        let mut moments: HashMap<i64, Timestamp> = HashMap::new();
        for found in self.store.events_at(&places).await? {
            found.event.check(self.store.authenticator())?;
            moments.insert(found.index, Timestamp::from_millis(found.event.columns.at));
        }
        let people = rows.iter().filter_map(|row| UserId::parse(row.actor.as_deref()?).ok());
        let people = self.names_of(people).await?;
        let (teams, agencies) = (self.store.teams().await?, self.store.agencies().await?);
        let missing = || Error::Integrity("an event of the log is missing");
        let item = |row: Accesses| {
            let team = row.team.as_deref().and_then(|id| TeamId::parse(id).ok());
            let agency = row.agency.as_deref().and_then(|id| AgencyId::parse(id).ok());
            let person = row.actor.as_deref().and_then(|id| UserId::parse(id).ok());
            Ok(AccessItem {
                person: person.and_then(|id| people.get(&id).cloned()),
                team: teams.iter().find(|known| Some(known.id) == team).map(|known| known.name.as_str().to_owned()),
                agency: agencies.iter().find(|known| Some(known.id) == agency).map(|known| known.name.as_str().to_owned()),
                action: Action::parse(&row.action).ok_or(Error::Integrity("an event names no act"))?,
                first: moments.get(&row.first).copied().ok_or_else(missing)?,
                last: moments.get(&row.last).copied().ok_or_else(missing)?,
                times: u64::try_from(row.times).unwrap_or(0),
            })
        };
        rows.into_iter().map(item).collect()
    }
}
