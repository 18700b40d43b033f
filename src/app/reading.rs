//! Opening one referral: found through the caller's grants, decided on, on record, and only then readable.

use super::{
    AdditionView, App, Caller, Error, additions,
    gate::{bare, legal},
    library::Versioned,
    opening::{Sight, Unwrapped, opened},
};
use crate::{
    audit::{Details, Recorded},
    crypto::Identity,
    domain::{
        action::{Action, Scope},
        actor::{Actor, Place},
        answers::Answers,
        compartment::{CompartmentKind, EntryKind},
        grant::GrantReason,
        ids::{AgencyId, EntryId, ReferralId, UserId},
        message::Audience,
        reference::Reference,
        referral::Stage,
        relation::Relation,
        time::Timestamp,
    },
    pathways,
    policy::{Act, DenialReason, Legal, Object, Permit, Question, RequestContext, ShownCompartment, State},
    store::{CommitError, entries, referrals::Referral},
};

/// A sealed item as a list of what there is shows it.
#[derive(Debug, Clone)]
pub struct EntryView {
    /// Its id.
    pub id: EntryId,
    /// What it is.
    pub kind: EntryKind,
    /// The compartment that seals it.
    pub compartment: CompartmentKind,
    /// When it was written.
    pub at: Timestamp,
}

/// A message as its readers see it.
pub struct MessageView {
    /// Its id.
    pub id: EntryId,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it, by name.
    pub from: String,
    /// Who reads it.
    pub audience: Audience,
    /// What it says.
    pub text: String,
}

/// A referral as one caller may see it.
pub struct ReferralView {
    /// Its clear facts.
    pub referral: Referral,
    /// The pathway as it was when the referral was made.
    pub pathway: Versioned,
    /// How the caller stands to it.
    pub relation: Relation,
    /// What the caller may do with it next.
    pub actions: Vec<Action>,
    /// The answers as sent.
    pub answers: Option<Answers>,
    /// Every sealed item the caller may open.
    pub entries: Vec<EntryView>,
    /// What was said on it, in order.
    pub messages: Vec<MessageView>,
    /// What was added to it after sending, in order.
    pub additions: Vec<AdditionView>,
    /// Who sent it: name, team, agency.
    pub sent_by: (String, String, String),
    /// Who received it: team, agency.
    pub received_by: (String, String),
}

/// What of a referral this caller sees, and may do.
struct Seen {
    relation: Relation,
    actions: Vec<Action>,
    kinds: Vec<ShownCompartment>,
    answers: Option<Answers>,
    messages: Vec<MessageView>,
    additions: Vec<AdditionView>,
}

/// How often a read is begun anew when the referral moves between decision and commit.
const TRIES: usize = 4;

