//! Opening one referral: found through the caller's grants, decided on, on record, and only then readable.

use super::{
    AdditionView, App, Caller, Error, FileView, additions,
    checks::{self, Stop, StopView},
    files::{Described, Description},
    gate::{bare, legal},
    keyring::recipient_of,
    library::Versioned,
    opening::{Sight, Unwrapped, opened},
};
use crate::{
    audit::{Details, Recorded},
    crypto::{Identity, RecipientOf},
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
    /// The files on it, in the order added.
    pub files: Vec<FileView>,
    /// Who sent it: name, team, agency.
    pub sent_by: (String, String, String),
    /// Who received it: team, agency.
    pub received_by: (String, String),
    /// Who holds it, the sender's side included.
    pub holders: Vec<HolderView>,
    /// Why the sender rests on another lawful basis than the pathway offers.
    pub legal_reason: Option<String>,
    /// Why it was stopped at the check.
    pub stop: Option<StopView>,
}

/// Somebody who holds a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderView {
    /// Team or person, with the agency.
    pub name: String,
    /// What for.
    pub reason: GrantReason,
}

/// What of a referral this caller sees, and may do, as it is gathered.
#[derive(Default)]
struct Seen {
    /// By which relation; the first that opened anything.
    relation: Option<Relation>,
    actions: Vec<Action>,
    kinds: Vec<ShownCompartment>,
    /// The answers of each compartment.
    parts: Vec<Answers>,
    messages: Vec<(UserId, MessageView)>,
    additions: Vec<(UserId, AdditionView)>,
    files: Vec<Described>,
    entries: Vec<EntryView>,
    legal_reason: Option<String>,
    stop: Option<(UserId, Stop)>,
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

    /// Reads what the caller may: what is for everybody with the referral, and then each restricted category apart, by an event
    /// of its own, so that only those who hold the category read in the log that it was opened.
    async fn read_found(&self, request: &RequestContext, caller: &Caller, mut referral: Referral) -> Result<ReferralView, Error> {
        let versioned = self.pathway_at(&referral.pathway_version).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let (apart, together): (Vec<_>, Vec<_>) =
            sight.compartments(referral.id).into_iter().partition(|shown| shown.kind == CompartmentKind::Restricted);
        let mut seen = Seen::default();
        let mut unwrapped = Unwrapped::default();
        for held in [together, apart].into_iter().filter(|held| !held.is_empty()) {
            let Some(act) = self.way_in(request, caller, (&referral, &versioned), &sight, &held).await? else { continue };
            let permit = self.ask(act).await?;
            self.open_reached(request, caller, permit, (&mut referral, &versioned), &sight, &mut unwrapped, &mut seen).await?;
        }
        let Some(relation) = seen.relation else {
            return Err(self.refuse_reading(request, caller, (&referral, &versioned), &sight).await);
        };
        seen.actions = self.actions(caller, (&referral, &sight), relation, &seen.kinds);
        self.view(referral, versioned, relation, seen).await
    }

