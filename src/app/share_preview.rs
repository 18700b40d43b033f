//! What somebody would be given, before it is given: exactly what they will see, and who of them.

use std::collections::BTreeSet;

use super::{
    AdditionView, App, Caller, DeskView, EntryView, Error, Reached, ReferralView, WithheldView,
    additions::latest,
    decisions::to_mend,
    later::told_anew,
    share_items::UNTICKED,
    share_recipient::Recipient,
    shares::{fit, grounds},
};
use crate::{
    domain::{
        action::Action,
        agreement::Fit,
        answers::Answers,
        code::{QuestionId, TeamCode},
        compartment::{CompartmentKind, EntryKind},
        ids::EntryId,
        legal::Basis,
        message::Audience,
        relation::Relation,
        sharing::{NewShare, chosen},
    },
    policy::RequestContext,
};

/// A share before it is made.
pub struct SharePreview {
    /// The referral as the recipient will see it.
    pub view: ReferralView,
    /// How the referral's own page names it, and who works on it: for whoever shares, not for the recipient.
    pub own: (String, Option<DeskView>),
    /// With whom: team or person, with the agency.
    pub to: String,
    /// Who sent it, their deputy included, by name: what they wrote names them.
    pub senders: Vec<String>,
    /// Whether the pathway lets the recipient hold something of such a referral by itself. If they do, they see more than this.
    pub may_hold_more: bool,
    /// The agencies from which some answers are withheld, by name, as far as whoever shares knows.
    pub withheld_from: BTreeSet<String>,
    /// Whether the recipient is of one of those.
    pub is_withheld_from: bool,
    /// How many people will be able to open it.
    pub readers: usize,
    /// The agreement named, by its title, and how the share stands to it.
    pub agreement: (Option<String>, Fit),
    /// Whether it rests on the consent of whoever refused it.
    pub against_consent: bool,
    /// The revision at which it was looked at.
    pub revision: i64,
}

impl ReferralView {
    /// The answers as they stand, without those that are in no share: sealed apart, or kept from somebody.
    pub fn shareable(&self) -> Answers {
        let pathway = &self.pathway.pathway;
        let kept: Vec<QuestionId> = self.withheld.iter().flat_map(|kept| kept.questions.iter().cloned()).collect();
        let given = self.additions.iter().rev().map(|addition| &addition.answers).chain(&self.answers);
        pathway.whole(given.map(|answers| pathway.split(&pathway.part(answers, None), &kept).0))
    }

    /// Whether the person said no to the sharing, by the answers as they stand.
    pub(super) fn refuses_consent(&self) -> bool {
        self.pathway.pathway.consent.as_ref().is_some_and(|consent| consent.is_refused(&latest(self)))
    }

    /// Whether a share of the answers as they were sent lacks a change of them of which something would be given.
    fn lacks_a_change(&self, share: &NewShare) -> bool {
        let entry = |id: &EntryId| self.entries.iter().find(|entry| entry.id == *id && entry.compartment.can_be_shared_from());
        let whole = share.entries.iter().any(|id| entry(id).is_some_and(|entry| entry.kind == EntryKind::Submission));
        let kept: Vec<QuestionId> = self.withheld.iter().flat_map(|kept| kept.questions.iter().cloned()).collect();
        let pathway = &self.pathway.pathway;
        let gives = |answers: &Answers| !pathway.split(&pathway.part(answers, None), &kept).0.is_empty();
        let unticked = |added: &AdditionView| added.amends && !share.entries.contains(&added.id) && entry(&added.id).is_some();
        whole && self.additions.iter().any(|added| unticked(added) && gives(&added.answers))
    }