impl App {
    /// Opens a referral by reference. Unseen and nonexistent cost the same look-ups and leave the same event.
    pub async fn read_referral(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<ReferralView, Error> {
        for _ in 1..TRIES {
            match self.read_once(request, caller, reference).await {
                Err(Error::Conflict(_)) => {}
                other => return other,
            }
        }
        self.read_once(request, caller, reference).await
    }

    /// A referral by its reference, if the caller holds a grant on it; a miss is on record as a refusal of what was tried.
    pub(super) async fn find_referral(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        action: Action,
    ) -> Result<Referral, Error> {
        let session = caller.session().to_string();
        self.look_up_allowed(request, &session).await?;
        // A text that cannot be a reference is looked up like one that is: the answer must not tell them apart.
        let reference = Reference::parse(reference).unwrap_or(Reference::NOBODYS);
        if let Some(referral) = self.store.referral_seen_by(reference, &caller.holders()).await? {
            return Ok(referral);
        }
        self.miss(request, &session).await?;
        let act = bare(caller.acting()?, action, Object::Unseen, Relation::None, State::None, request);
        self.refuse(act, DenialReason::Unseen, None).await?;
        Err(Error::Unseen)
    }

    async fn read_once(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<ReferralView, Error> {
        let referral = self.find_referral(request, caller, reference, Action::ReadReferral).await?;
        let (id, revision) = (referral.id, referral.revision);
        let read = self.read_found(request, caller, referral).await;
        if let Err(Error::Integrity(_)) = &read {
            self.refuse_damaged(caller.acting()?, Action::ReadReferral, (id, revision), request).await?;
        }
        read
    }

    /// Puts on record that a referral was not shown because what is stored is not what the log vouches for.
    pub(super) async fn refuse_damaged(
        &self,
        actor: Actor,
        action: Action,
        (id, revision): (ReferralId, i64),
        request: &RequestContext,
    ) -> Result<(), Error> {
        let act = bare(actor, action, Object::Referral(id, Some(revision)), Relation::None, State::None, request);
        self.refuse(act, DenialReason::Integrity, None).await
    }

    async fn read_found(&self, request: &RequestContext, caller: &Caller, mut referral: Referral) -> Result<ReferralView, Error> {
        let versioned = self.pathway_at(&referral.pathway_version).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let permit = self.decide_reading(request, caller, &referral, &versioned, &sight).await?;
        let reached: Vec<_> = permit.act().compartments.iter().map(|shown| shown.id).collect();
        let relation = permit.act().relation;

        let found = self.store.entries_in(&reached).await?;
        let mut unwrapped = Unwrapped::default();
        let mut identities: Vec<Identity> = Vec::new();
        let ground = self.ground(&sight, &found).await?;
        for item in &found {
            identities.push(self.identity_for(caller, &permit, &ground, item, &mut unwrapped).await?);
        }
        let kinds = permit.act().compartments.clone();
        let recorded = self.record_reading(request, caller, permit, &mut referral, &found).await?;

        let sender = self.agency(referral.referrer_agency).await?.kind;
        let mut answers = None;
        let (mut messages, mut additions) = (Vec::new(), Vec::new());
        for (item, identity) in found.iter().zip(&identities) {
            let entry = &item.entry;
            let content = opened(&recorded, entry, identity)?;
            match entry.kind {
                EntryKind::Submission => {
                    let json =
                        serde_json::from_slice(content.as_bytes()).map_err(|_| Error::Integrity("the answers cannot be read"))?;
                    let read = pathways::answers_from_json(&versioned.pathway, &json, sender);
                    answers = Some(read.map_err(|_| Error::Integrity("the answers do not fit their pathway"))?);
                }
                EntryKind::Message => {
                    let kind = kinds.iter().find(|shown| shown.id == entry.compartment).map(|shown| shown.kind);
                    let audience = kind.and_then(Audience::of).ok_or(Error::Integrity("a message stands where none belongs"))?;
                    let text = str::from_utf8(content.as_bytes()).map_err(|_| Error::Integrity("a message cannot be read"))?;
                    messages.push((
                        entry.author,
                        MessageView { id: entry.id, at: entry.at, from: String::new(), audience, text: text.to_owned() },
                    ));
                }
                EntryKind::Addition => {
                    let answers = additions::read(&versioned.pathway, sender, content.as_bytes())?;
                    additions.push((entry.author, AdditionView { id: entry.id, at: entry.at, from: String::new(), answers }));
                }
                // A draft's sections are erased when it is sent.
                EntryKind::Headline | EntryKind::Draft => {}
            }
        }
        let messages = self.signed(messages).await?;
        let additions = self.signed_additions(additions).await?;
        let actions = self.actions(caller, (&referral, &sight), relation, &kinds);
        let seen = Seen { relation, actions, kinds, answers, messages, additions };
        self.view(referral, versioned, seen, &found).await
    }

    /// The event of a reading; the receiving team's first moves the referral on in the same transaction.
    async fn record_reading(
        &self,
        request: &RequestContext,
        caller: &Caller,
        permit: Permit,
        referral: &mut Referral,
        found: &[entries::Found],
    ) -> Result<Recorded, Error> {
        let details =
            Details { entries: found.iter().map(|item| (item.entry.id, item.entry.sha256)).collect(), ..Details::default() };
        // The team that covers may look; only the team that must decide moves it on, or it would seem read to them unread.
        let own = permit.act().actor.person().is_some_and(|person| person.place.team == referral.receiving_team);
        let opening = own && permit.act().relation == Relation::ReceivingTeam && referral.stage == Stage::Received;
        if !opening {
            let mut answers = self.store.record(vec![(permit, details)]).await?;
            let answer = answers.pop().ok_or(Error::Conflict("nothing was recorded"))?;
            return Ok(answer?);
        }
        let mut tx = self.store.begin().await?;
        let stage = referral.stage.open(caller.user(), request.at);
        if !tx.move_referral(referral.id, referral.revision, stage).await? {
            return Err(CommitError::Stale("referral").into());
        }
        let recorded = tx.commit(permit, &details).await?;
        referral.stage = stage;
        referral.revision += 1;
        Ok(recorded)
    }

    /// Asks for the caller's ways to the referral in turn; the first that is allowed is taken, none is a refusal on record.
    async fn decide_reading(
        &self,
        request: &RequestContext,
        caller: &Caller,
        referral: &Referral,
        versioned: &Versioned,
        sight: &Sight,
    ) -> Result<Permit, Error> {
        let kind = self.agency(caller.agency()).await?.kind;
        let policy = self.policy.current();
        let held = sight.compartments(referral.id);
        let way = Way { referral, legal: legal(kind, versioned.pathway.purpose), request };
        let act = |place: &Place, relation, compartments| way.act(caller, place, (Action::ReadReferral, relation), compartments);
        for (place, relation) in relations(caller, referral, sight) {
            let allowed = |shown: &ShownCompartment| {
                act(place, relation, vec![*shown]).questions().iter().all(|question| policy.allows(question))
            };
            let reached: Vec<_> = held.iter().copied().filter(allowed).collect();
            if !reached.is_empty() {
                return self.ask(act(place, relation, reached)).await;
            }
        }
        let place = caller.main().ok_or(Error::Refused)?;
        self.ask(act(&place.place, Relation::None, held)).await
    }

    /// Puts the writers' names to their messages, one query.
    async fn signed(&self, messages: Vec<(UserId, MessageView)>) -> Result<Vec<MessageView>, Error> {
        let mut writers: Vec<UserId> = messages.iter().map(|(author, _)| *author).collect();
        writers.sort_unstable();
        writers.dedup();
        let names = self.store.account_names(&writers).await?;
        let name_of = |id| names.iter().find(|(user, ..)| *user == id).map(|(_, _, name)| name.as_str().to_owned());
        let signed = messages.into_iter().map(|(author, view)| MessageView { from: name_of(author).unwrap_or_default(), ..view });
        Ok(signed.collect())
    }

    async fn view(
        &self,
        referral: Referral,
        pathway: Versioned,
        seen: Seen,
        found: &[entries::Found],
    ) -> Result<ReferralView, Error> {
        let Seen { relation, actions, kinds, answers, messages, additions } = seen;
        let kind_of = |entry: &entries::Entry| kinds.iter().find(|shown| shown.id == entry.compartment).map(|shown| shown.kind);
        let entries = found.iter().filter_map(|item| {
            let compartment = kind_of(&item.entry)?;
            Some(EntryView { id: item.entry.id, kind: item.entry.kind, compartment, at: item.entry.at })
        });
        let sender =
            self.store.account(referral.referrer).await?.map(|account| account.name.as_str().to_owned()).unwrap_or_default();
        let sent_by = (
            sender,
            self.team(referral.referrer_team).await?.name.as_str().to_owned(),
            self.agency_name(referral.referrer_agency).await?,
        );
        let received_by = (
            self.team(referral.receiving_team).await?.name.as_str().to_owned(),
            self.agency_name(referral.receiving_agency).await?,
        );
        Ok(ReferralView {
            entries: entries.collect(),
            actions,
            relation,
            answers,
            messages,
            additions,
            sent_by,
            received_by,
            referral,
            pathway,
        })
    }

    async fn agency_name(&self, id: AgencyId) -> Result<String, Error> {
        Ok(self.agency(id).await?.name.as_str().to_owned())
    }

    /// The law the caller's agency rests on for a referral's pathway.
    pub(super) async fn legal_for(&self, caller: &Caller, referral: &Referral) -> Result<Legal, Error> {
        let kind = self.agency(caller.agency()).await?.kind;
        Ok(legal(kind, self.pathway_at(&referral.pathway_version).await?.pathway.purpose))
    }

    /// What the gate would allow next, so that no page guesses a button.
    fn actions(
        &self,
        caller: &Caller,
        (referral, sight): (&Referral, &Sight),
        relation: Relation,
        kinds: &[ShownCompartment],
    ) -> Vec<Action> {
        let policy = self.policy.current();
        let place = relations(caller, referral, sight).into_iter().find(|(_, way)| *way == relation);
        let Some((place, _)) = place else { return Vec::new() };
        let allowed = |action: &&Action| {
            let question = |compartment| Question {
                subject: place.role.into(),
                action: **action,
                relation,
                sensitivity: Some(referral.sensitivity),
                compartment,
                state: State::Referral(referral.stage.state()),
            };
            match action.scope() {
                Scope::Referral => policy.allows(&question(None)),
                Scope::Compartment => kinds.iter().any(|shown| policy.allows(&question(Some(shown.kind)))),
                _ => false,
            }
        };
        // Lists are not acts on one referral.
        let acts = Action::ALL.iter().filter(|action| !matches!(action, Action::ListSent | Action::ListQueue));
        acts.filter(allowed).copied().collect()
    }
}

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
            state: State::Referral(self.referral.stage.state()),
            compartments,
            legal: Some(self.legal),
            request: self.request.clone(),
        }
    }
}

/// The caller's ways to a referral, the strongest first.
pub(super) fn relations<'c>(caller: &'c Caller, referral: &Referral, sight: &Sight) -> Vec<(&'c Place, Relation)> {
    let mut ways = Vec::new();
    // What goes to a restricted team its people hold by name, if they were not struck out; the team holds nothing.
    let by_name = sight.shared_with_person(referral.id, caller.user());
    let received = |place: &&Place| sight.shared_with(referral.id, place.team).is_some() || by_name == Some(GrantReason::Named);
    if let Some(place) = caller.admitted_to(referral.receiving_team).filter(received) {
        ways.push((place, Relation::ReceivingTeam));
    }
    // The team that covers holds the same grant as the one it covers for.
    let covers = |place: &&Place| sight.shared_with(referral.id, place.team) == Some(GrantReason::Cover);
    if let Some(place) = caller.admitted().find(covers) {
        ways.push((place, Relation::ReceivingTeam));
    }
    if by_name == Some(GrantReason::Checker)
        && let Some(place) = caller.admitted().find(|place| place.agency == referral.referrer_agency)
    {
        ways.push((place, Relation::Checker));
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
