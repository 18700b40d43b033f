//! When people were last trained in safeguarding: recorded by their administrators, told to themselves, in nobody's way.

use jiff::civil::Date;

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey,
    idempotency::{Once, acted},
};
use crate::{
    audit::Details,
    domain::{action::Action, ids::UserId, training::Training},
    policy::RequestContext,
};

impl App {
    /// Records the day of somebody's last training, or that none is known; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] for all but people of the caller's agency; [`Error::Refused`] for all but its administrators, and of
    /// themselves; [`Error::Malformed`] for a day to come.
    pub async fn set_training(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (user, on): (UserId, Option<Date>),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /people/{user}/training");
        let body = on.map(|day| day.to_string()).unwrap_or_default();
        let act = async |once: &Once<'_>| {
            let (_, permit) = self.administered(request, caller, (Action::SetTraining, user)).await?;
            if on.is_some_and(|day| day > request.at.uk_date()) {
                return Err(Error::Malformed("a training that is still to come counts for nothing"));
            }
            let mut tx = self.store.begin().await?;
            let done = acted(&tx, request.at);
            once.remember(&mut tx, &done).await?;
            tx.set_training(user, on).await?;
            tx.commit(permit, &Details { about: Some(user), ..Details::default() }).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    /// How the caller's own training stands.
    pub async fn own_training(&self, request: &RequestContext, caller: &Caller) -> Result<Training, Error> {
        let person = self.store.person(caller.user()).await?;
        Ok(Training::of(person.and_then(|person| person.trained_on), request.at.uk_date()))
    }
}
