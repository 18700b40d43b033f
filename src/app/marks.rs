//! Answers that are marked after sending: from then on people of an agency are refused them by every door, though they may hold the
//! key, and no paper and no later share contains them.

use std::collections::{BTreeSet, HashSet};

use serde_json::json;

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, ReferralView, WithheldView,
    additions::latest,
    desk::change,
    idempotency::Once,
    keyring::Evidence,
    later::told_anew,
    opening::Sight,
    withheld::{FROM, fault},
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        answers::Answers,
        code::QuestionId,
        compartment::CompartmentKind,
        ids::{AgencyId, CompartmentId, MarkId, ReferralId},
        question::Question,
        relation::Relation,
        withheld::{Mark, Withhold},
    },
    policy::{Permit, RequestContext},
    store::{referrals::Referral, refused::Found},
};

/// What was marked on some referrals, for one person.
pub(super) struct Marks {
    /// The agencies that the person is of.
    own: BTreeSet<AgencyId>,
    standing: Vec<(ReferralId, Mark)>,
}

/// A mark, as somebody sees it whom it does not refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkView {
    /// The question.
    pub question: QuestionId,
    /// The agency: its code and its name.
    pub agency: (String, String),
    /// Whether the reader may take it away.
    pub may_end: bool,
}

impl Marks {
    fn of(&self, referral: ReferralId) -> impl Iterator<Item = &Mark> {
        self.standing.iter().filter(move |(of, _)| *of == referral).map(|(_, mark)| mark)
    }

    /// The questions whose answers are refused to somebody, whoever that is.
    pub(super) fn all(&self, referral: ReferralId) -> Vec<QuestionId> {
        self.of(referral).map(|mark| mark.question.clone()).collect()
    }

    /// The questions whose answers are refused to the caller.
    fn refused(&self, referral: ReferralId) -> Vec<QuestionId> {
        let mine = self.of(referral).filter(|mark| self.own.contains(&mark.agency));
        mine.map(|mark| mark.question.clone()).collect()
    }

    /// Whether an answer is refused to the caller.
    pub(super) fn refuses(&self, referral: ReferralId) -> bool {
        !self.refused(referral).is_empty()
    }

    /// The questions whose answers are left out of what the caller reads; on paper, which goes from hand to hand, all.
    pub(super) fn left_out(&self, referral: ReferralId, on_paper: bool) -> Vec<QuestionId> {
        if on_paper { self.all(referral) } else { self.refused(referral) }
    }

    /// Whether the caller may be told of an act by which this was marked, or its mark ended: it is not against an agency of theirs, nor
    /// on an answer that is refused to them.
    pub(super) fn tells(&self, referral: ReferralId, mark: &Mark) -> bool {
        !self.own.contains(&mark.agency) && !self.refused(referral).contains(&mark.question)
    }

    /// The marks that the caller may know of: those on answers that they are not refused.
    pub(super) fn known(&self, referral: ReferralId) -> Vec<Mark> {
        let refused = self.refused(referral);
        self.of(referral).filter(|mark| !refused.contains(&mark.question)).cloned().collect()
    }
}

/// From whom some answers are kept, and which.
pub(super) type KeptFrom = (BTreeSet<AgencyId>, Vec<QuestionId>);

impl ReferralView {
    /// Forgets marks on answers that are sealed away from the reader: they would tell that the answer is there. `sees_all` where
    /// what the view lacks was only not asked for.
    pub(super) fn forget_unseen(&mut self, sees_all: bool) {
        if sees_all || (self.marks.is_empty() && self.markings.is_empty()) {
            return;
        }
        let now = latest(self);
        self.marks.retain(|mark| now.get(&mark.question).is_some());
        for act in &mut self.markings {
            act.questions.retain(|question| now.get(question).is_some());
        }
        self.markings.retain(|act| !act.questions.is_empty());
    }

    /// What was marked of the answers that the reader sees, one for each question.
    pub(super) fn marked(&self) -> Vec<WithheldView> {
        if self.marks.is_empty() {
            return Vec::new();
        }
        let now = latest(self);
        let mut found: Vec<WithheldView> = Vec::new();
        for mark in self.marks.iter().filter(|mark| now.get(&mark.question).is_some()) {
            let from = mark.agency.1.clone();
            match found.iter_mut().find(|known| known.questions.contains(&mark.question)) {
                Some(known) => known.from.push(from),
                None => {
                    found.push(WithheldView { compartment: None, questions: vec![mark.question.clone()], from: vec![from] });
                }
            }
        }
        found
    }
}

