//! A referral as one caller may see it: what was opened, with the names that belong to it.

use std::collections::HashMap;

use super::{
    AdditionView, App, CoveredView, DecisionView, DeskView, Error, FeedbackView, FileView, MarkView, MarkingView, NoteView,
    ShareView, StopView, WithheldView, additions::latest, keyring::recipient_of, later::as_told, library::Versioned,
    reading::Seen, work_contacts::Reached,
};
use crate::{
    crypto::RecipientOf,
    domain::{
        action::Action,
        answers::{Answer, Answers},
        code::QuestionId,
        compartment::{Category, CompartmentKind, EntryKind},
        enquiry::PointsAt,
        grant::GrantReason,
        ids::{AgencyId, CompartmentId, EntryId, ReferralId, TeamId, UserId},
        message::Audience,
        pathway::Pathway,
        reference::Reference,
        relation::Relation,
        sharing::Shared,
        time::Timestamp,
    },
    store::referrals::Referral,
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
#[expect(clippy::struct_excessive_bools, reason = "each is one thing about what the caller holds, none a state of another")]
pub struct ReferralView {
    /// Its clear facts.
    pub referral: Referral,
    /// The pathway as it was when the referral was made: its answers are read by it.
    pub pathway: Versioned,
    /// The pathway that it is worked on by: its outcomes, grades and law count. The same, unless it was passed on to another.
    pub course: Versioned,
    /// How the caller stands to it.
    pub relation: Relation,
    /// The team from a place in which the caller reads it.
    pub from: Option<TeamId>,
    /// What the caller may do with it next.
    pub actions: Vec<Action>,
    /// The answers as sent.
    pub answers: Option<Answers>,
    /// Every sealed item the caller may open.
    pub entries: Vec<EntryView>,
    /// What was said on it, in order.
    pub messages: Vec<MessageView>,
    /// The compartments of restricted categories that were opened, each with its category.
    pub categories: Vec<(Category, CompartmentId)>,
    /// What was added to it after sending, in order.
    pub additions: Vec<AdditionView>,
    /// Words that went with acts on it, in order.
    pub notes: Vec<NoteView>,
    /// What was decided on it, in order; for the receiving team only.
    pub decisions: Vec<DecisionView>,
    /// What the referrer reads of what was decided, in order.
    pub feedback: Vec<FeedbackView>,
    /// The files on it, in the order added.
    pub files: Vec<FileView>,
    /// Whose it is: name, team, agency.
    pub sent_by: (String, String, String),
    /// How whoever it is of is reached at work.
    pub sender: Reached,
    /// When and how it came on from the check, where there was one.
    pub let_go: Option<(Timestamp, LetGo)>,
    /// The deputy who sent it; none where whoever wrote it did.
    pub deputy: Option<Reached>,
    /// Who received it: team, agency.
    pub received_by: (String, String),
    /// Who holds it, the sender's side included.
    pub holders: Vec<HolderView>,
    /// Why the sender rests on another lawful basis than the pathway's default.
    pub legal_reason: Option<String>,
    /// Why it was stopped at the check.
    pub stop: Option<StopView>,
    /// The enquiry that a referral grew from.
    pub enquiry: Option<Reference>,
    /// The referrals that were made of an enquiry, in order.
    pub referrals: Vec<Reference>,
    /// What was stopped at the check, and what this takes the place of; told to the sender's side alone.
    pub replaces: Option<Reference>,
    /// What takes the place of this, which was stopped at the check.
    pub replaced_by: Option<Reference>,
    /// What a referral made of an enquiry begins with, by the referral's questions.
    pub carried: Vec<(QuestionId, Answer)>,
    /// What the receiving team's desk knows of it; for that team only.
    pub desk: Option<DeskView>,
    /// That whoever covers has opened it; none for whoever sees only what was shared.
    pub covered: Option<CoveredView>,
    /// Whether the caller holds something of it that is kept apart, read or not.
    pub holds_apart: bool,
    /// Whether the caller holds something of it that is kept from others, read or not.
    pub holds_withheld: bool,
    /// How many items were sealed while the reader had no key to them, and are missing from what they read.
    pub locked: usize,
    /// Whether nothing can be kept from the caller of what there is to answer: who might be kept from an answer writes none in
    /// its place, whether or not there is one.
    pub answers_all: bool,
    /// What was read of it that is kept from others.
    pub withheld: Vec<WithheldView>,
    /// The answers that were marked after sending, and not against the reader.
    pub marks: Vec<MarkView>,
    /// The acts by which answers were marked and marks taken away, as far as the reader may know of them.
    pub markings: Vec<MarkingView>,
    /// Whether people received it by name.
    pub by_name: bool,
    /// What was shared of it beyond those who hold it: for the receiving team all of it, for whoever it was shared with theirs.
    pub shares: Vec<ShareView>,
    /// Whether the reader sees only what was shared with them, and so nothing of where it stands or who else holds it.
    pub by_share: bool,
    /// Whether answers may have been left out here that are kept from somebody, whether or not any are: on paper, in a share,
    /// for a team that is told for information.
    pub may_lack: bool,
    /// Whether the answers are only some of those given, chosen to be shared with the reader: what is not among them may have
    /// been answered all the same.
    pub in_part: bool,
    /// What must be read first though the answers behind it are not among them.
    pub warned: Vec<String>,
}

impl ReferralView {
    /// The pathway whose gradings the answers gave, with the answers as they are now; none where it was passed on to another,
    /// which asked nothing.
    pub fn graded(&self) -> Option<(&Pathway, Answers)> {
        self.referral.answered_on.is_none().then(|| (&*self.course.pathway, latest(self)))
    }
}

/// Somebody who holds a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderView {
    /// Team or person, with the agency.
    pub name: String,
    /// What for.
    pub reason: GrantReason,
    /// Whether it is an agency's recovery key, in shares outside the exchange: then `name` is the agency.
    pub is_recovery: bool,
    /// Where somebody who received it by name is rung at work, if they gave a number.
    pub phone: Option<String>,
}

