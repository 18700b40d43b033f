//! What acts of a desk have in common: the caller's way to a referral, permission as it stands now, and the change itself.

use super::{App, Caller, Error, error::CHANGED, gate::bare, opening::Sight, relations::covers};
use crate::{
    domain::{
        absence::Absence,
        action::Action,
        actor::Place,
        clock::Step,
        desk::{Covered, Side},
        grant::GrantReason,
        ids::{TeamId, UserId},
        referral::ReferralState,
        relation::Relation,
        running_clock::{RunningClock, soonest},
        sensitivity::Sensitivity,
        time::Timestamp,
    },
    policy::{Act, DenialReason, Object, Permit, Question, RequestContext, State},
    store::{CommitError, Tx, referrals::Referral},
};

/// What the receiving team's desk knows of a referral.
#[derive(Debug, Clone)]
pub struct DeskView {
    /// Who works on it, by name; none while nobody has taken it.
    pub assigned_to: Option<String>,
    /// When they are away, if they are now.
    pub assigned_away: Option<Absence>,
    /// Whether that is whoever reads this.
    pub is_mine: bool,
    /// Whether the reader is of the desk itself, and not of the team that covers for it: only the desk keeps casework.
    pub keeps_casework: bool,
    /// To whom the reader may give it; empty where they may not.
    pub members: Vec<MemberView>,
    /// Its clocks, in the order of the steps.
    pub clocks: Vec<RunningClock>,
    /// Who of those who cover says that they act, by name, and since when.
    pub acting: Option<(String, Timestamp)>,
    /// Whether that is whoever reads this.
    pub i_act: bool,
}

/// That the team that covers has opened a referral, as everybody who holds it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredView {
    /// The team's name.
    pub team: String,
    /// When it first opened it.
    pub at: Timestamp,
}

/// Whether a side may say of a step that it is done: the first decision is made and never marked, and of the rest whoever covers
/// has to do with the first contact alone.
pub(super) const fn marks(side: Side, step: Step) -> bool {
    match side {
        Side::Desk => !matches!(step, Step::Triage),
        Side::Cover => matches!(step, Step::FirstContact),
    }
}

impl DeskView {
    /// The steps that the reader's side can say are done: their clocks run.
    pub fn to_mark(&self) -> impl Iterator<Item = &RunningClock> {
        let side = if self.keeps_casework { Side::Desk } else { Side::Cover };
        self.clocks.iter().filter(move |clock| clock.is_running() && marks(side, clock.step))
    }
}

/// Somebody who may work on a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberView {
    /// What they sign in with.
    pub username: String,
    /// Their name.
    pub name: String,
    /// When they are away, if they are now.
    pub away: Option<Absence>,
}

impl App {
    /// Permission for an act on a referral that the caller saw at a revision. Whoever may do it in another state is told that it
    /// moved on; a refusal is on record either way.
    pub(super) async fn ask_as_seen(&self, act: Act, referral: &Referral, seen: Option<i64>) -> Result<Permit, Error> {
        let policy = self.policy.current();
        let in_state = |state: &ReferralState| {
            let act = Act { state: State::Referral(*state), ..act.clone() };
            act.questions().iter().all(|question| policy.allows(question))
        };
        let sometime = ReferralState::ALL.iter().any(in_state);
        if sometime && seen.is_some_and(|seen| seen != referral.revision) {
            return Err(Error::Conflict(CHANGED));
        }
        match self.ask(act).await {
            Err(Error::Refused) if sometime => Err(Error::Conflict("it is not in a state that allows this")),
            other => other,
        }
    }

