//! Who is away from work: they say so themselves, or a lead of their team says it for them; the team sees until when. Why is
//! nobody's business here.

use serde_json::json;

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, MemberView, decisions::to_mend, gate::bare, idempotency::Once,
    sign_in::own,
};
use crate::{
    audit::Details,
    domain::{
        absence::Absence,
        action::Action,
        actor::Place,
        decision::Fault,
        ids::{TeamId, UserId},
        part_date::whole_date,
        relation::Relation,
        time::Timestamp,
    },
    policy::{DenialReason, Object, Permit, Question, RequestContext, State},
    store::referrals::Referral,
};

/// When somebody is away, as typed.
#[derive(Debug, Clone, Default)]
pub struct NewAbsence {
    /// What they sign in with; empty for the caller.
    pub of: String,
    /// The first day; today when empty.
    pub from: String,
    /// The day they are back; open when empty.
    pub until: String,
}

/// Somebody with when they are away, now or later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceView {
    /// What they sign in with.
    pub username: String,
    /// Their name.
    pub name: String,
    /// When they are away; none where nothing was said of that.
    pub absence: Option<Absence>,
}

impl App {
    /// When the caller is away, now or later.
    pub async fn own_absence(&self, caller: &Caller) -> Result<Option<Absence>, Error> {
        self.absence_of(caller.user()).await
    }

    /// Those who work on what a team gets, by name, each with when they are away. For those who work its queue.
    ///
    /// # Errors
    /// [`Error::Unseen`] or [`Error::Refused`] for others, on record.
    pub async fn absences(
        &self,
        request: &RequestContext,
        caller: &Caller,
        team: Option<TeamId>,
    ) -> Result<(TeamId, Vec<AbsenceView>), Error> {
        let team = self.queue_place(request, caller, team).await?.team;
        let members = self.desk_members(team).await?;
        let people: Vec<UserId> = members.iter().map(|(user, _)| *user).collect();
        let absences = self.store.absences_of(&people, request.at).await?;
        let view = |(user, member): (UserId, MemberView)| AbsenceView {
            absence: absences.iter().find(|(away, _)| *away == user).map(|(_, absence)| *absence),
            username: member.username,
            name: member.name,
        };
        Ok((team, members.into_iter().map(view).collect()))
    }

    /// Whether the caller may say of others of a team that they are away.
    pub fn says_who_is_away(&self, caller: &Caller, team: TeamId) -> bool {
        caller.admitted_to(team).is_some_and(|place| self.leads(place))
    }

    /// Until when somebody is away with whom the caller works a queue, if they are now.
    pub async fn colleague_away(&self, caller: &Caller, username: &str) -> Result<Option<Absence>, Error> {
        Ok(self.colleague(caller, username).await?.and_then(|(_, member, _)| member.away))
    }

    /// Says when somebody is away, in place of what was said before; once for each key.
    ///
    /// # Errors
    /// [`Error::Refused`] for those who work on no referrals, and of others for all but a lead of their team; [`Error::Unseen`]
    /// when there is no such colleague; [`Error::Invalid`] with what to mend.
    pub async fn set_absence(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        new: &NewAbsence,
    ) -> Result<Answered<Added>, Error> {
        let body = json!([new.of, new.from, new.until]).to_string();
        let act = async |once: &Once<'_>| {
            let (user, permit) = self.permitted_absence(request, caller, &new.of).await?;
            let absence = checked(new, request.at)?;
            let mut tx = self.store.begin().await?;
            let done = Added { id: tx.event().to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            tx.set_absence(user, absence).await?;
            tx.commit(permit, &Details::default()).await?;
            Ok(done)
        };
        self.once(request, caller, key, ("POST /absences", body.as_bytes()), act).await
    }

    /// Says that somebody is back, or does not go away; once for each key. `of` is as in [`NewAbsence`].
    ///
    /// # Errors
    /// As [`App::set_absence`].
    pub async fn end_absence(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        of: &str,
    ) -> Result<Answered<Added>, Error> {
        let act = async |once: &Once<'_>| {
            let (user, permit) = self.permitted_absence(request, caller, of).await?;
            let mut tx = self.store.begin().await?;
            let done = Added { id: tx.event().to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            tx.end_absence(user).await?;
            tx.commit(permit, &Details::default()).await?;
            Ok(done)
        };
        self.once(request, caller, key, ("POST /absences/end", of.as_bytes()), act).await
    }