/// How it came on from the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetGo {
    /// By itself: nobody had checked it.
    ByItself,
    /// Whoever checked it passed it on, by name.
    Checked(String),
    /// Whoever sent it did so all the same, by name: that it was stopped is for their side alone.
    SentAnyway(String),
}

/// Whether somebody reads it on the side that sent it, before or after the check.
pub(super) const fn is_senders_side(relation: Relation) -> bool {
    matches!(relation, Relation::Referrer | Relation::Deputy | Relation::ReferrersTeam | Relation::Checker)
}

/// Whether of the answers only parts are there: the answers themselves, where somebody has them, tell it as they stand.
fn holds_parts_alone(entries: &[EntryView]) -> bool {
    let apart = |entry: &EntryView| matches!(entry.compartment, CompartmentKind::Restricted | CompartmentKind::Withheld);
    let of = |kind| entries.iter().any(|entry| entry.kind == kind && !apart(entry));
    of(EntryKind::Part) && !of(EntryKind::Submission)
}

/// Of what the gate allows, what there is something to do it with: a step whose clock runs, a share that can still be ended, a
/// file that is in quarantine, a mark of the reader's side, a team instead of people by name.
fn possible(
    mut actions: Vec<Action>,
    desk: Option<&DeskView>,
    (shares, files, marks): (&[ShareView], &[FileView], &[MarkView]),
    by_name: bool,
) -> Vec<Action> {
    let has_step = desk.is_some_and(|desk| desk.to_mark().next().is_some());
    let has_share = |what| shares.iter().any(|share| share.what == what && share.ended.is_none());
    actions.retain(|action| match action {
        Action::MarkStep => has_step,
        Action::RecallShare => has_share(Shared::Items),
        Action::EndCaseworkAccess => has_share(Shared::Casework),
        Action::RedirectReferral => !by_name,
        Action::EndWithholding => marks.iter().any(|mark| mark.may_end),
        Action::LiftQuarantine => files.iter().any(FileView::is_quarantined),
        _ => true,
    });
    actions
}