    /// The same as somebody sees it who was given these items and parts, and nothing else of it. Without answers where a part
    /// chooses nothing of them.
    #[must_use]
    pub fn as_shared(mut self, share: &NewShare) -> Self {
        let pathway = self.pathway.pathway.clone();
        let sealed_as = |entry: &EntryView| entry.compartment.can_be_shared_from() && entry.kind.can_be_shared();
        self.entries.retain(sealed_as);
        // What is kept from others goes along only where it was chosen by itself.
        let given = self.additions.iter().rev().map(|addition| &addition.answers).chain(&self.answers);
        let withheld = pathway.whole(given.map(|answers| answers.only(|id| share.withheld.contains(id))));
        let from: BTreeSet<String> = self
            .shareable_withheld()
            .into_iter()
            .filter(|(id, _)| share.withheld.contains(id))
            .flat_map(|(_, from)| from)
            .collect();
        let shown = WithheldView {
            compartment: self.withheld.iter().find_map(|kept| kept.compartment),
            questions: withheld.iter().map(|(id, _)| id.clone()).collect(),
            from: from.into_iter().collect(),
        };
        let chosen_whole = |entry: &EntryView| entry.kind == EntryKind::Submission && share.entries.contains(&entry.id);
        let whole = self.entries.iter().any(chosen_whole);
        // What is sealed apart is not part of the item that everybody with the referral reads.
        let kept: Vec<QuestionId> = self.withheld.iter().flat_map(|kept| kept.questions.iter().cloned()).collect();
        let open = |answers: Answers| pathway.split(&pathway.part(&answers, None), &kept).0;
        let now = self.shareable();
        self.answers = self.answers.take().map(open);
        let mut stood = self.answers.clone().unwrap_or_default();
        for addition in &mut self.additions {
            let said = open(std::mem::take(&mut addition.answers));
            (addition.answers, stood) = told_anew(&pathway, stood, &said, &kept);
        }
        let entries = &self.entries;
        self.additions.retain(|addition| entries.iter().any(|entry| entry.id == addition.id));
        let parts = if whole { &[][..] } else { &share.parts[..] };
        let questions = chosen(&pathway, &now, parts).unwrap_or_default();
        self.in_part = !questions.is_empty() || (!whole && !withheld.is_empty());
        self.warned = if self.in_part { pathway.flags(&now).map(str::to_owned).collect() } else { Vec::new() };
        self.answers = match self.answers.take() {
            answers if whole => answers,
            Some(answers) if self.in_part => Some(answers.only(|id| questions.contains(id))),
            _ => None,
        };
        if !withheld.is_empty() {
            self.warned.extend(pathway.flags(&withheld).map(str::to_owned));
            // Of a group what is kept from others is the whole, and stands before the rest.
            self.answers = Some(pathway.whole(std::iter::once(withheld.clone()).chain(self.answers.take())));
        }
        for addition in self.additions.iter_mut().filter(|addition| !share.entries.contains(&addition.id)) {
            addition.answers = addition.answers.only(|id| questions.contains(id));
        }
        self.additions.retain(|addition| !addition.answers.is_empty());
        let (in_part, additions) = (self.in_part, &self.additions);
        let comes_along = |entry: &EntryView| {
            let as_part = in_part && entry.kind == EntryKind::Submission;
            as_part || additions.iter().any(|addition| addition.id == entry.id)
        };
        self.entries.retain(|entry| share.entries.contains(&entry.id) || comes_along(entry));
        for entry in self.entries.iter_mut().filter(|entry| in_part && entry.kind == EntryKind::Submission) {
            entry.kind = EntryKind::Part;
        }
        let entries = &self.entries;
        let given = |id: &EntryId| entries.iter().any(|entry| entry.id == *id);
        self.messages.retain(|message| given(&message.id));
        self.notes.retain(|note| given(&note.id));
        self.decisions.retain(|decision| given(&decision.id));
        self.feedback.retain(|told| given(&told.id));
        self.files.retain(|file| given(&file.id));
        self.messages.iter_mut().for_each(|message| message.audience = Audience::Share);
        self.notes.iter_mut().for_each(|note| note.audience = Audience::Share);
        self.files.iter_mut().for_each(|file| {
            file.audience = Audience::Share;
            file.has_original = false;
        });
        self.entries.iter_mut().for_each(|entry| entry.compartment = CompartmentKind::Share);
        Self {
            relation: Relation::Granted,
            actions: Vec::new(),
            categories: Vec::new(),
            holds_withheld: !withheld.is_empty(),
            withheld: if withheld.is_empty() { Vec::new() } else { vec![shown] },
            marks: Vec::new(),
            markings: Vec::new(),
            by_name: false,
            sent_by: Default::default(),
            sender: Reached::default(),
            deputy: None,
            let_go: None,
            replaces: None,
            replaced_by: None,
            holders: Vec::new(),
            legal_reason: None,
            stop: None,
            enquiry: None,
            referrals: Vec::new(),
            carried: Vec::new(),
            desk: None,
            shares: Vec::new(),
            by_share: true,
            may_lack: true,
            ..self
        }
    }
}

