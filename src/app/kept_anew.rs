//! What is said after sending and must never reach some agencies: sealed by itself, as what was kept back at sending is, with a key
//! that everybody gets who holds the referral, but for those agencies.

use std::collections::BTreeSet;

use super::{
    App, Caller, Error, ReferralView, additions::Said, keyring::recipient_of, later::keeper, opening::Sight, sealing::Holder,
    withheld::fault,
};
use crate::{
    crypto::RecipientOf,
    domain::{
        answers::{Answers, RawAnswers},
        code::QuestionId,
        enquiry::FormKind,
        ids::{AgencyId, CompartmentId},
        withheld::Withhold,
    },
    store::{referrals::Referral, teams::Team},
};

/// Answers that are added or changed, with what of them must never reach somebody.
#[derive(Clone, Copy)]
pub struct Saying<'a> {
    /// The answers.
    pub said: Said<'a>,
    /// What of them is kept back, and from whom; none for nothing.
    pub withhold: Option<&'a Withhold>,
}

impl<'a> From<Said<'a>> for Saying<'a> {
    fn from(said: Said<'a>) -> Self {
        Self { said, withhold: None }
    }
}

impl<'a> From<&'a RawAnswers> for Saying<'a> {
    fn from(raw: &'a RawAnswers) -> Self {
        Said::Read(raw).into()
    }
}

/// What of a change goes into a compartment of its own.
pub(super) struct Anew {
    /// The compartment, which is to be made.
    pub(super) id: CompartmentId,
    /// The questions.
    pub(super) questions: Vec<QuestionId>,
    /// The agencies that never get it.
    pub(super) from: BTreeSet<AgencyId>,
}

impl App {
    /// What somebody keeps back of answers that they add or change, held against those answers and against who works on it.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `withhold`: for questions that the change does not answer or that cannot be withheld, for agencies as in
    /// [`App::withhold_answers`], and where nobody who works on it would be left to read them.
    pub(super) async fn kept_anew(
        &self,
        caller: &Caller,
        (view, referral, sight): (&ReferralView, &Referral, &Sight),
        (withhold, answers): (Option<&Withhold>, &Answers),
    ) -> Result<Option<Anew>, Error> {
        let Some(withhold) = withhold.filter(|withhold| !withhold.is_empty()) else { return Ok(None) };
        let known: Vec<&QuestionId> = view.pathway.pathway.withholdable(answers).map(|question| &question.id).collect();
        let fits = withhold.answers.iter().all(|id| known.contains(&id));
        if referral.kind == FormKind::Enquiry || withhold.answers.is_empty() || !fits {
            return Err(fault(None, "Choose from the answers that you give here and that can be withheld"));
        }
        let mut from = match withhold.from.as_slice() {
            [] => BTreeSet::new(),
            codes => self.agencies_refused(caller, referral, codes).await?,
        };
        // From whom an answer was kept before, it stays kept.
        let kept: Vec<CompartmentId> = withhold.answers.iter().filter_map(|id| keeper(view, id)).collect();
        if !kept.is_empty() {
            from.extend(self.store.barred_from(&kept).await?.into_iter().map(|(_, agency)| agency));
        }
        for question in &withhold.answers {
            self.check_somebody_left((referral, sight), question, &from).await?;
        }
        Ok(Some(Anew { id: CompartmentId::random(&*self.random), questions: withhold.answers.clone(), from }))
    }

    /// Everybody who holds a referral, and those who join them, but for some agencies.
    pub(super) async fn holders_but(
        &self,
        referral: &Referral,
        (from, joining): (&BTreeSet<AgencyId>, &[(Team, Holder)]),
    ) -> Result<Vec<Holder>, Error> {
        let mut holders: Vec<Holder> = Vec::new();
        for found in self.store.holders_of_shared(referral.id).await? {
            let holder = match recipient_of(found.kind, &found.id)? {
                RecipientOf::Team(team) => Some(self.team_holder(&self.team(team).await?).await?),
                RecipientOf::Recovery(agency) => Some(self.recovery_holder(&self.agency(agency).await?).await?),
                // Whoever can no longer act gets no key to what is said now.
                RecipientOf::User(user) => self.person_holder(user, |_| true).await?,
            };
            let Some(holder) = holder.map(|holder| holder.because(found.reason)) else { continue };
            let same = |known: &Holder| known.to() == holder.to() && known.reason() == holder.reason();
            if !holders.iter().any(same) && !self.is_of_one(holder.to(), from).await? {
                holders.push(holder);
            }
        }
        holders.extend(joining.iter().filter(|(team, _)| !from.contains(&team.agency)).map(|(_, holder)| holder.clone()));
        Ok(holders)
    }
}