impl App {
    pub(super) async fn view(
        &self,
        referral: Referral,
        (pathway, course): (Versioned, Versioned),
        relation: Relation,
        seen: Seen,
    ) -> Result<ReferralView, Error> {
        // Of what is kept apart its readers are named only to somebody who reads it, too: others must not learn that it is there.
        let seen_apart = seen.kinds.iter().any(|shown| shown.kind == CompartmentKind::Restricted);
        let Seen {
            from,
            actions,
            parts,
            messages,
            mut additions,
            notes,
            decisions,
            files,
            mut entries,
            stop,
            desk,
            withheld,
            marks,
            pointers,
            sent_by: sealed_by,
            kinds,
            sharings,
            left_out,
            on_paper,
            warned,
            ..
        } = seen;
        let in_part = holds_parts_alone(&entries);
        let is_desk = desk.as_ref().is_some_and(|desk| desk.keeps_casework);
        let by_share = kinds.iter().all(|shown| matches!(shown.kind, CompartmentKind::Share | CompartmentKind::Casework));
        let reads = |id: &QuestionId| withheld.iter().any(|(_, questions)| questions.contains(id));
        let shares = self.share_views(&referral, is_desk, &kinds, (sharings, reads)).await?;
        let deputy = sealed_by.filter(|user| *user != referral.referrer && !by_share);
        let to = |wanted| pointers.iter().filter(move |(kind, _)| *kind == wanted).map(|(_, reference)| *reference);
        // Whoever was given a part is not told who sent the whole, unless that stands in it.
        let sender = if by_share { Reached::default() } else { self.reached(referral.referrer, referral.referrer_team).await? };
        let deputy = self.deputy_reached(deputy, referral.referrer_team).await?;
        let sent_by = if by_share { Default::default() } else { self.sent_from(&referral, &sender).await? };
        let stop = self.stop_view(&pathway, stop).await?;
        let writers = messages.iter().map(|(by, _)| *by).chain(additions.iter().map(|(by, _)| *by));
        let writers = writers.chain(notes.iter().map(|(by, _)| *by)).chain(decisions.iter().map(|(by, _)| *by));
        let names = self.names_of(writers).await?;
        let withheld = self.withheld_views(withheld).await?;
        // What is sealed apart was read last; of what was said at one moment it stands last, and so counts.
        additions.sort_by_key(|(_, addition)| addition.at);
        let name_of = |id| names.get(&id).cloned().unwrap_or_default();
        let answers = (!parts.is_empty()).then(|| pathway.pathway.whole(parts));
        let additions = as_told((&pathway.pathway, answers.as_ref()), additions, &left_out, &mut entries);
        let files = self.file_views(files, (&kinds, is_desk)).await?;
        let marks = self.mark_views(marks, relation, &actions).await?;
        let holders = if by_share { Vec::new() } else { self.holders(referral.id, seen_apart).await? };
        let by_name = holders.iter().any(|holder| holder.reason == GrantReason::Named);
        let actions = possible(actions, desk.as_ref(), (&shares, &files, &marks), by_name);
        let covered = if by_share { None } else { self.covered_view(&referral).await? };
        let mut view = ReferralView {
            let_go: if by_share { None } else { self.let_go_view(&referral, relation).await? },
            carried: self.carried_of(&referral, answers.as_ref()).await?,
            enquiry: to(PointsAt::Enquiry).next(),
            referrals: to(PointsAt::Referral).collect(),
            replaces: to(PointsAt::Stopped).next().filter(|_| is_senders_side(relation)),
            replaced_by: to(PointsAt::Changed).next(),
            answers,
            holders,
            markings: seen.markings,
            by_name,
            shares,
            by_share,
            may_lack: on_paper || by_share || relation == Relation::Granted,
            in_part,
            warned: if in_part { warned } else { Vec::new() },
            messages: messages.into_iter().map(|(by, view)| MessageView { from: name_of(by), ..view }).collect(),
            categories: seen.categories,
            entries,
            actions,
            relation,
            from,
            additions: additions.into_iter().map(|(by, view)| AdditionView { from: name_of(by), ..view }).collect(),
            notes: notes.into_iter().map(|(by, note)| NoteView { from: name_of(by), ..note }).collect(),
            decisions: decisions.into_iter().map(|(by, decision)| DecisionView { by: name_of(by), ..decision }).collect(),
            feedback: seen.feedback,
            files,
            sent_by,
            sender,
            deputy,
            received_by: self.received_by(&referral).await?,
            legal_reason: seen.legal_reason,
            stop,
            desk,
            covered,
            holds_apart: seen.holds_apart,
            holds_withheld: seen.holds_withheld,
            locked: seen.locked,
            answers_all: seen.answers_all,
            withheld,
            marks,
            referral,
            pathway,
            course,
        };
        view.forget_unseen(is_senders_side(relation) || (view.holds_apart && !seen_apart));
        let marked = view.marked();
        view.withheld.extend(marked);
        Ok(view)
    }