    /// When somebody is away, now or later.
    pub(super) async fn absence_of(&self, user: UserId) -> Result<Option<Absence>, Error> {
        Ok(self.store.absences_of(&[user], self.now()).await?.pop().map(|(_, absence)| absence))
    }

    /// Those who can give out what lies with somebody who is away, and are there themselves; none while that person is there.
    pub(super) async fn stand_ins(&self, referral: &Referral, user: UserId) -> Result<Option<Vec<UserId>>, Error> {
        let now = self.now();
        if !self.absence_of(user).await?.is_some_and(|absence| absence.is_on(now)) {
            return Ok(None);
        }
        Ok(Some(self.leads_but(referral, user).await?))
    }

    /// Those of the receiving team who can give its work out and are there, but for one person.
    pub(super) async fn leads_but(&self, referral: &Referral, user: UserId) -> Result<Vec<UserId>, Error> {
        let now = self.now();
        let members = self.store.members(referral.receiving_team).await?.into_iter();
        let mut leads: Vec<UserId> =
            members.filter(|(other, place)| *other != user && self.gives_out(place)).map(|(other, _)| other).collect();
        let absences = self.store.absences_of(&leads, now).await?;
        leads.retain(|lead| !absences.iter().any(|(away, absence)| away == lead && absence.is_on(now)));
        Ok(leads)
    }

    /// Whose absence it is, and permission to say it.
    async fn permitted_absence(&self, request: &RequestContext, caller: &Caller, of: &str) -> Result<(UserId, Permit), Error> {
        if of.is_empty() || of == caller.username().as_str() {
            // Whoever works a queue says it there, whatever else they are elsewhere.
            let place = self.queue_places(caller).into_iter().next().or_else(|| caller.admitted().next());
            let place = place.map(|place| caller.acting_from(place));
            let actor = place.map_or_else(|| caller.acting(), Ok)?;
            let permit = self.ask(own(&actor, Action::SetAbsence, caller.user(), request)).await?;
            return Ok((caller.user(), permit));
        }
        let Some((user, _, place)) = self.colleague(caller, of).await? else {
            let act = bare(caller.acting()?, Action::SetAbsence, Object::Unseen, Relation::None, State::None, request);
            self.refuse(act, DenialReason::Unseen, None).await?;
            return Err(Error::Unseen);
        };
        let (actor, about) = (caller.acting_from(place), Object::Account(user));
        let permit = self.ask(bare(actor, Action::SetAbsence, about, Relation::OwnTeam, State::None, request)).await?;
        Ok((user, permit))
    }

    /// Somebody with whom the caller works a queue, with the caller's place there: one that leads, if any does.
    async fn colleague<'c>(&self, caller: &'c Caller, username: &str) -> Result<Option<(UserId, MemberView, &'c Place)>, Error> {
        let mut places = self.queue_places(caller);
        places.sort_by_key(|place| !self.leads(place));
        for place in places {
            let members = self.desk_members(place.team).await?;
            if let Some((user, member)) = members.into_iter().find(|(_, member)| member.username == username) {
                return Ok(Some((user, member, place)));
            }
        }
        Ok(None)
    }

    /// Whether a place lets its holder say of others that they are away.
    fn leads(&self, place: &Place) -> bool {
        self.policy.current().allows(&Question {
            subject: place.role.into(),
            action: Action::SetAbsence,
            relation: Relation::OwnTeam,
            sensitivity: None,
            compartment: None,
            state: State::None,
        })
    }
}

/// The days as they were typed, if they are days, and in order.
fn checked(new: &NewAbsence, now: Timestamp) -> Result<Absence, Error> {
    let day = |typed: &str| whole_date(typed.trim()).and_then(Timestamp::midnight);
    let today = Timestamp::midnight(now.uk_date()).unwrap_or(now);
    let mut faults: Vec<Fault> = Vec::new();
    let from = if new.from.trim().is_empty() { Some(today) } else { day(&new.from) };
    if from.is_none() {
        faults.push(("from", "First day away must be a real date, such as 27/3/2026"));
    }
    let is_open = new.until.trim().is_empty();
    let until = if is_open { None } else { day(&new.until) };
    match until {
        None if !is_open => faults.push(("until", "First day back must be a real date, such as 27/3/2026")),
        Some(until) if until <= today => faults.push(("until", "First day back must be after today")),
        Some(until) if from.is_some_and(|from| until <= from) => {
            faults.push(("until", "First day back must be after the first day away"));
        }
        _ => {}
    }
    match from {
        Some(from) if faults.is_empty() => Ok(Absence { from, until }),
        _ => Err(to_mend(faults)),
    }
}
