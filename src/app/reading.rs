//! Opening one referral: found through the caller's grants, decided on, on record, and only then readable.

use std::collections::HashSet;

use super::{
    AdditionView, App, Caller, EntryView, Error, MarkingView, MessageView, ReferralView, additions,
    checks::{self, Stop},
    copies,
    decisions::{DecisionView, FeedbackView, read_decision, read_feedback},
    desk::{DeskView, change},
    enquiries,
    files::{Described, Description},
    gate::bare,
    library::Versioned,
    notes::{self, NoteView},
    opening::{Sight, Unwrapped, opened},
    referral_view::is_senders_side,
    relations::side,
    share_notes::Sharing,
    share_parts::{Part, holds_answers},
};
use crate::{
    audit::{Details, Recorded},
    crypto::Identity,
    domain::{
        action::Action,
        actor::{Actor, Place},
        agency::AgencyKind,
        answers::Answers,
        code::QuestionId,
        compartment::{Category, CompartmentKind, EntryKind},
        desk::{Covered, Desk, Side},
        enquiry::PointsAt,
        grant::GrantReason,
        ids::{CompartmentId, EntryId, ReferralId, TeamId, UserId},
        message::Audience,
        news,
        pathway::Pathway,
        reference::Reference,
        referral::Stage,
        relation::Relation,
        time::Timestamp,
        withheld::Mark,
    },
    policy::{DenialReason, Object, Permit, RequestContext, ShownCompartment, State},
    store::{entries, referrals::Referral},
};

/// What of a referral this caller sees, and may do, as it is gathered.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing about what the caller holds, none a state of another")]
pub(super) struct Seen {
    /// By which relation; the first that opened anything.
    pub(super) relation: Option<Relation>,
    /// From a place in which team that was.
    pub(super) from: Option<TeamId>,
    pub(super) actions: Vec<Action>,
    pub(super) kinds: Vec<ShownCompartment>,
    /// Who sent it: the referrer, or their deputy.
    pub(super) sent_by: Option<UserId>,
    /// The answers of each compartment.
    pub(super) parts: Vec<Answers>,
    /// The compartments of restricted categories, with the category of the answers in them.
    pub(super) categories: Vec<(Category, CompartmentId)>,
    pub(super) messages: Vec<(UserId, MessageView)>,
    pub(super) additions: Vec<(UserId, AdditionView)>,
    pub(super) notes: Vec<(UserId, NoteView)>,
    pub(super) decisions: Vec<(UserId, DecisionView)>,
    pub(super) feedback: Vec<FeedbackView>,
    pub(super) files: Vec<Described>,
    pub(super) entries: Vec<EntryView>,
    /// How many items the caller reaches and has no key to: they were sealed while the caller had none.
    pub(super) locked: usize,
    /// What copies were seen of, with what they are.
    pub(super) copied: HashSet<(EntryId, &'static str)>,
    /// Of copies of what was added, which source each is of.
    pub(super) added: Vec<(EntryId, EntryId)>,
    /// What must be read first though the answers behind it are not among those shared.
    pub(super) warned: Vec<String>,
    pub(super) legal_reason: Option<String>,
    pub(super) stop: Option<(UserId, Timestamp, Stop)>,
    pub(super) desk: Option<DeskView>,
    /// Whether the caller holds something of it that is kept apart, read or not.
    pub(super) holds_apart: bool,
    /// Whether the caller may read something that is kept from others, on the screen if not here.
    pub(super) holds_withheld: bool,
    /// Whether nothing can be kept from the caller of what there is to answer.
    pub(super) answers_all: bool,
    /// What is kept from others: compartments with the questions answered there.
    pub(super) withheld: Vec<(CompartmentId, Vec<QuestionId>)>,
    /// The answers that were marked after sending, and not against the reader.
    pub(super) marks: Vec<Mark>,
    /// The acts by which answers were marked and marks taken away.
    pub(super) markings: Vec<MarkingView>,
    /// The questions of whose answers the reader is refused what can be kept back.
    pub(super) left_out: Vec<QuestionId>,
    /// Whether it is read for paper, on which nothing stands that is kept from anybody.
    pub(super) on_paper: bool,
    /// What the team's notes say of what it shared.
    pub(super) sharings: Vec<Sharing>,
    /// What it points at: what it grew from, or what it became.
    pub(super) pointers: Vec<(PointsAt, Reference)>,
}

impl Seen {
    /// Remembers in which compartment a category's answers stand; one compartment holds the answers of one category.
    fn categorise(&mut self, pathway: &Pathway, answers: &Answers, compartment: CompartmentId) {
        let category = answers.iter().find_map(|(id, _)| pathway.question(id)?.sealed.category());
        if let Some(category) = category
            && self.categories.iter().all(|(known, _)| *known != category)
        {
            self.categories.push((category, compartment));
        }
    }