/// What somebody is told who would take away a mark of the other side's: they may not know why it was made.
pub const OTHERS_MARK: &str = "the other side marked this, and can take the mark away";

/// How many rows of marks a referral holds at most: each is looked at whenever it is listed.
const MOST: usize = 2000;

/// Whether somebody stands on the side that sent a referral and answers for it.
const fn sent_it(relation: Relation) -> bool {
    matches!(relation, Relation::Referrer | Relation::Deputy)
}

impl App {
    /// Marks answers of a referral as never to reach some agencies, on what stood at a revision; once for each key. Their people
    /// are refused them from then on, those included that are given later; what was opened before stays known.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Conflict`] when the referral has changed since the revision given, or all
    /// of it is marked already; [`Error::Invalid`] on `withhold`: for questions whose answers cannot be withheld, for agencies
    /// that are none, that the caller works for, or that sent or received it.
    pub async fn withhold_answers(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, withhold, revision): (&str, &Withhold, i64),
    ) -> Result<Answered<Added>, Error> {
        let questions: Vec<String> = withhold.answers.iter().map(ToString::to_string).collect();
        let body = json!([questions, withhold.from, revision]).to_string();
        let route = format!("POST /referrals/{reference}/withheld");
        let act = async |once: &Once<'_>| self.withhold_once(request, caller, (reference, withhold, revision), once).await;
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    /// Takes away the mark of the caller's side on an answer of a referral against an agency, by its code; once for each key.
    /// Where the other side marked the same, it stays withheld.
    ///
    /// # Errors
    /// [`Error::Unseen`] also where the answer is not marked so; [`Error::Refused`]; [`Error::Conflict`] where only the other side
    /// marked it, the sender's or the desk.
    pub async fn end_withholding(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, question, agency): (&str, &str, &str),
    ) -> Result<Answered<Added>, Error> {
        let body = json!([question, agency]).to_string();
        let route = format!("POST /referrals/{reference}/withheld/end");
        let act = async |once: &Once<'_>| {
            let asked = (reference, Action::EndWithholding, None);
            let (referral, sight, permit) = self.permitted(request, caller, asked).await?;
            let agencies = self.store.agencies().await?;
            let agency = agencies.iter().find(|known| known.code == agency).ok_or(Error::Unseen)?.id;
            let by_sender = sent_it(permit.act().relation);
            let mut marks = sight.marks.known(referral.id);
            marks.retain(|mark| mark.question.as_str() == question && mark.agency == agency);
            let others = !marks.is_empty();
            let Some(mark) = marks.into_iter().find(|mark| mark.by_sender == by_sender) else {
                return Err(if others { Error::Conflict(OTHERS_MARK) } else { Error::Unseen });
            };
            self.write_marks(request, (&referral, &sight), (&[mark], false), permit, once).await
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    /// The agencies to which answers of a referral can be refused, by code and name: all but those that the caller works for, and
    /// those that sent it or work on it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn agencies_to_refuse(&self, caller: &Caller, view: &ReferralView) -> Result<Vec<(String, String)>, Error> {
        let (own, referral) = (caller.agencies(), &view.referral);
        let sides = [referral.referrer_agency, referral.receiving_agency];
        let others = self.store.agencies().await?.into_iter();
        let others = others.filter(|agency| !own.contains(&agency.id) && !sides.contains(&agency.id));
        Ok(others.map(|agency| (agency.code, agency.name.as_str().to_owned())).collect())
    }

    async fn withhold_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, withhold, revision): (&str, &Withhold, i64),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let asked = (reference, Action::WithholdAnswer, Some(revision));
        let (referral, sight, permit) = self.permitted(request, caller, asked).await?;
        let by_sender = sent_it(permit.act().relation);
        let form = self.form_at(referral.form_version(), referral.kind).await?;
        let fits = |id: &QuestionId| form.pathway.question(id).is_some_and(Question::can_be_withheld);
        if withhold.answers.is_empty() || !withhold.answers.iter().all(fits) {
            return Err(fault(None, "Choose from the answers that can be withheld"));
        }
        let from = self.agencies_refused(caller, &referral, &withhold.from).await?;
        let known = sight.marks.known(referral.id);
        let mut marks = Vec::new();
        for question in &withhold.answers {
            self.check_somebody_left((&referral, &sight), question, &from).await?;
            for agency in &from {
                // Beside the other side's, which that side could take away.
                let mark = Mark { question: question.clone(), agency: *agency, by_sender };
                // What stands already is written anew where the caller may not know of it: nothing tells them that it does.
                if !known.contains(&mark) && !marks.contains(&mark) {
                    marks.push(mark);
                }
            }
        }
        if marks.is_empty() {
            return Err(Error::Conflict("all of this is withheld already"));
        }
        self.write_marks(request, (&referral, &sight), (&marks, true), permit, once).await
    }

    async fn write_marks(
        &self,
        request: &RequestContext,
        (referral, sight): (&Referral, &Sight),
        (marks, refused): (&[Mark], bool),
        permit: Permit,
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        if self.store.markings(&[referral.id]).await?.len() + marks.len() > MOST {
            return Err(Error::Conflict("no more answers of this referral can be withheld, nor given back"));
        }
        let news = self.tell_of_marks((referral, sight), marks).await?;
        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        change(&mut tx, referral).await?;
        self.tell(&mut tx, &news, request.at).await?;
        for mark in marks {
            let id = MarkId::random(&*self.random);
            tx.refuse_answer(id, (referral.id, referral.revision), (mark, refused), request.at).await?;
        }
        // Read in the log where the answers are, and not by officers of an agency that is refused some of them.
        let shared = sight.compartments(referral.id).into_iter().filter(|shown| shown.kind == CompartmentKind::Shared);
        tx.commit(permit, &Details { compartments: shared.collect(), ..Details::default() }).await?;
        Ok(done)
    }

    /// The agencies with these codes, to which answers can be refused: half a referral would be taken for the whole by the team
    /// that works on it.
    pub(super) async fn agencies_refused(
        &self,
        caller: &Caller,
        referral: &Referral,
        codes: &[String],
    ) -> Result<BTreeSet<AgencyId>, Error> {
        let agencies = self.store.agencies().await?;
        let mut named = BTreeSet::new();
        for code in codes {
            let found = agencies.iter().find(|agency| agency.code == *code);
            named.insert(found.ok_or_else(|| fault(FROM, "Choose from the agencies of the partnership"))?.id);
        }
        if named.is_empty() {
            return Err(fault(FROM, "Choose the agencies that must not get them"));
        }
        if !named.is_disjoint(&caller.agencies()) {
            return Err(fault(FROM, "Choose other agencies: you work for this one"));
        }
        if named.contains(&referral.referrer_agency) {
            return Err(fault(FROM, "Choose other agencies: this one sent the referral and knows what it wrote"));
        }
        if named.contains(&referral.receiving_agency) {
            let words = "Choose other agencies: a team of this one works on the referral. Pass it to another team first";
            return Err(fault(FROM, words));
        }
        if self.person_is_of_one(referral.referrer, &named).await? {
            return Err(fault(FROM, "Choose other agencies: whoever sent it works for this one and knows what they wrote"));
        }
        Ok(named)
    }

    /// Fails unless somebody who works on it may still read the answer to a question when people of these agencies are refused
    /// it, with those that are already: by marks on it, or by what is sealed away from them, whichever answer that is.
    pub(super) async fn check_somebody_left(
        &self,
        (referral, sight): (&Referral, &Sight),
        question: &QuestionId,
        named: &BTreeSet<AgencyId>,
    ) -> Result<(), Error> {
        // By what the caller knows, or the answer would tell them what is kept from whom.
        let marked = sight.marks.known(referral.id).into_iter().filter(|mark| mark.question == *question).map(|mark| mark.agency);
        let held: Vec<CompartmentId> = sight.compartments(referral.id).into_iter().map(|shown| shown.id).collect();
        let barred = self.store.barred_of(referral.id).await?.into_iter().filter(|(sealed, _)| held.contains(sealed));
        let refused: BTreeSet<AgencyId> = named.iter().copied().chain(marked).chain(barred.map(|(_, agency)| agency)).collect();
        let by_name = self.named_on(referral.id).await?;
        let mut is_left = by_name.is_empty() && self.is_somebody_left(referral.receiving_team, &refused).await?;
        for user in by_name {
            is_left = is_left || !self.person_is_of_one(user, &refused).await?;
        }
        if is_left {
            return Ok(());
        }
        Err(fault(FROM, "Nobody would be left in the team that works on it who may read these answers"))
    }

    /// What is marked on these referrals, by each side. A row that takes the place of another counts only if its event vouches for
    /// it: a row planted by SQL lifts nothing. The first of its kind refuses in any case.
    pub(super) async fn marks(&self, own: BTreeSet<AgencyId>, referrals: &[ReferralId]) -> Result<Marks, Error> {
        let found = self.store.markings(referrals).await?;
        let mut known = HashSet::new();
        let mut replaces = |found: Found| {
            let is_first = known.insert((found.referral, found.mark.clone()));
            let replaces = !is_first || !found.refused;
            (found, replaces)
        };
        let found: Vec<(Found, bool)> = found.into_iter().map(&mut replaces).collect();
        let mut asked: Vec<_> = found.iter().filter(|(_, replaces)| *replaces).map(|(found, _)| found.event).collect();
        asked.sort_unstable();
        asked.dedup();
        let evidence = if asked.is_empty() { None } else { Some(self.evidence(&asked).await?) };
        let mut standing: Vec<(ReferralId, Mark)> = Vec::new();
        for (found, replaces) in found {
            let vouched = |evidence: &Evidence| evidence.check(found.event, &found.row).is_ok();
            let same = |(referral, mark): &(ReferralId, Mark)| *referral == found.referral && *mark == found.mark;
            if replaces && evidence.as_ref().is_some_and(vouched) {
                standing.retain(|mark| !same(mark));
            }
            if found.refused && !standing.iter().any(same) {
                standing.push((found.referral, found.mark));
            }
        }
        Ok(Marks { own, standing })
    }

    /// The agencies from which some of a referral is kept: sealed away from them, or marked later.
    pub(super) async fn kept_from(&self, sight: &Sight, referral: ReferralId) -> Result<BTreeSet<AgencyId>, Error> {
        let barred = self.store.barred_of(referral).await?.into_iter().map(|(_, agency)| agency);
        Ok(barred.chain(sight.marks.of(referral).map(|mark| mark.agency)).collect())
    }

    /// The same, as far as the caller knows by what they read.
    pub(super) async fn known_kept_from(&self, sight: &Sight, referral: ReferralId) -> Result<BTreeSet<AgencyId>, Error> {
        let held: Vec<CompartmentId> = sight.compartments(referral).into_iter().map(|shown| shown.id).collect();
        let barred = self.store.barred_of(referral).await?.into_iter().filter(|(sealed, _)| held.contains(sealed));
        let marked = sight.marks.known(referral).into_iter().map(|mark| mark.agency);
        Ok(barred.map(|(_, agency)| agency).chain(marked).collect())
    }

    /// The agencies whose people see nothing of a change: neither of what everybody with the referral reads, nor of what is
    /// sealed away from some. Whoever is told of a change that they cannot see knows that something is kept from them.
    pub(super) async fn blind_to(
        &self,
        sight: &Sight,
        referral: &Referral,
        (before, open, kept): (&Answers, &Answers, &[KeptFrom]),
    ) -> Result<BTreeSet<AgencyId>, Error> {
        let form = self.form_at(referral.form_version(), referral.kind).await?;
        let mut blind = self.kept_from(sight, referral.id).await?;
        blind.extend(kept.iter().flat_map(|(from, _)| from));
        blind.retain(|agency| {
            let marks = sight.marks.of(referral.id).filter(|mark| mark.agency == *agency);
            let marked: Vec<QuestionId> = marks.map(|mark| mark.question.clone()).collect();
            let sees_kept =
                kept.iter().any(|(from, questions)| !from.contains(agency) && !questions.iter().all(|id| marked.contains(id)));
            // Of a group that is refused in part the rest stands as it stood.
            let stood = form.pathway.without(before.clone(), &marked);
            let told = told_anew(&form.pathway, stood, &form.pathway.without(open.clone(), &marked), &marked).0;
            told.is_empty() && !sees_kept
        });
        Ok(blind)
    }

    /// Marks with the names of the agencies.
    pub(super) async fn mark_views(
        &self,
        marks: Vec<Mark>,
        relation: Relation,
        actions: &[Action],
    ) -> Result<Vec<MarkView>, Error> {
        if marks.is_empty() {
            return Ok(Vec::new());
        }
        let agencies = self.store.agencies().await?;
        let may = actions.contains(&Action::EndWithholding);
        let mut views: Vec<MarkView> = Vec::new();
        for Mark { question, agency, by_sender } in marks {
            let agency = agencies.iter().find(|known| known.id == agency);
            let agency = agency.ok_or(Error::Integrity("an answer is withheld from nobody"))?;
            let may_end = may && by_sender == sent_it(relation);
            // Both sides may have marked the same.
            let known = views.iter_mut().find(|known| known.question == question && known.agency.0 == agency.code);
            if let Some(known) = known {
                known.may_end |= may_end;
                continue;
            }
            let agency = (agency.code.clone(), agency.name.as_str().to_owned());
            views.push(MarkView { question, agency, may_end });
        }
        Ok(views)
    }
}
