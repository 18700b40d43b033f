//! The one commit path: what the gate saw is checked again, the event is written, and only then is there proof.

use super::{Error, Store, Tx, drafts, events, hub, memberships, referrals, sessions};
use crate::{
    audit::{Details, Event, Recorded, row::Written},
    domain::{action::Action, actor::Actor, ids::EventId},
    policy::{Denial, HubState, Object, Permit},
};

/// Why an act was not committed; nothing of it remains.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Something that the gate saw has changed since: account, place, session, policy or record. Ask again.
    #[error("what the decision rested on has changed: {0}")]
    Stale(&'static str),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Tx {
    /// Checks again what the permit rests on, writes the event in the same transaction and commits.
    ///
    /// # Errors
    /// [`CommitError::Stale`] when account, place, session, policy or record are no longer what the gate saw.
    pub async fn commit(mut self, permit: Permit, note: &Details) -> Result<Recorded, CommitError> {
        self.recheck(&permit).await?;
        let event = Event::done(self.event, self.salt, &permit, note, &self.written, &self.authenticator);
        events::insert(&mut self, &[event]).await?;
        let (id, actor) = (self.event, permit.act().actor.person().map(|person| person.user));
        self.finish().await?;
        Ok(Recorded::after_commit(id, actor, note.entries.clone()))
    }

    async fn recheck(&mut self, permit: &Permit) -> Result<(), CommitError> {
        let act = permit.act();
        let hub = hub::held(self).await?;
        if hub.policy.as_deref() != Some(hex::encode(permit.policy()).as_str()) {
            return Err(CommitError::Stale("policy"));
        }
        match &act.actor {
            Actor::Person(person) => {
                let account = memberships::held_account(self, person.user).await?;
                let moved = self.moved.contains(&person.user.to_string());
                if !account.is_some_and(|account| moved || account.admits(person.version, act.action)) {
                    return Err(CommitError::Stale("account"));
                }
                let moved = self.moved.contains(&person.place.id.to_string());
                if !moved && memberships::held_version(self, person.place.id).await? != Some(person.place.version) {
                    return Err(CommitError::Stale("place"));
                }
                if let Some(session) = person.session
                    && !self.moved.contains(&session.to_string())
                    && !sessions::held_alive(self, session, act.request.at).await?
                {
                    return Err(CommitError::Stale("session"));
                }
            }
            Actor::SetUp => {
                if hub.state != HubState::SettingUp && act.action != Action::OpenHub {
                    return Err(CommitError::Stale("set-up has ended"));
                }
            }
            Actor::Job(_) => {}
            Actor::Nobody => return Err(CommitError::Stale("nobody is signed in")),
        }
        if let Object::Referral(id, Some(revision)) = act.object
            && !self.moved.contains(&id.to_string())
            && referrals::held_revision(self, id).await? != Some(revision)
        {
            return Err(CommitError::Stale("referral"));
        }
        if let Object::Draft(id, Some(revision)) = act.object
            && !self.moved.contains(&id.to_string())
            && drafts::held_revision(self, id).await? != Some(revision)
        {
            return Err(CommitError::Stale("draft"));
        }
        Ok(())
    }
}

impl Store {
    /// Commits acts that are one, each with an event of its own: all are kept or none. What the transaction wrote stands under the
    /// first.
    ///
    /// # Errors
    /// As [`Tx::commit`], for any of them.
    pub async fn commit_together(
        &self,
        mut tx: Tx,
        first: (Permit, Details),
        more: Vec<(Permit, Details)>,
    ) -> Result<(), CommitError> {
        let mut events = Vec::new();
        for (number, (permit, note)) in std::iter::once(first).chain(more).enumerate() {
            tx.recheck(&permit).await?;
            events.push(if number == 0 {
                Event::done(tx.event, tx.salt, &permit, &note, &tx.written, &self.authenticator)
            } else {
                let id = EventId::random(self.random());
                Event::done(id, self.salt(), &permit, &note, &Written::default(), &self.authenticator)
            });
        }
        events::insert(&mut tx, &events).await?;
        Ok(tx.finish().await?)
    }

    /// Records acts that change nothing, one event each, in one commit. One that has gone stale is answered so and left out;
    /// it never fails the others.
    pub async fn record(&self, acts: Vec<(Permit, Details)>) -> Result<Vec<Result<Recorded, CommitError>>, Error> {
        let mut tx = self.begin().await?;
        let mut written = Vec::new();
        let mut answers = Vec::new();
        for (permit, note) in acts {
            match tx.recheck(&permit).await {
                Ok(()) => {
                    let id = EventId::random(self.random());
                    written.push(Event::done(id, self.salt(), &permit, &note, &Written::default(), &self.authenticator));
                    answers.push(Ok((id, permit.act().actor.person().map(|person| person.user), note.entries)));
                }
                Err(CommitError::Store(error)) => return Err(error),
                Err(stale) => answers.push(Err(stale)),
            }
        }
        events::insert(&mut tx, &written).await?;
        tx.finish().await?;
        let mint = |(id, actor, entries)| Recorded::after_commit(id, actor, entries);
        Ok(answers.into_iter().map(|answer| answer.map(mint)).collect())
    }

    /// Records refused acts, at once and on their own.
    pub async fn refuse(&self, denials: &[(Denial, Details)]) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let event = |(denial, note): &(Denial, Details)| {
            Event::refused(EventId::random(self.random()), self.salt(), denial, note, &self.authenticator)
        };
        let events: Vec<Event> = denials.iter().map(event).collect();
        events::insert(&mut tx, &events).await?;
        tx.finish().await
    }
}