    /// A referral by its reference, with what the caller holds of it and permission for an act on it.
    pub(super) async fn permitted(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, action, seen): (&str, Action, Option<i64>),
    ) -> Result<(Referral, Sight, Permit), Error> {
        let referral = self.find_referral(request, caller, reference, action).await?;
        let (sight, permit) = self.permitted_on(request, caller, &referral, (action, seen)).await?;
        Ok((referral, sight, permit))
    }

    /// The same for a referral that was found.
    pub(super) async fn permitted_on(
        &self,
        request: &RequestContext,
        caller: &Caller,
        referral: &Referral,
        (action, seen): (Action, Option<i64>),
    ) -> Result<(Sight, Permit), Error> {
        let sight = self.sight(caller, &[referral.id]).await?;
        let decides = action == Action::DecideReferral && self.decides_for_desk(caller, referral, &sight).await?;
        let own = |place: &Place, relation| decides || !action.is_left_by_cover() || !covers(referral, place, relation);
        let touched = |place: &Place, relation| own(place, relation).then(Vec::new);
        let act = self.act_on(request, caller, (referral, &sight), action, touched).await?;
        let permit = self.ask_as_seen(act, referral, seen).await?;
        Ok((sight, permit))
    }

    /// What the desk knows of a referral, for one of its team.
    pub(super) async fn desk_view(&self, caller: &Caller, referral: &Referral, actions: &[Action]) -> Result<DeskView, Error> {
        let gives = actions.iter().any(|action| matches!(action, Action::HandOver | Action::AssignReferral));
        let members = if gives { self.assignable(referral).await? } else { Vec::new() };
        let assigned_to = match referral.desk.assigned {
            Some(assigned) => Some(self.name_of(assigned.to).await?),
            None => None,
        };
        let assigned_away = match referral.desk.assigned {
            Some(assigned) => self.absence_of(assigned.to).await?.filter(|absence| absence.is_on(self.now())),
            None => None,
        };
        let acting = match referral.desk.acting {
            Some(acting) => Some((self.name_of(acting.to).await?, acting.at)),
            None => None,
        };
        let others = members.into_iter().filter(|(user, _)| !referral.desk.is_with(*user));
        Ok(DeskView {
            assigned_to,
            assigned_away,
            is_mine: referral.desk.is_with(caller.user()),
            keeps_casework: caller.admitted_to(referral.receiving_team).is_some(),
            members: others.map(|(_, member)| member).collect(),
            clocks: self.store.clocks_of(referral.id).await?,
            acting,
            i_act: referral.desk.acting.is_some_and(|acting| acting.to == caller.user()),
        })
    }

    /// Who may work on a referral: those of its team whose role the policy lets take it and, of one received by name, only those
    /// who hold it.
    pub(super) async fn assignable(&self, referral: &Referral) -> Result<Vec<(UserId, MemberView)>, Error> {
        let policy = self.policy.current();
        let takes = |place: &Place| {
            policy.allows(&Question {
                subject: place.role.into(),
                action: Action::ClaimReferral,
                relation: Relation::ReceivingTeam,
                sensitivity: Some(referral.sensitivity),
                compartment: None,
                state: State::Referral(ReferralState::Opened),
            })
        };
        let mut by_name = self.store.holders_of_shared(referral.id).await?;
        by_name.retain(|holder| holder.reason == GrantReason::Named);
        let holds = |user: &UserId| by_name.is_empty() || by_name.iter().any(|holder| holder.id == user.to_string());
        let members = self.store.members(referral.receiving_team).await?.into_iter();
        let members = members.filter(|(user, place)| place.opens() && takes(place) && holds(user));
        let ids: Vec<UserId> = members.map(|(user, _)| user).collect();
        self.member_views(&ids).await
    }

    /// Those who work on what a team gets, by name.
    pub(super) async fn desk_members(&self, team: TeamId) -> Result<Vec<(UserId, MemberView)>, Error> {
        let takes = |place: &Place| place.opens() && self.may_at_desk(place, Action::ClaimReferral);
        let members = self.store.members(team).await?.into_iter();
        let ids: Vec<UserId> = members.filter(|(_, place)| takes(place)).map(|(user, _)| user).collect();
        self.member_views(&ids).await
    }

    /// People by name, each with when they are away.
    async fn member_views(&self, people: &[UserId]) -> Result<Vec<(UserId, MemberView)>, Error> {
        let now = self.now();
        let absences = self.store.absences_of(people, now).await?;
        let away =
            |user| absences.iter().find(|(away, absence)| *away == user && absence.is_on(now)).map(|(_, absence)| *absence);
        let names = self.store.account_names(people).await?.into_iter();
        let mut members: Vec<_> = names
            .map(|(user, username, name)| {
                let (username, name) = (username.as_str().to_owned(), name.as_str().to_owned());
                (user, MemberView { username, name, away: away(user) })
            })
            .collect();
        members.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        Ok(members)
    }

    /// Whether a place lets its holder give out the team's work.
    pub(super) fn gives_out(&self, place: &Place) -> bool {
        place.opens() && self.may_at_desk(place, Action::AssignReferral)
    }

    /// Whether the caller may give out the work of a team.
    pub fn may_give_out(&self, caller: &Caller, team: TeamId) -> bool {
        caller.admitted_to(team).is_some_and(|place| self.gives_out(place))
    }

    /// Whether a place at a desk lets its holder do this with what has been opened.
    fn may_at_desk(&self, place: &Place, action: Action) -> bool {
        self.policy.current().allows(&Question {
            subject: place.role.into(),
            action,
            relation: Relation::ReceivingTeam,
            sensitivity: Some(Sensitivity::L1),
            compartment: None,
            state: State::Referral(ReferralState::Opened),
        })
    }

    /// Those of a team to whom its work may be given out, for whoever may give it out; for others the team is not there.
    pub async fn team_members(
        &self,
        request: &RequestContext,
        caller: &Caller,
        team: Option<TeamId>,
    ) -> Result<Vec<MemberView>, Error> {
        let Some(team) = team.filter(|team| self.may_give_out(caller, *team)) else {
            let act = bare(caller.acting()?, Action::AssignReferral, Object::Unseen, Relation::None, State::None, request);
            self.refuse(act, DenialReason::Unseen, None).await?;
            return Err(Error::Unseen);
        };
        Ok(self.desk_members(team).await?.into_iter().map(|(_, member)| member).collect())
    }

    /// That whoever covers has opened it, with their team's name.
    pub(super) async fn covered_view(&self, referral: &Referral) -> Result<Option<CoveredView>, Error> {
        let Some(Covered { team, at }) = referral.desk.covered else { return Ok(None) };
        Ok(Some(CoveredView { team: self.team(team).await?.name.as_str().to_owned(), at }))
    }

    /// A person's name.
    pub(super) async fn name_of(&self, user: UserId) -> Result<String, Error> {
        Ok(self.store.account(user).await?.map(|account| account.name.as_str().to_owned()).unwrap_or_default())
    }
}

/// Writes what has changed of a referral, unless somebody else was faster.
pub(super) async fn change(tx: &mut Tx, referral: &Referral) -> Result<(), Error> {
    if tx.change_referral(referral).await? { Ok(()) } else { Err(CommitError::Stale("referral").into()) }
}

/// The same with its clocks, of which the soonest says when it is due.
pub(super) async fn change_with(tx: &mut Tx, referral: Referral, clocks: &[RunningClock]) -> Result<(), Error> {
    let referral = Referral { due_at: soonest(clocks), ..referral };
    change(tx, &referral).await?;
    Ok(tx.change_clocks(referral.id, clocks).await?)
}