    /// Takes up an item that holds answers, less what the reader is refused of them; gives whether it is one of its own among the entries. Of two copies of one, which may
    /// hold different parts of it, the second completes the first.
    fn take_answers(
        &mut self,
        (pathway, sender): (&Pathway, AgencyKind),
        entry: &entries::Entry,
        (source, content): (Option<EntryId>, &[u8]),
        is_withheld: bool,
    ) -> Result<bool, Error> {
        let (answers, flags) = match entry.kind {
            EntryKind::Part => Part::read(pathway, sender, content).map(|part| (part.answers, part.flags))?,
            _ => (additions::read(pathway, sender, content)?, Vec::new()),
        };
        // Of a group that is sealed away from others the rest stands in what everybody reads.
        let left_out = &self.left_out;
        let answers = if is_withheld { answers.only(|id| !left_out.contains(id)) } else { pathway.without(answers, left_out) };
        let is_later = matches!(entry.kind, EntryKind::Addition | EntryKind::Amendment);
        // Nothing tells of it when all of what was sealed away from others, or came later, is refused.
        if answers.is_empty() && !left_out.is_empty() && (is_withheld || is_later) {
            return Ok(false);
        }
        self.categorise(pathway, &answers, entry.compartment);
        if is_withheld {
            self.withhold(&answers, entry.compartment);
        }
        if is_later {
            return Ok(self.take_later(pathway, entry, source, answers));
        }
        self.sent_by = self.sent_by.or(Some(entry.author));
        self.warned.extend(flags);
        // Of a group what is kept from others is the whole, and stands before what everybody reads.
        let at = if is_withheld { 0 } else { self.parts.len() };
        self.parts.insert(at, answers);
        Ok(true)
    }

    /// Takes up answers that were added or changed; gives whether they are none that are known already.
    fn take_later(&mut self, pathway: &Pathway, entry: &entries::Entry, source: Option<EntryId>, answers: Answers) -> bool {
        let known = source.and_then(|source| self.added.iter().find(|(of, _)| *of == source)).map(|(_, id)| *id);
        if let Some((_, view)) = self.additions.iter_mut().find(|(_, view)| Some(view.id) == known) {
            view.answers = pathway.whole([std::mem::take(&mut view.answers), answers]);
            return false;
        }
        self.added.extend(source.map(|source| (source, entry.id)));
        let amends = entry.kind == EntryKind::Amendment;
        self.additions.push((entry.author, AdditionView { id: entry.id, at: entry.at, from: String::new(), amends, answers }));
        true
    }

