//! Sending a referral: checked, routed, sealed, granted and on record, in one transaction.

use std::time::Duration;

use super::{
    App, Caller, Error,
    draft_files::{Moving, NewKey},
    draft_saving::end as end_draft,
    enquiries::{self, Origin},
    file_sealing::keep,
    gate::legal,
    idempotency::Once,
    library::Versioned,
    recipients::{Copied, Recipients, RestrictedMember, said_who_is_involved},
    replacements::Replaced,
    sealing::{Compartment, Holder},
    senders::{Sender, Written},
    telling::{of_sending, telling},
};
use crate::{
    audit::Details,
    crypto::Identity,
    domain::{
        actor::Place,
        agency::AgencyKind,
        answers::{Answers, FieldError, RawAnswers},
        clock::Starts,
        code::QuestionId,
        compartment::{CompartmentKind, EntryKind},
        desk::Desk,
        draft::DraftState,
        enquiry::{FormKind, Pointers, PointsAt},
        hint::Hint,
        ids::{CompartmentId, ReferralId, TeamId, UserId},
        lawful::{BadPick, LegalPick},
        news::Unseen,
        notice::{Addressee, NoticeCode, Telling},
        pathway::Pathway,
        reference::Reference,
        referral::{ReferralState, Stage},
        relation::Relation,
        running_clock::{RunningClock, soonest},
        time::Timestamp,
        validate::validate,
        withheld::Withhold,
    },
    pathways,
    policy::{Act, DenialReason, Legal, Object, RequestContext, ShownCompartment, State},
    store::{Tx, drafts::Draft, referrals::Referral},
};

/// What the sender is told at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The reference to quote.
    pub reference: Reference,
    /// The pathway's id.
    pub pathway: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Where it stands.
    pub state: ReferralState,
    /// When the receiving team must have decided.
    pub due_at: Timestamp,
    /// Who received it: team and agency.
    pub received_by: (String, String),
    /// In a restricted case: the people of that team who received it, by name; nobody else of it did. None where teams did.
    pub people: Vec<String>,
    /// When it reads, in words.
    pub hours: String,
    /// Who covers outside those hours: team and agency.
    pub covered_by: Option<(String, String)>,
    /// What happens next.
    pub next_steps: Vec<String>,
    /// The teams told as well, in the same act.
    pub copies: Vec<Copied>,
    /// Who looks first; none where it has gone to the receiving team.
    pub check: Option<Checked>,
}

/// A check before sharing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Who checks, by name.
    pub by: Vec<String>,
    /// When it goes on by itself.
    pub until: Timestamp,
}

/// What a sender chooses beside the answers; the default is the pathway's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// The lawful basis and purpose.
    pub legal: Option<LegalPick>,
    /// Those of the restricted teams who must not receive it.
    pub struck_out: Vec<UserId>,
    /// Whether the sender has not said who is involved, or that nobody of them is: then a case that goes by name is not sent.
    pub strike_out_unsaid: bool,
    /// The team it is sent from, of those the sender has a place in; the main one unless chosen.
    pub team: Option<TeamId>,
    /// The answers that are kept back, and from whom.
    pub withhold: Option<Withhold>,
}

/// What is sent: the answers, and what was chosen beside them. Answers alone are sent with every default.
pub struct Sending {
    /// The answers as a door parsed them.
    pub answers: RawAnswers,
    /// What was chosen.
    pub choices: Choices,
    /// The enquiry that a referral is made of.
    pub enquiry: Option<String>,
    /// What was stopped at the check, and what this takes the place of.
    pub replaces: Option<String>,
}

impl From<RawAnswers> for Sending {
    fn from(answers: RawAnswers) -> Self {
        Self { answers, choices: Choices::default(), enquiry: None, replaces: None }
    }
}

/// Counts a sending, without a trace of which it was.
async fn count(tx: &mut Tx, pathway: &Pathway, (answers, agency): (&Answers, &str), at: Timestamp) -> Result<(), Error> {
    let month = at.uk_date().strftime("%Y-%m").to_string();
    let district = pathway.district(answers).map_or("-", |code| code.as_str());
    let counted = match pathway.kind {
        FormKind::Referral => "submitted",
        FormKind::Enquiry => "asked",
    };
    Ok(tx.count_measure(pathway.id.as_str(), agency, district, &month, counted).await?)
}

