//! Sending a referral: checked, routed, sealed, granted and on record, in one transaction.

use std::time::Duration;

use super::{
    App, Caller, Error, draft_saving::end as end_draft, gate::legal, idempotency::Once, library::Versioned, sealing::Holder,
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        actor::Place,
        agency::{AgencyKind, TeamState},
        answers::{Answers, RawAnswers},
        compartment::{CompartmentKind, EntryKind},
        draft::DraftState,
        grant::GrantReason,
        ids::ReferralId,
        pathway::Pathway,
        reference::Reference,
        referral::{ReferralState, Stage},
        relation::Relation,
        sensitivity::Sensitivity,
        time::Timestamp,
        urgency::Urgency,
        validate::validate,
    },
    pathways,
    policy::{Act, DenialReason, Object, RequestContext, State},
    store::{drafts::Draft, referrals::Referral, teams::Team},
};

/// What the sender is told at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The reference to quote.
    pub reference: Reference,
    /// The pathway's id.
    pub pathway: String,
    /// Where it stands.
    pub state: ReferralState,
    /// When the receiving team must have decided.
    pub due_at: Timestamp,
    /// Who received it: team and agency.
    pub received_by: (String, String),
    /// What happens next.
    pub next_steps: Vec<String>,
}

/// The places from which a person may send at all: those whose team's key they hold.
pub(super) fn places_to_submit_from(caller: &Caller) -> impl Iterator<Item = &Place> {
    caller.admitted()
}

/// The act of sending: the relation says whether the caller's agency may send this pathway.
pub(super) fn submission(
    caller: &Caller,
    place: &Place,
    kind: AgencyKind,
    pathway: &Pathway,
    request: Option<(&RequestContext, ReferralId)>,
) -> Act {
    let relation = if pathway.may_submit(kind) { Relation::Referrer } else { Relation::None };
    let nowhere =
        || RequestContext { id: crate::domain::ids::RequestId::from_bytes([0; 16]), source: None, at: Timestamp::from_millis(0) };
    let (request, object) = match request {
        Some((request, id)) => (request.clone(), Object::Referral(id, None)),
        None => (nowhere(), Object::Hub),
    };
    Act {
        actor: caller.acting_from(place),
        action: Action::SubmitReferral,
        object,
        relation,
        sensitivity: Some(pathway.sensitivity),
        state: State::Referral(ReferralState::New),
        compartments: Vec::new(),
        legal: Some(legal(kind, pathway.purpose)),
        request,
    }
}

impl App {
    /// A pathway that the caller is about to fill in. One that they may not send is refused now, on record, rather than after
    /// all the writing.
    pub async fn start_referral(&self, request: &RequestContext, caller: &Caller, pathway: &str) -> Result<Versioned, Error> {
        let versioned = self.pathway(pathway).ok_or(Error::Unseen)?;
        let kind = self.agency(caller.agency()).await?.kind;
        if self.may_submit(caller, kind, &versioned.pathway) {
            return Ok(versioned);
        }
        let place = self.place_to_submit_from(caller, kind, &versioned.pathway)?;
        let id = ReferralId::random(&*self.random);
        let act = submission(caller, &place, kind, &versioned.pathway, Some((request, id)));
        let act = Act { object: Object::Unseen, ..act };
        self.refuse(act, DenialReason::Policy, None).await?;
        Err(Error::Refused)
    }

    /// Checks the answers of a kind of agency without sending: what the check-answers page shows.
    pub fn check_answers(&self, pathway: &Versioned, raw: RawAnswers, sender: AgencyKind) -> Result<Answers, Error> {
        validate(&pathway.pathway, raw, sender, self.clock.now().uk_date()).map_err(Error::Invalid)
    }

    /// The team that would receive these answers, and when a human reads it; for the pages before and after sending.
    pub async fn receiving_team(&self, pathway: &Pathway, answers: &Answers) -> Result<(Team, String), Error> {
        let route = pathway.route(answers);
        let team = self.store.team_by_code(route.team.as_str()).await?;
        let team = team.filter(|team| team.state == TeamState::Ready);
        let team = team.ok_or(Error::Conflict("the team that receives these referrals is not ready; ring them instead"))?;
        Ok((team, route.hours.clone()))
    }

