//! Suspending somebody, having them back, and their leaving: by the administrators of their agency, never by themselves.

use super::{
    Added, Answered, App, Caller, Error, Founder, IdempotencyKey, Remains,
    gate::bare,
    idempotency::{Once, acted},
    memberships::HeldKey,
    people::towards,
};
use crate::{
    audit::Details,
    domain::{
        account::{AccountState, MembershipState},
        action::Action,
        actor::Place,
        ids::UserId,
        notice::{NoticeCode, Telling},
        relation::Relation,
        renewal::Subject,
        role::Role,
    },
    policy::{DenialReason, Object, Permit, RequestContext, State},
    store::accounts::Account,
};

/// A team that would miss somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Its name.
    pub team: String,
    /// What becomes of it.
    pub remains: Remains,
}

/// What somebody's places hold of keys, and who is told that they lose it.
struct Losing {
    places: Vec<(Place, Option<HeldKey>)>,
    news: Vec<Telling>,
}

impl App {
    /// Suspends somebody: their sessions end at once, they cannot sign in, and what they hold of teams' keys is erased. Their
    /// places stay, and wait for the keys again. An invitation of theirs is of no use any more. Once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] for all but people of the caller's agency; [`Error::Refused`] for all but its administrators, and of
    /// themselves; [`Error::Conflict`] when they are suspended.
    pub async fn suspend(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        user: UserId,
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /people/{user}/suspend");
        let act = async |once: &Once<'_>| {
            let (account, permit) = self.administered(request, caller, (Action::SuspendPerson, user)).await?;
            if account.state == AccountState::Disabled {
                return Err(Error::Conflict("this person is suspended already"));
            }
            self.shut_out(request, (&account, permit), once, false).await
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// Somebody leaves the agency: as suspended, and their places end. Once for each key.
    ///
    /// # Errors
    /// As [`App::suspend`], but whoever is suspended can leave.
    pub async fn remove_person(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        user: UserId,
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /people/{user}/leave");
        let act = async |once: &Once<'_>| {
            let (account, permit) = self.administered(request, caller, (Action::RemovePerson, user)).await?;
            if account.state == AccountState::Disabled && self.store.places(user).await?.is_empty() {
                return Err(Error::Conflict("this person has left already"));
            }
            self.shut_out(request, (&account, permit), once, true).await
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// Has somebody back who was suspended or had left. What they held of keys is gone: a lead hands each over anew. Once for each
    /// key.
    ///
    /// # Errors
    /// As [`App::suspend`]; [`Error::Conflict`] when they are not suspended.
    pub async fn reinstate(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        user: UserId,
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /people/{user}/return");
        let act = async |once: &Once<'_>| {
            let (account, permit) = self.administered(request, caller, (Action::ReinstatePerson, user)).await?;
            if account.state != AccountState::Disabled {
                return Err(Error::Conflict("this person is not suspended"));
            }
            let joined = account.key.is_some();
            let news = if joined { self.tell_of_readiness(user).await? } else { Vec::new() };
            let state = if joined { AccountState::Ready } else { AccountState::Invited };
            let mut tx = self.store.begin().await?;
            let done = acted(&tx, request.at);
            once.remember(&mut tx, &done).await?;
            if !tx.move_account(account.id, account.version, state).await? {
                return Err(Error::Conflict(CHANGED));
            }
            self.tell(&mut tx, &news, request.at).await?;
            tx.commit(permit, &Details { about: Some(user), ..Details::default() }).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// What becomes of the teams whose key somebody holds, if they are suspended or leave: those that would have nobody left to hand
    /// it on, or to open what they hold.
    pub async fn missing_without(&self, user: UserId) -> Result<Vec<Missing>, Error> {
        let mut missing = Vec::new();
        for place in self.store.places(user).await?.into_iter().filter(Place::opens) {
            let remains = self.remains(place.team, user).await?;
            if remains != Remains::Led {
                missing.push(Missing { team: self.team(place.team).await?.name.as_str().to_owned(), remains });
            }
        }
        Ok(missing)
    }

    /// Somebody of the caller's agency. Of other people nothing is told, on record.
    pub(super) async fn own_person(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (action, user): (Action, UserId),
    ) -> Result<Account, Error> {
        if let Some(account) = self.store.account(user).await?.filter(|account| account.agency == caller.agency()) {
            return Ok(account);
        }
        let act = bare(caller.acting()?, action, Object::Unseen, Relation::None, State::None, request);
        self.refuse(act, DenialReason::Unseen, None).await?;
        Err(Error::Unseen)
    }

    /// The same, and permission for an act of administration on them.
    pub(super) async fn administered(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (action, user): (Action, UserId),
    ) -> Result<(Account, Permit), Error> {
        let account = self.own_person(request, caller, (action, user)).await?;
        let founder = Founder::Caller(caller);
        let (actor, relation) = founder.acting_on(account.agency, Role::AgencyAdministrator)?;
        let relation = towards(&founder, user, relation);
        let permit = self.ask(bare(actor, action, Object::Account(user), relation, State::None, request)).await?;
        Ok((account, permit))
    }

    /// What somebody loses who is shut out: read before the transaction.
    async fn losing(&self, user: UserId) -> Result<Losing, Error> {
        let (mut places, mut news) = (Vec::new(), Vec::new());
        for place in self.store.places(user).await? {
            let held = if place.role.holds_team_key() { Some(self.held_key(user, place.team).await?) } else { None };
            if place.opens() {
                news.extend(self.tell_of_leaving(place.team, user, NoticeCode::MemberGone).await?);
            }
            places.push((place, held));
        }
        Ok(Losing { places, news })
    }

    /// Shuts somebody out at once: no session, no key of any team. Their places end if they leave, or wait for the key anew.
    async fn shut_out(
        &self,
        request: &RequestContext,
        (account, permit): (&Account, Permit),
        once: &Once<'_>,
        leaves: bool,
    ) -> Result<Added, Error> {
        let Losing { places, news } = self.losing(account.id).await?;
        let mut tx = self.store.begin().await?;
        let done = acted(&tx, request.at);
        once.remember(&mut tx, &done).await?;
        if !tx.move_account(account.id, account.version, AccountState::Disabled).await? {
            return Err(Error::Conflict(CHANGED));
        }
        tx.end_sessions(account.id, request.at).await?;
        tx.end_invitation(account.id).await?;
        let mut keys = Vec::new();
        for (place, held) in &places {
            let moved = match held {
                _ if leaves => tx.end_membership(place.id, place.version).await?,
                Some(_) => tx.change_membership(place.id, place.version, (place.role, MembershipState::Waiting)).await?,
                None => true,
            };
            if !moved {
                return Err(Error::Conflict(CHANGED));
            }
            if let Some(held) = held {
                keys.extend(self.leave_key(&mut tx, held, request.at).await?);
            }
        }
        // What was given to the person alone gets its next key as well.
        self.begin_renewal(&mut tx, account.agency, Subject::Person(account.id), request.at).await?;
        self.tell(&mut tx, &news, request.at).await?;
        tx.commit(permit, &Details { keys, about: Some(account.id), ..Details::default() }).await?;
        Ok(done)
    }
}

const CHANGED: &str = "the account or a place has changed meanwhile";