fn team_error() -> FieldError {
    #[expect(clippy::expect_used, reason = "a constant that the test of places reads")]
    let field = QuestionId::parse("team").expect("a constant code");
    FieldError::new(field, "Choose one of the teams that you can send this from")
}

/// Who looks first.
fn checked(to: &Recipients) -> Option<Checked> {
    match to.stage {
        Stage::Checking { until } => Some(Checked { by: to.checkers.clone(), until }),
        _ => None,
    }
}

/// Who hears of the sending; of what a deputy sends, its author as well.
fn news(referral: &Referral, sender: &Sender<'_>, to: &Recipients) -> Vec<Telling> {
    let author = sender.is_deputy().then(|| telling(referral, Addressee::User(sender.author), NoticeCode::SentForYou));
    of_sending(referral, to).into_iter().chain(author).collect()
}

/// A draft that is being sent.
pub(super) struct Begun {
    /// Its clear facts.
    pub(super) draft: Draft,
    /// Its files, to be sealed anew.
    pub(super) files: Vec<Moving>,
    /// The sections that the sender saved last.
    pub(super) saved: Vec<String>,
}

/// The longest reason for another lawful basis than the default, in characters.
const LONGEST_REASON: usize = 2000;

impl Choices {
    /// Whether an agency of this kind may choose so.
    fn check(&self, pathway: &Pathway, kind: AgencyKind) -> Result<(), FieldError> {
        let Some(pick) = &self.legal else { return Ok(()) };
        let (part, words) = match pick.check(&pathway.legal_choices(kind), kind) {
            Err(BadPick::NeedsReason) => ("reason", "Say why you rest on another basis than the first"),
            Err(BadPick::NotLawEnforcement) => ("basis", "Choose another basis: this one is for law enforcement"),
            Ok(()) if pick.reason.as_ref().is_some_and(|reason| reason.chars().count() > LONGEST_REASON) => {
                ("reason", "Reason must be 2,000 characters or less")
            }
            Ok(()) => return Ok(()),
        };
        #[expect(clippy::expect_used, reason = "a constant that the tests of lawful bases read")]
        let field = QuestionId::parse("legal").expect("a constant code");
        Err(FieldError { field, item: None, part: Some(part), message: words.to_owned() })
    }
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
        action: pathway.kind.sending(),
        object,
        relation,
        sensitivity: Some(pathway.sensitivity),
        state: State::Referral(ReferralState::New),
        compartments: Vec::new(),
        legal: Some(legal(kind, pathway)),
        request,
    }
}