impl App {
    /// Looks at what a share would give, and to whom; nothing is shared.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Invalid`] with everything to mend.
    pub async fn preview_share(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, share): (&str, &NewShare),
    ) -> Result<SharePreview, Error> {
        // On the heap: it holds the whole referral while it looks.
        Box::pin(self.look_at_share(request, caller, (reference, share))).await
    }

    async fn look_at_share(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, share): (&str, &NewShare),
    ) -> Result<SharePreview, Error> {
        let view = self.read_referral(request, caller, reference).await?;
        if !view.actions.contains(&Action::Share) {
            return Err(Error::Refused);
        }
        let sight = self.sight(caller, &[view.referral.id]).await?;
        let kind = self.agency(caller.agency()).await?.kind;
        let mut faults = Vec::new();
        let to = self.recipient(&view.referral, &share.to, &mut faults).await?;
        grounds(&view.course, kind, share, &mut faults);
        self.chosen(&view.referral, &sight, share, &mut faults).await?;
        let agreement = self.named_agreement(share, &mut faults).await?;
        let revision = view.referral.revision;
        let answers = view.answers.as_ref().map(|_| latest(&view));
        let headline = answers.map(|answers| view.pathway.pathway.headline(&answers)).unwrap_or_default();
        let own = (headline, view.desk.clone());
        let against_consent = share.basis == Some(Basis::Consent) && view.refuses_consent();
        let senders = std::iter::once(view.sent_by.0.clone()).chain(view.deputy.iter().map(|deputy| deputy.name.clone()));
        let senders = senders.filter(|name| !name.is_empty()).collect();
        if view.lacks_a_change(share) && !faults.contains(&UNTICKED) {
            faults.push(UNTICKED);
        }
        let withheld_from = view.withheld.iter().flat_map(|kept| kept.from.iter().cloned()).collect();
        let view = view.as_shared(share);
        let has_answers = view.in_part || view.entries.iter().any(|entry| entry.kind == EntryKind::Submission);
        if !share.parts.is_empty() && !has_answers && faults.is_empty() {
            faults.push(("entries", "Choose parts of the answers that you can see and share"));
        }
        let (Some(to), true) = (to, faults.is_empty()) else { return Err(to_mend(faults)) };
        self.kept_part((request, caller), (&view.referral, &view.course, &sight), (share, &to)).await?;
        let kept_from = self.known_kept_from(&sight, view.referral.id).await?;
        let is_withheld_from = kept_from.contains(&to.team.agency) || self.is_of_one(to.holder.to(), &kept_from).await?;
        let Recipient { team, person, holder } = to;
        let readers = match person {
            Some(_) => 1,
            None => self.store.members(team.id).await?.iter().filter(|(_, place)| place.opens()).count(),
        };
        let parties = (view.referral.receiving_agency, team.agency);
        // Basis and purpose were looked at above.
        let purpose = share.purpose.ok_or(Error::Refused)?;
        let fit = fit(agreement.as_ref(), parties, &view.referral.pathway, (purpose, request.at));
        let named = |code: &TeamCode| code.as_str() == team.code;
        let may_hold_more = view.pathway.pathway.restricted.iter().any(|restricted| restricted.teams.iter().any(named));
        let agreement = (agreement.map(|agreement| agreement.terms.title), fit);
        Ok(SharePreview {
            own,
            agreement,
            to: self.holder_name(holder.to()).await?,
            senders,
            may_hold_more,
            withheld_from,
            is_withheld_from,
            readers,
            against_consent,
            revision,
            view,
        })
    }
}