    /// Sends a referral, of answers or of a draft that held them.
    pub(super) async fn submit_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (versioned, draft): (&Versioned, Option<&Draft>),
        raw: RawAnswers,
        once: &Once<'_>,
    ) -> Result<Receipt, Error> {
        let pathway = &versioned.pathway;
        let agency = self.agency(caller.agency()).await?;
        let id = draft.map_or_else(|| ReferralId::random(&*self.random), |draft| draft.id);
        let place = self.place_to_submit_from(caller, agency.kind, pathway)?;
        let permit = self.ask(submission(caller, &place, agency.kind, pathway, Some((request, id)))).await?;

        let answers = validate(pathway, raw, agency.kind, request.at.uk_date()).map_err(Error::Invalid)?;
        let (team, _) = self.receiving_team(pathway, &answers).await?;
        let receiving_agency = self.agency(team.agency).await?;
        let holders = self.holders_of_shared(caller, &place, &team, pathway, &answers).await?;
        let due_at = pathway.triage_due(&answers, request.at, &self.calendar);

        let mut tx = self.store.begin().await?;
        let referral = Referral {
            id,
            reference: draft.map_or_else(|| Reference::random(&*self.random), |draft| draft.reference),
            pathway: pathway.id.as_str().to_owned(),
            pathway_version: versioned.version.clone(),
            sensitivity: pathway.sensitivity,
            stage: Stage::Received,
            revision: 1,
            referrer: caller.user(),
            referrer_team: place.team,
            referrer_agency: caller.agency(),
            receiving_team: team.id,
            receiving_agency: team.agency,
            urgency: pathway.urgency(&answers).code().to_owned(),
            submitted_at: request.at,
            due_at,
        };
        let receipt = Receipt {
            reference: referral.reference,
            pathway: referral.pathway.clone(),
            state: referral.stage.state(),
            due_at,
            received_by: (team.name.as_str().to_owned(), receiving_agency.name.as_str().to_owned()),
            next_steps: pathway.next_steps.clone(),
        };
        once.remember(&mut tx, &receipt).await?;
        if let Some(draft) = draft {
            end_draft(&mut tx, draft, DraftState::Sent).await?;
        }
        match tx.insert_referral(&referral).await {
            // Of 2^40 references two were drawn alike; the sender's next try draws another.
            Err(error) if error.is_duplicate_in("reference") => return Err(Error::Busy(Duration::from_secs(1))),
            other => other?,
        }

        let shared = self.new_compartment(&mut tx, id, CompartmentKind::Shared, &holders, request.at).await?;
        let submission = pathways::answers_to_json(&answers).to_string();
        let mut entries = Vec::new();
        for (kind, content) in
            [(EntryKind::Submission, submission.as_bytes()), (EntryKind::Headline, pathway.headline(&answers).as_bytes())]
        {
            let entry = self.sealed_entry(&tx, &shared, kind, content, caller.user(), request.at);
            tx.insert_entry(&entry).await?;
            entries.push((entry.id, entry.sha256));
        }
        let month = request.at.uk_date().strftime("%Y-%m").to_string();
        let district = pathway.district(&answers).map_or("-", |code| code.as_str());
        tx.count_measure(pathway.id.as_str(), &agency.code, district, &month, "submitted").await?;

        let details = Details {
            recipients: vec![(team.agency, team.id)],
            entries,
            compartments: vec![shared.shown()],
            keys: std::iter::once(shared.key).chain(holders.iter().map(Holder::key)).collect(),
            pathway: Some(versioned.named()?),
            ..Details::default()
        };
        tx.commit(permit, &details).await?;
        Ok(receipt)
    }

    /// The first place the policy lets the caller send from; failing that, any place, so that the refusal is on record.
    pub(super) fn place_to_submit_from(&self, caller: &Caller, kind: AgencyKind, pathway: &Pathway) -> Result<Place, Error> {
        let policy = self.policy.current();
        let allowed = |place: &&Place| {
            submission(caller, place, kind, pathway, None).questions().iter().all(|question| policy.allows(question))
        };
        let place = places_to_submit_from(caller).find(allowed).or_else(|| caller.main().map(|named| &named.place));
        place.cloned().ok_or(Error::Refused)
    }

    /// Who gets the key of `shared`: the receiving team; on the referrer's side their team (L1, L2) or they alone with
    /// their agency's recovery recipient (L3, L4); and, where it is for today, the team that covers.
    async fn holders_of_shared(
        &self,
        caller: &Caller,
        place: &Place,
        receiving: &Team,
        pathway: &Pathway,
        answers: &Answers,
    ) -> Result<Vec<Holder>, Error> {
        let mut holders = vec![self.team_holder(receiving).await?];
        if matches!(pathway.sensitivity, Sensitivity::L1 | Sensitivity::L2) {
            if place.team != receiving.id {
                holders.push(self.team_holder(&self.team(place.team).await?).await?);
            }
        } else {
            holders.push(self.own_holder(caller).await?);
            holders.push(self.recovery_holder(&self.agency(caller.agency()).await?).await?);
        }
        if pathway.urgency(answers) == Urgency::Today {
            let cover = self.store.team_by_code(pathway.route(answers).cover.as_str()).await?;
            if let Some(cover) =
                cover.filter(|cover| cover.state == TeamState::Ready && !holders.iter().any(|holder| holder.is_team(cover.id)))
            {
                holders.push(self.team_holder(&cover).await?.because(GrantReason::Cover));
            }
        }
        Ok(holders)
    }
}