impl App {
    /// A form of a pathway that the caller is about to fill in. One that they may not send is refused now, on record, rather
    /// than after all the writing.
    ///
    /// # Errors
    /// [`Error::Unseen`] when there is no such form, [`Error::Refused`].
    pub async fn start_form(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (pathway, kind): (&str, FormKind),
    ) -> Result<Versioned, Error> {
        let versioned = self.form(pathway, kind).ok_or(Error::Unseen)?;
        let kind = self.agency(caller.agency()).await?.kind;
        if self.may_submit(caller, kind, &versioned.pathway) {
            return Ok(versioned);
        }
        let place = self.place_to_submit_from(caller, kind, &versioned.pathway, None)?;
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

    /// What is worth a second look in answers that were sent at a moment; nothing where they do not fit their form.
    ///
    /// # Errors
    /// [`Error::Store`] where the caller's agency cannot be read.
    pub async fn hints(&self, caller: &Caller, form: &Versioned, raw: RawAnswers, at: Timestamp) -> Result<Vec<Hint>, Error> {
        let day = at.uk_date();
        let given = validate(&form.pathway, raw, self.sender_kind(caller).await?, day);
        Ok(given.map(|answers| form.pathway.hints(&answers, day)).unwrap_or_default())
    }

    /// The people of a form's restricted teams whom the caller may strike out: for those who may send it.
    pub async fn restricted_members(
        &self,
        request: &RequestContext,
        caller: &Caller,
        form: (&str, FormKind),
    ) -> Result<Vec<RestrictedMember>, Error> {
        let versioned = self.start_form(request, caller, form).await?;
        self.strikable(caller, &versioned.pathway).await
    }

    /// What a sending grows out of: a question for advice, or what was stopped at the check. Of a draft, what its writer no longer
    /// sees is left out. Rare and large: on the heap, so that every other sending stays small.
    async fn came_before(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (enquiry, stopped): (Option<String>, Option<String>),
        is_draft: bool,
    ) -> Result<(Option<Origin>, Option<Replaced>), Error> {
        let origin = match enquiry {
            Some(reference) if is_draft => Box::pin(self.origin_if_seen(request, caller, &reference)).await?,
            Some(reference) => Some(Box::pin(self.origin(request, caller, &reference)).await?),
            None => None,
        };
        let replaced = match stopped {
            Some(reference) if is_draft => Box::pin(self.replaced_if_stopped(request, caller, &reference)).await?,
            Some(reference) => Some(Box::pin(self.replaced(request, caller, &reference)).await?),
            None => None,
        };
        Ok((origin, replaced))
    }

    /// Sends a referral, of answers or of a draft that held them.
    pub(super) async fn submit_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (versioned, begun): (&Versioned, Option<Begun>),
        Sending { answers: raw, choices, enquiry, replaces }: Sending,
        once: &Once<'_>,
    ) -> Result<Receipt, Error> {
        let pathway = &versioned.pathway;
        let (written, files) = begun.map_or((None, Vec::new()), |Begun { draft, files, saved }| (Some((draft, saved)), files));
        let written = written.as_ref().map(|(draft, saved)| Written { draft, saved });
        let draft = written.map(|written| written.draft);
        let agency = self.agency(caller.agency()).await?;
        let id = draft.map_or_else(|| ReferralId::random(&*self.random), |draft| draft.id);
        let place = self.place_to_submit_from(caller, agency.kind, pathway, choices.team)?;
        let mut act = submission(caller, &place, agency.kind, pathway, Some((request, id)));
        if let Some(pick) = &choices.legal {
            act.legal = Some(Legal { regime: pick.basis.regime(), basis: pick.basis, purpose: pick.purpose });
        }
        let permit = self.ask(act).await?;

        let mut answers = validate(pathway, raw, agency.kind, request.at.uk_date());
        if let Err(error) = choices.check(pathway, agency.kind) {
            // All that is to be mended is told at once.
            answers = Err(answers.err().unwrap_or_default().into_iter().chain([error]).collect());
        }
        let answers = answers.map_err(Error::Invalid)?;
        let sender = self.sender((caller, &place, &agency), (pathway, &answers), written).await?;
        said_who_is_involved(pathway, &answers, &choices)?;
        let mut to = self.recipients(&sender, pathway, &answers, &choices.struck_out, request.at).await?;
        to.kept = self.kept_back(&sender, (pathway, &answers), choices.withhold.as_ref(), &to).await?;
        let receiving_agency = self.agency(to.team.agency).await?;
        let (clocks, due_at) = self.first_clocks(pathway, &answers, (to.stage, request.at));
        let (origin, replaced) = self.came_before(request, caller, (enquiry, replaces), draft.is_some()).await?;
        let pointers = origin.as_ref().map(|origin| {
            let told = to.told.iter().any(|(_, team)| *team == origin.team);
            Pointers::between(origin.by_name, to.named, told)
        });
        let shared = ShownCompartment { id: CompartmentId::random(&*self.random), kind: CompartmentKind::Shared };
        let identity = Identity::random(&*self.random);
        let key = NewKey { referral: id, compartment: shared.id, identity: &identity };
        let files = Box::pin(self.seal_anew(caller, files, key, request.at)).await?;

        let mut tx = self.store.begin().await?;
        let referral = Referral {
            id,
            reference: draft.map_or_else(|| Reference::random(&*self.random), |draft| draft.reference),
            pathway: pathway.id.as_str().to_owned(),
            pathway_version: versioned.version.clone(),
            answered_on: None,
            sensitivity: pathway.sensitivity,
            stage: to.stage,
            revision: 1,
            referrer: sender.author,
            referrer_team: place.team,
            referrer_agency: caller.agency(),
            receiving_team: to.team.id,
            receiving_agency: to.team.agency,
            urgency: pathway.urgency(&answers).code().to_owned(),
            submitted_at: request.at,
            due_at: soonest(&clocks).or(Some(due_at)),
            desk: Desk::default(),
            kind: pathway.kind,
            answered_at: None,
            unseen: Unseen::default(),
        };
        let next_steps = pathway.steps(to.way(), &answers).map(str::to_owned).collect();
        let receipt = receipt(&referral, due_at, (&to, receiving_agency.name.as_str()), next_steps);
        once.remember(&mut tx, &receipt).await?;
        if let Some(draft) = draft {
            end_draft(&mut tx, draft, DraftState::Sent).await?;
        }
        match tx.insert_referral(&referral).await {
            // Of 2^40 references two were drawn alike; the sender's next try draws another.
            Err(error) if error.is_duplicate_in("reference") => return Err(Error::Busy(Duration::from_secs(1))),
            other => other?,
        }
        tx.insert_clocks(referral.id, &clocks).await?;
        let grown_from = origin.as_ref().filter(|_| pointers.is_some_and(|pointers| pointers.to_enquiry));
        let grown_from = grown_from.map(|origin| (PointsAt::Enquiry, origin.reference));
        let takes_place_of = replaced.as_ref().map(|replaced| (PointsAt::Stopped, replaced.referral.reference));
        let points_at: Vec<_> = grown_from.into_iter().chain(takes_place_of).collect();
        let parts = (&answers, &choices, points_at.as_slice());
        let (made, mut sealed) =
            self.seal_submission(&mut tx, (&referral, pathway, caller.user()), parts, (shared, &identity), &to).await?;
        let files = self.describe_anew(&mut tx, &made, files).await?;
        sealed.entries.extend(files.entries);
        if let Some(origin) = origin.as_ref().filter(|_| pointers.is_some_and(|pointers| pointers.to_referral)) {
            self.point_back(&mut tx, origin, (&referral, caller), &mut sealed).await?;
        }
        if let Some(replaced) = &replaced {
            self.end_replaced(&mut tx, replaced, (&referral, caller), to.named, &mut sealed).await?;
        }
        if !to.named {
            count(&mut tx, pathway, (&answers, &agency.code), request.at).await?;
        }
        self.tell(&mut tx, &news(&referral, &sender, &to), request.at).await?;
        let gone = tx.erased_blobs();
        let details = Details { recipients: to.told, pathway: Some(versioned.named()?), ..sealed };
        keep(files.blobs).await?;
        tx.commit(permit, &details).await?;
        self.remove_erased(gone).await;
        Ok(receipt)
    }