    async fn let_go_view(&self, referral: &Referral, relation: Relation) -> Result<Option<(Timestamp, LetGo)>, Error> {
        let Some((at, by)) = self.store.let_go(referral.id).await? else { return Ok(None) };
        let Some(by) = by else { return Ok(Some((at, LetGo::ByItself))) };
        let id = by.to_string();
        let holders = self.store.holders_of_shared(referral.id).await?;
        let checked = holders.iter().any(|holder| holder.reason == GrantReason::Checker && holder.id == id);
        let name = self.names_of(std::iter::once(by)).await?.remove(&by).unwrap_or_default();
        if checked {
            return Ok(Some((at, LetGo::Checked(name))));
        }
        // That it was stopped before is for the sender's side alone.
        Ok(is_senders_side(relation).then_some((at, LetGo::SentAnyway(name))))
    }

    /// The names of these people, one query.
    pub(super) async fn names_of(&self, people: impl Iterator<Item = UserId>) -> Result<HashMap<UserId, String>, Error> {
        let mut people: Vec<UserId> = people.collect();
        people.sort_unstable();
        people.dedup();
        let names = self.store.account_names(&people).await?;
        Ok(names.into_iter().map(|(id, _, name)| (id, name.as_str().to_owned())).collect())
    }

    /// Whose a referral is: name, team, agency.
    async fn sent_from(&self, referral: &Referral, sender: &Reached) -> Result<(String, String, String), Error> {
        let team = self.team(referral.referrer_team).await?.name.as_str().to_owned();
        Ok((sender.name.clone(), team, self.agency_name(referral.referrer_agency).await?))
    }

    /// How the deputy who sent a referral is reached, where one did.
    async fn deputy_reached(&self, deputy: Option<UserId>, team: TeamId) -> Result<Option<Reached>, Error> {
        Ok(match deputy {
            Some(deputy) => Some(self.reached(deputy, team).await?),
            None => None,
        })
    }

    /// Who received a referral: team, agency.
    async fn received_by(&self, referral: &Referral) -> Result<(String, String), Error> {
        let team = self.team(referral.receiving_team).await?.name.as_str().to_owned();
        Ok((team, self.agency_name(referral.receiving_agency).await?))
    }

    /// Who holds the referral, by name, as the keys were given out and count now; those of what is kept apart only if asked.
    async fn holders(&self, referral: ReferralId, with_apart: bool) -> Result<Vec<HolderView>, Error> {
        let mut found = self.store.holders_of_shared(referral).await?;
        if with_apart {
            found.extend(self.store.holders_of_categories(referral).await?);
        }
        let mut holders = Vec::new();
        for holder in found {
            let damaged = Error::Integrity("a holder's id is damaged");
            let to = recipient_of(holder.kind, &holder.id).map_err(|_| damaged)?;
            let is_recovery = matches!(to, RecipientOf::Recovery(_));
            let phone = match to {
                RecipientOf::User(user) if holder.reason == GrantReason::Named => self.store.work_contact(user).await?.1,
                _ => None,
            };
            let phone = phone.map(|phone| phone.as_str().to_owned());
            holders.push(HolderView { name: self.holder_name(to).await?, reason: holder.reason, is_recovery, phone });
        }
        Ok(holders)
    }

    /// A holder by name, with the agency.
    pub(super) async fn holder_name(&self, to: RecipientOf) -> Result<String, Error> {
        Ok(match to {
            RecipientOf::Team(team) => {
                let team = self.team(team).await?;
                format!("{} ({})", team.name.as_str(), self.agency_name(team.agency).await?)
            }
            RecipientOf::User(user) => {
                let account = self.store.account(user).await?.ok_or(Error::Integrity("a holder is nobody"))?;
                format!("{} ({})", account.name.as_str(), self.agency_name(account.agency).await?)
            }
            RecipientOf::Recovery(agency) => self.agency_name(agency).await?,
        })
    }

    async fn agency_name(&self, id: AgencyId) -> Result<String, Error> {
        Ok(self.agency(id).await?.name.as_str().to_owned())
    }
}