    /// Remembers which answers stand in a compartment of what is kept from others.
    fn withhold(&mut self, answers: &Answers, compartment: CompartmentId) {
        if self.withheld.iter().all(|(known, _)| *known != compartment) {
            self.withheld.push((compartment, Vec::new()));
        }
        let of = self.withheld.iter_mut().filter(|(known, _)| *known == compartment);
        for (_, questions) in of {
            for (id, _) in answers.iter() {
                if !questions.contains(id) {
                    questions.push(id.clone());
                }
            }
        }
    }
}

/// How a referral is read.
#[derive(Clone, Copy)]
struct How {
    /// What it is called in the log.
    action: Action,
    /// Whether what is kept apart is read, too.
    with_apart: bool,
    /// Whether what is kept from others is read, too: never for paper.
    with_withheld: bool,
}

/// How often a read, or an act that leaves the referral as it is, is begun anew when the referral moves between decision and commit.
pub(super) const TRIES: usize = 4;

/// Who looks at a referral, as far as it counts for what is new.
#[derive(Clone, Copy)]
struct Look {
    /// Whether they are refused nothing of it.
    is_whole: bool,
    /// Whether they sent it, or stand in for whoever did: whatever else they are to it.
    is_senders: bool,
}

impl App {
    /// Opens a referral by reference. Unseen and nonexistent cost the same look-ups and leave the same event.
    pub async fn read_referral(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<ReferralView, Error> {
        self.read_how(request, caller, reference, How { action: Action::ReadReferral, with_apart: true, with_withheld: true })
            .await
    }

    /// Opens a referral to print it, which is an act of its own; what is kept apart only where it is asked for, and never what is
    /// kept from somebody: paper ends up where nobody meant it to.
    pub async fn print_referral(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        with_apart: bool,
    ) -> Result<ReferralView, Error> {
        self.read_how(request, caller, reference, How { action: Action::PrintReferral, with_apart, with_withheld: false }).await
    }

    async fn read_how(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        how: How,
    ) -> Result<ReferralView, Error> {
        let mut read = self.read_once(request, caller, reference, how).await;
        for _ in 1..TRIES {
            let Err(Error::Conflict(_)) = &read else { break };
            read = self.read_once(request, caller, reference, how).await;
        }
        let (view, is_whole) = read?;
        let mut reader = self.reader(caller);
        if !is_whole {
            // What they were shown may lack what the team is told of: somebody else of it must look.
            reader.desks.retain(|desk| *desk == caller.user().to_string());
        }
        self.store.read_notices_of(view.referral.id, &reader, request.at).await?;
        Ok(view)
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
        self.look_up_allowed(request, caller, action).await?;
        // A text that cannot be a reference is looked up like one that is: the answer must not tell them apart.
        let reference = Reference::parse(reference).unwrap_or(Reference::NOBODYS);
        if let Some(referral) = self.store.referral_seen_by(reference, &caller.holders()).await? {
            if action.may_seal() {
                self.renew_before_writing(request, referral.id).await?;
            }
            return Ok(referral);
        }
        self.miss(request, &session).await?;
        let act = bare(caller.acting()?, action, Object::Unseen, Relation::None, State::None, request);
        self.refuse(act, DenialReason::Unseen, None).await?;
        Err(Error::Unseen)
    }

    async fn read_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        how: How,
    ) -> Result<(ReferralView, bool), Error> {
        let referral = self.find_referral(request, caller, reference, how.action).await?;
        let (id, revision) = (referral.id, referral.revision);
        let read = self.read_found(request, caller, referral, how).await;
        if let Err(Error::Integrity(_)) = &read {
            self.refuse_damaged(caller.acting()?, how.action, (id, revision), request).await?;
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

    /// Reads what the caller may: what is for everybody with the referral, and then the restricted categories, and each part kept
    /// from somebody, by events of their own, so that only those who hold them read in the log that they were opened. Says whether
    /// that is all of it.
    async fn read_found(
        &self,
        request: &RequestContext,
        caller: &Caller,
        mut referral: Referral,
        how: How,
    ) -> Result<(ReferralView, bool), Error> {
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        // It may have been passed on to another pathway; its answers stay those of the form they were given on.
        let form = self.form_at(referral.form_version(), referral.kind).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let mut together = sight.compartments(referral.id);
        let withheld: Vec<_> = together.extract_if(.., |shown| shown.kind == CompartmentKind::Withheld).collect();
        let apart: Vec<_> = together.extract_if(.., |shown| shown.kind == CompartmentKind::Restricted).collect();
        let marks = sight.marks.known(referral.id);
        let on_paper = !how.with_withheld;
        // Of what is sealed away from others a mark may refuse the reader all. It is not opened for paper, so that it is told of
        // there only where no mark refuses them anything.
        let tells = on_paper && !withheld.is_empty() && !sight.marks.refuses(referral.id);
        let (holds_apart, holds_withheld) = (!apart.is_empty(), tells || !marks.is_empty());
        let marks = if on_paper { Vec::new() } else { marks };
        let mut seen = Seen { holds_apart, holds_withheld, marks, on_paper, ..Seen::default() };
        let apart = if how.with_apart { apart } else { Vec::new() };
        let withheld = if how.with_withheld { withheld } else { Vec::new() };
        let mut unwrapped = Unwrapped::default();
        let withheld = withheld.into_iter().map(|shown| vec![shown]);
        for held in [together, apart].into_iter().chain(withheld).filter(|held| !held.is_empty()) {
            let Some(act) = self.way_in(request, caller, (&referral, &versioned), &sight, (how.action, &held)).await? else {
                continue;
            };
            let permit = self.ask(act).await?;
            seen.from = seen.from.or(permit.act().actor.person().map(|person| person.place.team));
            self.open_reached(caller, permit, (&mut referral, &form), &sight, &mut unwrapped, &mut seen).await?;
        }
        let Some(relation) = seen.relation else {
            // None of the caller's ways is allowed: that is on record.
            let held = |_: &Place, _| Some(sight.compartments(referral.id));
            let act = self.act_on(request, caller, (&referral, &sight), how.action, held).await?;
            return Err(self.ask(act).await.err().unwrap_or(Error::Refused));
        };
        seen.holds_withheld |= !seen.withheld.is_empty();
        seen.answers_all = caller.answers_all(&sight, &referral, relation);
        let decides = self.decides_for_desk(caller, &referral, &sight).await?;
        seen.actions = self.actions(caller, (&referral, &sight), &seen.kinds, decides);
        if !on_paper && seen.kinds.iter().any(|shown| shown.kind == CompartmentKind::Shared) {
            seen.markings = self.marking_views(&sight, referral.id).await?;
        }
        if relation == Relation::ReceivingTeam {
            seen.desk = Some(self.desk_view(caller, &referral, &seen.actions).await?);
        }
        let is_whole = !sight.is_partial(referral.id);
        Ok((self.view(referral, (form, versioned), relation, seen).await?, is_whole))
    }

    /// Those of some items that the caller has a key to, each with the identity that opens it. What was sealed while they had none
    /// is left out: the rest is theirs all the same.
    async fn readable(
        &self,
        caller: &Caller,
        permit: &Permit,
        sight: &Sight,
        all: Vec<entries::Found>,
        unwrapped: &mut Unwrapped,
    ) -> Result<(Vec<entries::Found>, Vec<Identity>), Error> {
        let (mut items, mut identities) = (Vec::new(), Vec::new());
        let ground = self.ground(sight, &all).await?;
        for item in all {
            match self.identity_for(caller, permit, &ground, &item, unwrapped).await {
                Ok(identity) => {
                    identities.push(identity);
                    items.push(item);
                }
                Err(Error::Unseen) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((items, identities))
    }

    /// Opens every item of the compartments that a permit reaches, once its event is committed.
    pub(super) async fn open_reached(
        &self,
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
        seen.left_out = sight.marks.left_out(referral.id, seen.on_paper);
        let all = found.len();
        let (found, identities) = self.readable(caller, &permit, sight, found, unwrapped).await?;
        seen.locked += all - found.len();
        let originals: HashSet<EntryId> = found.iter().map(|item| item.entry.id).collect();
        let sender = self.agency(referral.referrer_agency).await?.kind;
        let of = referral.id;
        let is_senders =
            referral.referrer == caller.user() || sight.is_shared_with_person(of, caller.user(), GrantReason::Deputy);
        let look = Look { is_whole: !sight.is_partial(of), is_senders };
        let recorded = self.record_reading(caller, permit, (referral, look), &found).await?;
        let kind_of = |entry: &entries::Entry| kinds.iter().find(|shown| shown.id == entry.compartment).map(|shown| shown.kind);
        let audience_of = |entry: &entries::Entry| {
            kind_of(entry).and_then(Audience::of).ok_or(Error::Integrity("a message or file stands where none belongs"))
        };
        for (item, identity) in found.iter().zip(&identities) {
            let entry = &item.entry;
            let plain = opened(&recorded, entry, identity)?;
            let (source, content) = copies::content(kind_of(entry), plain.as_bytes())?;
            // Whoever holds an item and a copy of it, or two copies, sees one.
            if source.is_some_and(|source| originals.contains(&source)) {
                continue;
            }
            // Of answers two copies may hold different parts.
            let again = source.is_some_and(|source| !seen.copied.insert((source, entry.kind.code())));
            if again && !holds_answers(entry.kind) {
                continue;
            }
            let text = || str::from_utf8(content).map_err(|_| Error::Integrity("a sealed text cannot be read"));
            match entry.kind {
                EntryKind::Submission | EntryKind::Part | EntryKind::Addition | EntryKind::Amendment => {
                    let shown = kinds.iter().find(|shown| shown.id == entry.compartment);
                    let withheld = shown.is_some_and(|shown| sight.is_kept_from_some(shown));
                    if !seen.take_answers((&versioned.pathway, sender), entry, (source, content), withheld)? {
                        continue;
                    }
                }
                EntryKind::Message => {
                    let (audience, text) = (audience_of(entry)?, text()?.to_owned());
                    let view = MessageView { id: entry.id, at: entry.at, from: String::new(), audience, text };
                    seen.messages.push((entry.author, view));
                }
                EntryKind::Attachment => seen.files.push(Described {
                    author: entry.author,
                    id: entry.id,
                    at: entry.at,
                    audience: audience_of(entry)?,
                    about: Description::read(content)?,
                }),
                EntryKind::LegalReason => seen.legal_reason = Some(text()?.to_owned()),
                // That it was stopped, and why, is for the sender's side alone.
                EntryKind::CheckReason if !is_senders_side(relation) => continue,
                EntryKind::CheckReason => seen.stop = Some((entry.author, entry.at, checks::read_stop(text()?)?)),
                EntryKind::Pointer => {
                    let pointer = enquiries::read_pointer(content)?;
                    seen.pointers.push(pointer);
                    // What was stopped before is told to the sender's side alone, and so is that there is a word of it.
                    if pointer.0 == PointsAt::Stopped && !is_senders_side(relation) {
                        continue;
                    }
                }
                // A draft's sections are erased when it is sent.
                EntryKind::Headline | EntryKind::Draft => {}
                EntryKind::Decision => {
                    let judged = self.judged_by(referral, versioned, text()?).await?;
                    seen.decisions.push((entry.author, read_decision(&judged, entry.id, entry.at, text()?)?));
                }
                EntryKind::Feedback => {
                    let judged = self.judged_by(referral, versioned, text()?).await?;
                    seen.feedback.push(read_feedback(&judged, entry.id, entry.at, text()?)?);
                }
                EntryKind::Handover
                | EntryKind::Closing
                | EntryKind::Reopening
                | EntryKind::Disagreement
                | EntryKind::Redirection
                | EntryKind::Retraction
                | EntryKind::NotShared => {
                    let (audience, text) = (audience_of(entry)?, notes::words(entry.kind, text()?)?);
                    let from = String::new();
                    let note = NoteView { id: entry.id, kind: entry.kind, at: entry.at, from, audience, text };
                    seen.notes.push((entry.author, note));
                }
                EntryKind::Sharing => seen.sharings.push(Sharing::read(text()?)?),
                EntryKind::File | EntryKind::Original | EntryKind::Kept => {
                    return Err(Error::Integrity("what is kept elsewhere stands among the entries"));
                }
            }
            if let Some(shown) = kinds.iter().find(|shown| shown.id == entry.compartment && !again) {
                seen.entries.push(EntryView { id: entry.id, kind: entry.kind, compartment: shown.kind, at: entry.at });
            }
        }
        seen.relation = seen.relation.or(Some(relation));
        seen.kinds.extend(kinds);
        Ok(())
    }

    /// Whether the reader sent it themselves, and somebody else of the receiving team is there to open it: whoever looks at what
    /// they wrote has not taken it up for the team.
    async fn only_looks_again(&self, caller: &Caller, referral: &Referral, found: &[entries::Found]) -> Result<bool, Error> {
        let user = caller.user();
        let sent = |item: &entries::Found| item.entry.kind == EntryKind::Submission && item.entry.author == user;
        if referral.referrer != user && !found.iter().any(sent) {
            return Ok(false);
        }
        let members = self.store.members(referral.receiving_team).await?;
        let mut others = members.into_iter().map(|(other, _)| other).filter(|other| *other != user);
        let named = self.named_on(referral.id).await?;
        Ok(others.any(|other| named.is_empty() || named.contains(&other)))
    }

    /// What a reading changes of a referral: the receiving team's first opens it, and any that sees the whole takes the mark of what was changed away;
    /// the first of those who cover counts as their having it, and moves nothing on, or it would seem read to a team that has not.
    async fn moved_by_reading(
        &self,
        caller: &Caller,
        permit: &Permit,
        (referral, is_whole): (&Referral, bool),
        found: &[entries::Found],
    ) -> Result<Option<(Stage, Desk)>, Error> {
        let act = permit.act();
        let (first, at) = (referral.stage == Stage::Received, act.request.at);
        let Some(person) = act.actor.person().filter(|_| act.relation == Relation::ReceivingTeam) else { return Ok(None) };
        // That it changed stays to be seen where the reader is refused some of it, which may be what changed.
        let amended_at = referral.desk.amended_at.filter(|_| !is_whole);
        match side(referral, &person.place, act.relation) {
            Side::Desk if first || amended_at != referral.desk.amended_at => {
                if self.only_looks_again(caller, referral, found).await? {
                    return Ok(None);
                }
                let stage = if first { referral.stage.open(caller.user(), at) } else { referral.stage };
                Ok(Some((stage, Desk { amended_at, ..referral.desk })))
            }
            Side::Cover if first && referral.desk.covered.is_none() && referral.referrer != caller.user() => {
                let covered = Some(Covered { team: person.place.team, at });
                Ok(Some((referral.stage, Desk { covered, ..referral.desk })))
            }
            Side::Desk | Side::Cover => Ok(None),
        }
    }

    /// The marks of something new that a reading takes away: the sender's when they or their deputy read, whichever way they came;
    /// the receiving team's when one of it does. That stays where the reader is refused some of it, which may be what is new.
    async fn seen_by_reading(
        &self,
        caller: &Caller,
        permit: &Permit,
        (referral, look, moved): (&Referral, Look, bool),
        found: &[entries::Found],
    ) -> Result<Vec<(news::Side, Timestamp)>, Error> {
        let act = permit.act();
        let Some(person) = act.actor.person() else { return Ok(Vec::new()) };
        let senders = referral.unseen.sender.filter(|_| look.is_senders);
        let mut seen: Vec<_> = senders.map(|(_, at)| (news::Side::Sender, at)).into_iter().collect();
        let at_desk = act.relation == Relation::ReceivingTeam && side(referral, &person.place, act.relation) == Side::Desk;
        if let Some((_, at)) = referral.unseen.desk.filter(|_| at_desk && look.is_whole)
            && (moved || !self.only_looks_again(caller, referral, found).await?)
        {
            seen.push((news::Side::Desk, at));
        }
        Ok(seen)
    }

    /// The event of a reading; what it changes of the referral stands in the same transaction.
    async fn record_reading(
        &self,
        caller: &Caller,
        permit: Permit,
        (referral, look): (&mut Referral, Look),
        found: &[entries::Found],
    ) -> Result<Recorded, Error> {
        let details =
            Details { entries: found.iter().map(|item| (item.entry.id, item.entry.sha256)).collect(), ..Details::default() };
        let moved = self.moved_by_reading(caller, &permit, (referral, look.is_whole), found).await?;
        let seen = self.seen_by_reading(caller, &permit, (referral, look, moved.is_some()), found).await?;
        if moved.is_none() && seen.is_empty() {
            let mut answers = self.store.record(vec![(permit, details)]).await?;
            let answer = answers.pop().ok_or(Error::Conflict("nothing was recorded"))?;
            return Ok(answer?);
        }
        let mut tx = self.store.begin().await?;
        let mut now = referral.clone();
        if let Some((stage, desk)) = moved {
            (now.stage, now.desk) = (stage, desk);
            change(&mut tx, &now).await?;
            now.revision += 1;
        }
        for (side, at) in seen {
            tx.mark_seen(referral.id, side, at).await?;
            match side {
                news::Side::Desk => now.unseen.desk = None,
                news::Side::Sender => now.unseen.sender = None,
            }
        }
        let recorded = tx.commit(permit, &details).await?;
        *referral = now;
        Ok(recorded)
    }
}