    /// The clocks of a new referral, which run once the receiving team has it; and when its decision is due. While it is being
    /// checked, that is when it is due if nobody passes it on sooner.
    fn first_clocks(
        &self,
        pathway: &Pathway,
        answers: &Answers,
        (stage, at): (Stage, Timestamp),
    ) -> (Vec<RunningClock>, Timestamp) {
        let clocks = pathway.running_clocks(answers);
        let is_received = stage == Stage::Received;
        let clocks = if is_received { pathway.begun(clocks, (Starts::Receipt, at), &self.calendar) } else { clocks };
        let from = match stage {
            Stage::Checking { until } => until,
            _ => at,
        };
        (clocks, pathway.triage_due(answers, from, &self.calendar))
    }

    /// Says on the question that a referral grew from where it went on.
    async fn point_back(
        &self,
        tx: &mut Tx,
        origin: &Origin,
        (referral, caller): (&Referral, &Caller),
        sealed: &mut Details,
    ) -> Result<(), Error> {
        let content = enquiries::write_pointer(PointsAt::Referral, referral.reference);
        let (kind, at) = (EntryKind::Pointer, referral.submitted_at);
        let entry = self.sealed_entry(tx, &origin.shared, kind, content.as_bytes(), caller.user(), at);
        tx.insert_entry(&entry).await?;
        sealed.entries.push((entry.id, entry.sha256));
        sealed.compartments.push(origin.shared.shown());
        sealed.keys.push(origin.shared.key);
        Ok(())
    }

