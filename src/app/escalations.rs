//! What is urgent and unopened is passed up: once, by a job without keys. Whoever covers holds the key already.

use std::time::Duration;

use super::{
    App, Error,
    checks::left_for_later,
    desk::change,
    gate::{bare, legal},
};
use crate::{
    audit::Details,
    domain::{action::Action, actor::Actor, desk::Desk, notice::NoticeCode, relation::Relation},
    policy::{Act, Object, RequestContext, State},
    store::referrals::Referral,
};

/// How long something for today may lie unopened before it is passed up.
const UNOPENED: Duration = Duration::from_hours(1);
/// The most that one round passes up.
const MOST: i64 = 100;
/// The job's name in the log.
const JOB: &str = "escalations";

impl App {
    /// Passes up what is for today and nobody has opened for an hour; gives how many.
    pub async fn mind_urgent(&self) -> Result<usize, Error> {
        let request = self.request(None);
        let mut passed = 0;
        for referral in self.store.unopened_urgent(request.at.minus(UNOPENED), MOST).await? {
            let id = referral.id;
            match self.pass_up(&request, referral).await {
                Ok(()) => passed += 1,
                // Somebody opened it meanwhile, or another node was faster: that stands.
                Err(Error::Conflict(_)) => {}
                Err(Error::Unavailable) => return Err(Error::Unavailable),
                Err(error) => left_for_later(id, &error),
            }
        }
        Ok(passed)
    }

    async fn pass_up(&self, request: &RequestContext, referral: Referral) -> Result<(), Error> {
        let kind = self.agency(referral.receiving_agency).await?.kind;
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let act = Act {
            object: Object::Referral(referral.id, Some(referral.revision)),
            sensitivity: Some(referral.sensitivity),
            state: State::Referral(referral.stage.state()),
            legal: Some(legal(kind, &versioned.pathway)),
            ..bare(Actor::Job(JOB), Action::Escalate, Object::Hub, Relation::None, State::None, request)
        };
        let permit = self.ask(act).await?;
        let recipients = vec![(referral.receiving_agency, referral.receiving_team)];
        let desk = Desk { escalated_at: Some(request.at), ..referral.desk };
        let news = self.tell_cover(&referral, NoticeCode::Escalated).await?;
        let mut tx = self.store.begin().await?;
        self.tell(&mut tx, &news, request.at).await?;
        change(&mut tx, &Referral { desk, ..referral }).await?;
        tx.commit(permit, &Details { recipients, ..Details::default() }).await?;
        Ok(())
    }
}
