//! How a caller stands to a referral, and what that lets them do with it.

use super::{
    App, Caller, Error, ReferralView,
    gate::{bare, legal},
    library::Versioned,
    opening::Sight,
};
use crate::{
    domain::{
        action::{Action, Scope},
        actor::Place,
        compartment::CompartmentKind,
        desk::Side,
        grant::GrantReason,
        ids::UserId,
        referral::ReferralState,
        relation::Relation,
    },
    policy::{Act, DenialReason, Legal, Object, Question, RequestContext, ShownCompartment, State},
    store::referrals::Referral,
};

/// What every act on one referral has in common.
pub(super) struct Way<'r> {
    /// The referral.
    pub(super) referral: &'r Referral,
    /// The law the caller's agency rests on.
    pub(super) legal: Legal,
    /// The request.
    pub(super) request: &'r RequestContext,
}

impl Way<'_> {
    /// An act on the referral's compartments, from one of the caller's places.
    pub(super) fn act(
        &self,
        caller: &Caller,
        place: &Place,
        (action, relation): (Action, Relation),
        compartments: Vec<ShownCompartment>,
    ) -> Act {
        Act {
            actor: caller.acting_from(place),
            action,
            object: Object::Referral(self.referral.id, Some(self.referral.revision)),
            relation,
            sensitivity: Some(self.referral.sensitivity),
            state: State::Referral(state_on(self.referral, place, relation)),
            compartments,
            legal: Some(self.legal),
            request: self.request.clone(),
        }
    }
}

impl App {
    /// The law the caller's agency rests on for a referral's pathway.
    pub(super) async fn legal_for(&self, caller: &Caller, referral: &Referral) -> Result<Legal, Error> {
        let kind = self.agency(caller.agency()).await?.kind;
        Ok(legal(kind, &self.form_at(&referral.pathway_version, referral.kind).await?.pathway))
    }

    /// An act on a referral, by the first of the caller's ways that the policy allows; or else one that it refuses. `touched`
    /// says which compartments the act touches on a way (on no way at all: of relation none); none when it cannot be done so.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the act makes no sense for what is written on a form of this kind.
    pub(super) async fn act_on(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (referral, sight): (&Referral, &Sight),
        action: Action,
        touched: impl Fn(&Place, Relation) -> Option<Vec<ShownCompartment>>,
    ) -> Result<Act, Error> {
        if !referral.kind.takes(action) {
            return Err(Error::Conflict("this cannot be done with a form of this kind"));
        }
        let way = Way { referral, legal: self.legal_for(caller, referral).await?, request };
        let policy = self.policy.current();
        let mut refused = None;
        for (place, relation) in relations(caller, referral, sight) {
            let Some(compartments) = touched(place, relation) else { continue };
            let act = way.act(caller, place, (action, relation), compartments);
            if act.questions().iter().all(|question| policy.allows(question)) {
                return Ok(act);
            }
            refused = refused.or(Some(act));
        }
        if let Some(refused) = refused {
            return Ok(refused);
        }
        let main = &caller.main().ok_or(Error::Refused)?.place;
        Ok(way.act(caller, main, (action, Relation::None), touched(main, Relation::None).unwrap_or_default()))
    }

    /// Puts on record that somebody asked for what a referral's page does not offer them; gives the refusal.
    ///
    /// # Errors
    /// When it cannot be put on record.
    pub async fn not_offered(
        &self,
        request: &RequestContext,
        caller: &Caller,
        view: &ReferralView,
        action: Action,
    ) -> Result<Error, Error> {
        let referral = &view.referral;
        let object = Object::Referral(referral.id, Some(referral.revision));
        let act = bare(caller.acting()?, action, object, view.relation, State::Referral(referral.stage.state()), request);
        self.refuse(act, DenialReason::Policy, None).await?;
        Ok(Error::Refused)
    }

    /// The act of reading, or of another kind, on some compartments by the first of the caller's ways that the policy allows
    /// for any of them.
    pub(super) async fn way_in(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (referral, versioned): (&Referral, &Versioned),
        sight: &Sight,
        (action, held): (Action, &[ShownCompartment]),
    ) -> Result<Option<Act>, Error> {
        let kind = self.agency(caller.agency()).await?.kind;
        let policy = self.policy.current();
        let way = Way { referral, legal: legal(kind, &versioned.pathway), request };
        let act = |place: &Place, relation, compartments| way.act(caller, place, (action, relation), compartments);
        for (place, relation) in relations(caller, referral, sight) {
            let allowed = |shown: &ShownCompartment| {
                holds(sight, shown, (place, relation), caller.user())
                    && act(place, relation, vec![*shown]).questions().iter().all(|question| policy.allows(question))
            };
            let reached: Vec<_> = held.iter().copied().filter(allowed).collect();
            if !reached.is_empty() {
                return Ok(Some(act(place, relation, reached)));
            }
        }
        Ok(None)
    }