    /// Makes the compartments of a referral and seals into each what belongs there; gives the shared one, which files were
    /// sealed to beforehand, and what the event names of all. Each is sealed in the name of whoever sends it: that tells a deputy from the referrer.
    async fn seal_submission(
        &self,
        tx: &mut Tx,
        (referral, pathway, author): (&Referral, &Pathway, UserId),
        (answers, choices, points_at): (&Answers, &Choices, &[(PointsAt, Reference)]),
        shared: (ShownCompartment, &Identity),
        to: &Recipients,
    ) -> Result<(Compartment, Details), Error> {
        let at = referral.submitted_at;
        let kept_back = to.kept.as_ref().map_or(&[][..], |kept| &kept.questions);
        let (open, kept_back) = pathway.split(&pathway.part(answers, None), kept_back);
        let mut contents = vec![
            (EntryKind::Submission, pathways::answers_to_json(&open).to_string()),
            // Of the answers that everybody who holds it may read: a list must not say what the page does not.
            (EntryKind::Headline, pathway.headline(&open)),
        ];
        let reason = choices.legal.as_ref().and_then(|pick| pick.reason.as_deref()).map(str::trim);
        if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
            contents.push((EntryKind::LegalReason, reason.to_owned()));
        }
        let pointer = |(kind, reference): &(PointsAt, Reference)| enquiries::write_pointer(*kind, *reference);
        contents.extend(points_at.iter().map(|at| (EntryKind::Pointer, pointer(at))));
        let made = self.make_compartment_of(tx, referral.id, shared, &to.shared, at).await?;
        let mut parts = vec![(made.clone(), &to.shared, contents)];
        for (category, holders) in &to.categories {
            let part = pathways::answers_to_json(&pathway.part(answers, Some(*category))).to_string();
            let apart = self.new_compartment(tx, referral.id, CompartmentKind::Restricted, holders, at).await?;
            parts.push((apart, holders, vec![(EntryKind::Submission, part)]));
        }
        let mut details = Details::default();
        if let Some(kept) = &to.kept {
            let made = self.make_withheld(tx, referral.id, (&kept.holders, &kept.from), &mut details, at).await?;
            let content = pathways::answers_to_json(&kept_back).to_string();
            let entry = self.sealed_entry(tx, &made, EntryKind::Submission, content.as_bytes(), author, at);
            tx.insert_entry(&entry).await?;
            details.entries.push((entry.id, entry.sha256));
        }
        for (made, holders, contents) in parts {
            for (kind, content) in contents {
                let entry = self.sealed_entry(tx, &made, kind, content.as_bytes(), author, at);
                tx.insert_entry(&entry).await?;
                details.entries.push((entry.id, entry.sha256));
            }
            details.compartments.push(made.shown());
            details.keys.extend(std::iter::once(made.key).chain(holders.iter().map(Holder::key)));
        }
        details.keys.sort_unstable();
        details.keys.dedup();
        Ok((made, details))
    }

    /// The place in the team that the caller chose, or the first that the policy lets them send from; failing that, any place,
    /// so that the refusal is on record.
    pub(super) fn place_to_submit_from(
        &self,
        caller: &Caller,
        kind: AgencyKind,
        pathway: &Pathway,
        team: Option<TeamId>,
    ) -> Result<Place, Error> {
        if let Some(team) = team {
            let chosen = self.sending_places(caller, kind, pathway).into_iter().find(|named| named.place.team == team);
            return chosen.map(|named| named.place.clone()).ok_or_else(|| Error::Invalid(vec![team_error()]));
        }
        let policy = self.policy.current();
        let allowed = |place: &&Place| {
            submission(caller, place, kind, pathway, None).questions().iter().all(|question| policy.allows(question))
        };
        let place = places_to_submit_from(caller).find(allowed).or_else(|| caller.main().map(|named| &named.place));
        place.cloned().ok_or(Error::Refused)
    }
}

/// What the sender is told at once.
fn receipt(referral: &Referral, due_at: Timestamp, (to, agency): (&Recipients, &str), next_steps: Vec<String>) -> Receipt {
    Receipt {
        reference: referral.reference,
        pathway: referral.pathway.clone(),
        sent_at: referral.submitted_at,
        state: referral.stage.state(),
        due_at,
        received_by: (to.team.name.as_str().to_owned(), agency.to_owned()),
        people: to.people.clone(),
        hours: to.hours.clone(),
        covered_by: to.covered_by.clone(),
        next_steps,
        copies: to.copies.clone(),
        check: checked(to),
    }
}
