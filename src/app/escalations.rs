//! What is urgent and lies is passed up: once, by a job without keys. Whoever covers holds the key already.

use std::time::Duration;

use super::{
    App, Error,
    checks::left_for_later,
    desk::change,
    gate::{bare, legal},
    telling::telling,
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        actor::Actor,
        desk::Desk,
        notice::{Addressee, NoticeCode},
        relation::Relation,
    },
    policy::{Act, Object, RequestContext, State},
    store::referrals::Referral,
};

/// How long something for today may lie unopened before it is passed up.
const UNOPENED: Duration = Duration::from_hours(1);
/// How long after whoever covers has opened it somebody may take to say that they act, or to do something.
const UNACTED: Duration = Duration::from_hours(2);
/// The most that one round passes up.
const MOST: i64 = 100;
/// The job's name in the log.
const JOB: &str = "escalations";

impl App {
    /// Passes up what is for today and nobody has opened for an hour, or nobody acts on two hours after whoever covers opened it:
    /// a look is no act. Gives how many.
    pub async fn mind_urgent(&self) -> Result<usize, Error> {
        let request = self.request(None);
        let mut passed = 0;
        let before = (request.at.minus(UNOPENED), request.at.minus(UNACTED));
        for referral in self.store.unopened_urgent(before, MOST).await? {
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
        let mut news = self.tell_cover(&referral, NoticeCode::Escalated).await?;
        // Whoever covers has looked and does nothing: the desk hears of it as well, but where people have it by name.
        let team = Addressee::Team(referral.receiving_team);
        let has = |to: &Addressee| *to == team || matches!(to, Addressee::User(_));
        if referral.desk.covered.is_some() && !news.iter().any(|telling| has(&telling.to)) {
            news.push(telling(&referral, team, NoticeCode::Escalated));
        }
        let mut tx = self.store.begin().await?;
        self.tell(&mut tx, &news, request.at).await?;
        change(&mut tx, &Referral { desk, ..referral }).await?;
        tx.commit(permit, &Details { recipients, ..Details::default() }).await?;
        Ok(())
    }
}