    /// What the gate would allow next by any of the caller's ways, so that no page guesses a button; with what they may decide in
    /// the place of a desk that they cover for.
    pub(super) fn actions(
        &self,
        caller: &Caller,
        (referral, sight): (&Referral, &Sight),
        kinds: &[ShownCompartment],
        decides_for_desk: bool,
    ) -> Vec<Action> {
        let policy = self.policy.current();
        let ways = relations(caller, referral, sight);
        let allowed_by = |action: Action, place: &Place, relation| {
            let question = |compartment| Question {
                subject: place.role.into(),
                action,
                relation,
                sensitivity: Some(referral.sensitivity),
                compartment,
                state: State::Referral(state_on(referral, place, relation)),
            };
            match action.scope() {
                Scope::Referral => policy.allows(&question(None)),
                // Nobody holds the compartment of a share that is still to be made.
                Scope::Compartment if action == Action::Share => policy.allows(&question(Some(CompartmentKind::Share))),
                // What is kept apart alone is no page to print: it goes on one only beside the rest.
                Scope::Compartment if action == Action::PrintReferral => kinds.iter().any(|shown| {
                    shown.kind != CompartmentKind::Restricted
                        && holds(sight, shown, (place, relation), caller.user())
                        && policy.allows(&question(Some(shown.kind)))
                }),
                Scope::Compartment => kinds.iter().any(|shown| {
                    holds(sight, shown, (place, relation), caller.user()) && policy.allows(&question(Some(shown.kind)))
                }),
                _ => false,
            }
        };
        let leaves = |action: Action| action.is_left_by_cover() && !(decides_for_desk && action == Action::DecideReferral);
        // Nobody gives back what they do not have.
        let own = |action: Action, place: &Place, relation| match side(referral, place, relation) {
            Side::Cover if leaves(action) => false,
            side => referral.desk.fits(action, caller.user(), side),
        };
        let left = |action: Action, place: &Place, relation| leaves(action) && covers(referral, place, relation);
        // By the first way that is allowed, as the act will go: whoever is of the desk takes nothing for cover.
        let allowed = |action: &&Action| {
            let first =
                ways.iter().find(|(place, relation)| !left(**action, place, *relation) && allowed_by(**action, place, *relation));
            first.is_some_and(|(place, relation)| own(**action, place, *relation))
        };
        // Lists are not acts on one referral.
        let lists = |action: &&Action| matches!(action, Action::ListSent | Action::ListQueue | Action::ListChecks);
        let acts = Action::ALL.iter().filter(|action| !lists(action) && referral.kind.takes(**action));
        acts.filter(allowed).copied().collect()
    }
}

/// Whether a compartment is there on this way to a referral: what somebody was granted is there only for the place or person
/// that it was granted to.
pub(super) fn holds(sight: &Sight, shown: &ShownCompartment, (place, relation): (&Place, Relation), user: UserId) -> bool {
    relation != Relation::Granted || sight.opens_to(shown.id, place, user)
}

/// On which side a way to a referral is: what is the desk's own is not done by covering for it.
pub(super) fn side(referral: &Referral, place: &Place, relation: Relation) -> Side {
    if relation == Relation::ReceivingTeam && place.team != referral.receiving_team { Side::Cover } else { Side::Desk }
}

/// Whether this way to a referral is by covering for its team.
pub(super) fn covers(referral: &Referral, place: &Place, relation: Relation) -> bool {
    side(referral, place, relation) == Side::Cover
}

/// Where a referral stands on a way to it: to those who cover it is opened once they have opened it, whether or not the
/// receiving team has, so that they can ask what cannot wait for the team.
fn state_on(referral: &Referral, place: &Place, relation: Relation) -> ReferralState {
    let opened = referral.desk.covered.is_some() && covers(referral, place, relation);
    match referral.stage.state() {
        ReferralState::Received if opened => ReferralState::Opened,
        state => state,
    }
}

/// The caller's ways to a referral, the strongest first.
pub(super) fn relations<'c>(caller: &'c Caller, referral: &Referral, sight: &Sight) -> Vec<(&'c Place, Relation)> {
    let mut ways = Vec::new();
    // What goes to a restricted team its people hold by name, if they were not struck out; the team holds nothing.
    let by_name = |reason| sight.is_shared_with_person(referral.id, caller.user(), reason);
    let received = |place: &&Place| sight.shared_with(referral.id, place.team).next().is_some() || by_name(GrantReason::Named);
    if let Some(place) = caller.admitted_to(referral.receiving_team).filter(received) {
        ways.push((place, Relation::ReceivingTeam));
    }
    // The team that covers holds the same grant as the one it covers for, beside a copy perhaps.
    let covers = |place: &&Place| sight.covers(referral.id, place.team);
    if let Some(place) = caller.admitted().find(covers) {
        ways.push((place, Relation::ReceivingTeam));
    }
    if let Some(place) = caller.admitted().find(|place| place.agency == referral.referrer_agency) {
        let named = [(GrantReason::Checker, Relation::Checker), (GrantReason::Deputy, Relation::Deputy)];
        ways.extend(named.into_iter().filter(|(reason, _)| by_name(*reason)).map(|(_, relation)| (place, relation)));
    }
    if referral.referrer == caller.user()
        && let Some(place) = caller.admitted_to(referral.referrer_team).or_else(|| caller.admitted().next())
    {
        ways.push((place, Relation::Referrer));
    }
    if let Some(place) = caller.admitted_to(referral.referrer_team) {
        ways.push((place, Relation::ReferrersTeam));
    }
    let reaches = |place: &&Place| sight.reaches(referral.id, place.team) && place.team != referral.receiving_team;
    ways.extend(caller.admitted().filter(reaches).map(|place| (place, Relation::Granted)));
    // The receiving team may be one that the pathway names for a category; and a grant may be the person's own.
    if let Some(place) = caller.admitted_to(referral.receiving_team).or_else(|| caller.admitted().next()) {
        ways.push((place, Relation::Granted));
    }
    ways
}
