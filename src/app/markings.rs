//! What is told of marks beside the marks themselves: who made and ended them, to those whom none of them refuses anything; who of
//! the desk is left; and the notice to the other side.

use std::collections::BTreeSet;

use super::{App, Error, MarkView, ReferralView, opening::Sight, telling::telling};
use crate::{
    domain::{
        code::QuestionId,
        ids::{AgencyId, CompartmentId, EventId, ReferralId, TeamId, UserId},
        notice::{Addressee, NoticeCode, Telling},
        time::Timestamp,
        withheld::Mark,
    },
    store::referrals::Referral,
};

/// That answers were marked in one act, or that a mark was taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkingView {
    /// When.
    pub at: Timestamp,
    /// By whom, by name.
    pub by: String,
    /// The questions.
    pub questions: Vec<QuestionId>,
    /// The agencies, by name.
    pub from: Vec<String>,
    /// Whether they are refused it from then on; else no more.
    pub refused: bool,
}

impl App {
    /// The acts by which answers of a referral were marked and marks taken away, as far as the caller may know of them: nothing of
    /// what they are refused or ever were, nor of what is sealed away from them. What no event vouches for is told of nowhere.
    pub(super) async fn marking_views(&self, sight: &Sight, referral: ReferralId) -> Result<Vec<MarkingView>, Error> {
        let mut found = self.store.markings(&[referral]).await?;
        found.retain(|found| sight.marks.tells(referral, &found.mark));
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let mut events: Vec<EventId> = found.iter().map(|found| found.event).collect();
        events.sort_unstable();
        events.dedup();
        let evidence = self.evidence(&events).await?;
        let agencies = self.store.agencies().await?;
        let mut acts: Vec<(EventId, MarkingView)> = Vec::new();
        for found in found.into_iter().filter(|found| evidence.check(found.event, &found.row).is_ok()) {
            let agency = agencies.iter().find(|known| known.id == found.mark.agency);
            let agency = agency.ok_or(Error::Integrity("an answer is withheld from nobody"))?.name.as_str().to_owned();
            let known = acts.iter().position(|(event, _)| *event == found.event);
            let at = if let Some(at) = known {
                at
            } else {
                let by = match evidence.actor(found.event) {
                    Some(user) => self.name_of(user).await?,
                    None => String::new(),
                };
                let at = Timestamp::from_millis(found.row.at);
                let act = MarkingView { at, by, questions: Vec::new(), from: Vec::new(), refused: found.refused };
                acts.push((found.event, act));
                acts.len() - 1
            };
            let act = &mut acts[at].1;
            if !act.questions.contains(&found.mark.question) {
                act.questions.push(found.mark.question);
            }
            if !act.from.contains(&agency) {
                act.from.push(agency);
            }
        }
        Ok(acts.into_iter().map(|(_, act)| act).collect())
    }

    /// Who works the queue of a team and is of none of these agencies.
    pub(super) async fn left_at_desk(&self, team: TeamId, refused: &BTreeSet<AgencyId>) -> Result<Vec<UserId>, Error> {
        let mut left = Vec::new();
        for (user, place) in self.store.members(team).await? {
            if self.works_queue(&place) && !self.person_is_of_one(user, refused).await? {
                left.push(user);
            }
        }
        Ok(left)
    }

    /// How many of those who work on a referral can read all of it, as far as the reader may know, and how many they are: what is
    /// sealed away from the reader is not counted, so that the number does not tell of it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn who_is_left(&self, view: &ReferralView) -> Result<(usize, usize), Error> {
        let referral = &view.referral;
        let agencies = self.store.agencies().await?;
        let marked = |mark: &MarkView| agencies.iter().find(|agency| agency.code == mark.agency.0).map(|agency| agency.id);
        let is_known = |id: &CompartmentId| view.withheld.iter().any(|part| part.compartment == Some(*id));
        let barred =
            self.store.barred_of(referral.id).await?.into_iter().filter(|(id, _)| is_known(id)).map(|(_, agency)| agency);
        let refused: BTreeSet<AgencyId> = view.marks.iter().filter_map(marked).chain(barred).collect();
        let named = self.named_on(referral.id).await?;
        if named.is_empty() {
            let all = self.left_at_desk(referral.receiving_team, &BTreeSet::new()).await?.len();
            return Ok((self.left_at_desk(referral.receiving_team, &refused).await?.len(), all));
        }
        let mut left = 0;
        for user in &named {
            left += usize::from(!self.person_is_of_one(*user, &refused).await?);
        }
        Ok((left, named.len()))
    }

    /// Whom a change of marks is told: the other side, each by name, and of it nobody who is refused something of the referral, or
    /// was until now. Who is told of it knows that something is withheld.
    pub(super) async fn tell_of_marks(
        &self,
        (referral, sight): (&Referral, &Sight),
        marks: &[Mark],
    ) -> Result<Vec<Telling>, Error> {
        let refused: BTreeSet<AgencyId> =
            self.kept_from(sight, referral.id).await?.into_iter().chain(marks.iter().map(|mark| mark.agency)).collect();
        let code = NoticeCode::Withholding;
        if !marks.iter().all(|mark| mark.by_sender) {
            return self.not_of_the_barred(self.tell_sender(referral, code, None).await?, &refused).await;
        }
        let told = self.tell_desk(referral, code).await?;
        let mut people = Vec::new();
        for telling in &told {
            if let Addressee::User(user) = telling.to
                && !self.person_is_of_one(user, &refused).await?
            {
                people.push(user);
            }
        }
        if people.is_empty() && !told.is_empty() && self.named_on(referral.id).await?.is_empty() {
            people = self.left_at_desk(referral.receiving_team, &refused).await?;
        }
        Ok(people.into_iter().map(|user| telling(referral, Addressee::User(user), code)).collect())
    }
}