    /// Opens every item of the compartments that a permit reaches, once its event is committed.
    #[expect(clippy::too_many_arguments, reason = "one step of a walk, with all that the walk gathers")]
    async fn open_reached(
        &self,
        request: &RequestContext,
        caller: &Caller,
        permit: Permit,
        (referral, versioned): (&mut Referral, &Versioned),
        sight: &Sight,
        unwrapped: &mut Unwrapped,
        seen: &mut Seen,
    ) -> Result<(), Error> {
        let kinds = permit.act().compartments.clone();
        let relation = permit.act().relation;
        let reached: Vec<_> = kinds.iter().map(|shown| shown.id).collect();
        let found = self.store.entries_in(&reached).await?;
        let mut identities: Vec<Identity> = Vec::new();
        let ground = self.ground(sight, &found).await?;
        for item in &found {
            identities.push(self.identity_for(caller, &permit, &ground, item, unwrapped).await?);
        }
        let sender = self.agency(referral.referrer_agency).await?.kind;
        let recorded = self.record_reading(request, caller, permit, referral, &found).await?;
        let audience_of = |entry: &entries::Entry| {
            let kind = kinds.iter().find(|shown| shown.id == entry.compartment).map(|shown| shown.kind);
            kind.and_then(Audience::of).ok_or(Error::Integrity("a message or file stands where none belongs"))
        };
        for (item, identity) in found.iter().zip(&identities) {
            let entry = &item.entry;
            let content = opened(&recorded, entry, identity)?;
            let text = || str::from_utf8(content.as_bytes()).map_err(|_| Error::Integrity("a sealed text cannot be read"));
            match entry.kind {
                EntryKind::Submission => {
                    let json =
                        serde_json::from_slice(content.as_bytes()).map_err(|_| Error::Integrity("the answers cannot be read"))?;
                    let read = pathways::answers_from_json(&versioned.pathway, &json, sender);
                    seen.parts.push(read.map_err(|_| Error::Integrity("the answers do not fit their pathway"))?);
                }
                EntryKind::Message => {
                    let (audience, text) = (audience_of(entry)?, text()?.to_owned());
                    let view = MessageView { id: entry.id, at: entry.at, from: String::new(), audience, text };
                    seen.messages.push((entry.author, view));
                }
                EntryKind::Addition => {
                    let answers = additions::read(&versioned.pathway, sender, content.as_bytes())?;
                    let view = AdditionView { id: entry.id, at: entry.at, from: String::new(), answers };
                    seen.additions.push((entry.author, view));
                }
                EntryKind::Attachment => seen.files.push(Described {
                    author: entry.author,
                    id: entry.id,
                    at: entry.at,
                    audience: audience_of(entry)?,
                    about: Description::read(content.as_bytes())?,
                }),
                EntryKind::LegalReason => seen.legal_reason = Some(text()?.to_owned()),
                EntryKind::CheckReason => seen.stop = Some((entry.author, checks::read_stop(text()?)?)),
                // A draft's sections are erased when it is sent.
                EntryKind::Headline | EntryKind::Draft => {}
                EntryKind::File | EntryKind::Original => return Err(Error::Integrity("a blob stands among the entries")),
            }
            if let Some(shown) = kinds.iter().find(|shown| shown.id == entry.compartment) {
                seen.entries.push(EntryView { id: entry.id, kind: entry.kind, compartment: shown.kind, at: entry.at });
            }
        }
        seen.relation = seen.relation.or(Some(relation));
        seen.kinds.extend(kinds);
        Ok(())
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

    /// The act of reading some compartments by the first of the caller's ways that the policy allows for any of them.
    async fn way_in(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (referral, versioned): (&Referral, &Versioned),
        sight: &Sight,
        held: &[ShownCompartment],
    ) -> Result<Option<Act>, Error> {
        let kind = self.agency(caller.agency()).await?.kind;
        let policy = self.policy.current();
        let way = Way { referral, legal: legal(kind, versioned.pathway.purpose), request };
        let act = |place: &Place, relation, compartments| way.act(caller, place, (Action::ReadReferral, relation), compartments);
        for (place, relation) in relations(caller, referral, sight) {
            let allowed = |shown: &ShownCompartment| {
                act(place, relation, vec![*shown]).questions().iter().all(|question| policy.allows(question))
            };
            let reached: Vec<_> = held.iter().copied().filter(allowed).collect();
            if !reached.is_empty() {
                return Ok(Some(act(place, relation, reached)));
            }
        }
        Ok(None)
    }

    /// Puts on record that none of the caller's ways to a referral is allowed.
    async fn refuse_reading(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (referral, versioned): (&Referral, &Versioned),
        sight: &Sight,
    ) -> Error {
        let refused = async {
            let kind = self.agency(caller.agency()).await?.kind;
            let way = Way { referral, legal: legal(kind, versioned.pathway.purpose), request };
            let place = caller.main().ok_or(Error::Refused)?;
            let held = sight.compartments(referral.id);
            self.ask(way.act(caller, &place.place, (Action::ReadReferral, Relation::None), held)).await.map(drop)
        };
        refused.await.err().unwrap_or(Error::Refused)
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

    async fn view(&self, referral: Referral, pathway: Versioned, relation: Relation, seen: Seen) -> Result<ReferralView, Error> {
        let Seen { actions, parts, messages, additions, files, entries, legal_reason, stop, .. } = seen;
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
        let stop = match stop {
            Some((by, stop)) => Some(self.stop_view(&pathway, by, stop).await?),
            None => None,
        };
        Ok(ReferralView {
            answers: (!parts.is_empty()).then(|| pathway.pathway.whole(parts)),
            holders: self.holders(referral.id).await?,
            messages: self.signed(messages).await?,
            entries,
            actions,
            relation,
            additions: self.signed_additions(additions).await?,
            files: self.file_views(files).await?,
            sent_by,
            received_by,
            legal_reason,
            stop,
            referral,
            pathway,
        })
    }

    /// Who holds the referral, by name, as the keys were given out.
    async fn holders(&self, referral: ReferralId) -> Result<Vec<HolderView>, Error> {
        let mut holders = Vec::new();
        for holder in self.store.holders_of_shared(referral).await? {
            let damaged = Error::Integrity("a holder's id is damaged");
            let name = match recipient_of(holder.kind, &holder.id).map_err(|_| damaged)? {
                RecipientOf::Team(team) => {
                    let team = self.team(team).await?;
                    format!("{} ({})", team.name.as_str(), self.agency_name(team.agency).await?)
                }
                RecipientOf::User(user) => {
                    let account = self.store.account(user).await?.ok_or(Error::Integrity("a holder is nobody"))?;
                    format!("{} ({})", account.name.as_str(), self.agency_name(account.agency).await?)
                }
                // A key in shares, kept outside the exchange: nobody reads by it from day to day.
                RecipientOf::Recovery(_) => continue,
            };
            holders.push(HolderView { name, reason: holder.reason });
        }
        Ok(holders)
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
        let lists = |action: &&Action| matches!(action, Action::ListSent | Action::ListQueue | Action::ListChecks);
        let acts = Action::ALL.iter().filter(|action| !lists(action));
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
    if by_name == Some(GrantReason::Deputy)
        && let Some(place) = caller.admitted().find(|place| place.agency == referral.referrer_agency)
    {
        ways.push((place, Relation::Deputy));
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
