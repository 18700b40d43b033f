//! Signing in and out: password, then second factor, then a session that carries the person's key.

use std::time::Duration;

use super::{App, Error, caller::NamedPlace, gate::bare, throttle::Try};
use crate::{
    audit::Details,
    crypto::{Credential, Identity, Password, SealedTotp, SessionSecret, SessionWrap, TotpSecret, Unlocked},
    domain::{
        account::AccountState,
        action::Action,
        actor::{Actor, Person, Strength},
        ids::{SessionId, UserId},
        key::OwnerKind,
        relation::Relation,
        session::{ABSOLUTE, IDLE, PRE_SESSION, SessionPurpose},
        text::Username,
        time::Timestamp,
    },
    policy::{Act, DenialReason, Object, Permit, RequestContext, State},
    store::{Tx, accounts::Account, sessions::Session},
};

/// A session just begun: the cookie to set, and until when.
pub struct Begun {
    /// The cookie's value.
    pub cookie: zeroize::Zeroizing<String>,
    /// The token for forms and changing calls.
    pub csrf_token: String,
    /// Ends unless used before.
    pub idle_expires_at: Timestamp,
    /// Ends in any case.
    pub expires_at: Timestamp,
    /// Who signed in.
    pub user: UserId,
}

/// A person whose password was right, and the try that it was.
struct Known {
    account: Account,
    actor: Actor,
    unlocked: Unlocked,
    /// The tag of the credential that the password fitted.
    auth_tag: Vec<u8>,
    attempt: Try,
}

impl App {
    /// The first step on pages: user name and password. Gives a pre-session cookie, good for the code and five minutes.
    pub async fn give_password(&self, request: &RequestContext, username: &str, password: Password) -> Result<Begun, Error> {
        let known = self.check_password(request, username, password).await?;
        let permit = self.ask(own(&known.actor, Action::GivePassword, known.account.id, request)).await?;
        let identity = self.unlock(known.unlocked, &permit, &known.account).await?;
        let mut tx = self.store.begin().await?;
        still_fits(&mut tx, known.account.id, &known.auth_tag).await?;
        let begun = self.begin_session(&mut tx, SessionPurpose::PreSession, &known.account, &identity, request.at).await?;
        tx.commit(permit, &Details::default()).await?;
        // A right password was no guess; earlier wrong ones still count until the code is right, too.
        self.take_back(known.attempt).await?;
        Ok(begun)
    }

    /// The second step on pages: the code. When it is right the pre-session ends and a new session begins; wrong ones count against
    /// the account, and the pre-session ends with its five minutes.
    pub async fn give_code(&self, request: &RequestContext, pre_cookie: &str, code: &str) -> Result<Begun, Error> {
        let secret = SessionSecret::parse(SessionPurpose::PreSession, pre_cookie).map_err(|_| Error::NotSignedIn)?;
        let session = self.store.session(&secret.lookup_hash(), request.at).await?.ok_or(Error::NotSignedIn)?;
        if session.purpose != SessionPurpose::PreSession {
            return Err(Error::NotSignedIn);
        }
        let account = self.store.account(session.user).await?.ok_or(Error::NotSignedIn)?;
        if !is_whole(code) {
            return Err(Error::Credentials);
        }
        let attempt = self.counted_or(request, account.username.as_str(), ("sign-in", Action::SignIn)).await?;
        let actor = self.own_actor(&account, Strength::SecondFactor).await?;
        let step = self.check_code(request, &account, &actor, code).await?;
        let permit = self.ask(own(&actor, Action::SignIn, account.id, request)).await?;
        let wrap = SessionWrap { user: account.id, key: session.key, session: session.id };
        let identity = secret.unwrap_identity(&permit, &session.wrapped_identity, &wrap)?;
        let mut tx = self.store.begin().await?;
        if !tx.end_session(session.id, request.at).await? {
            // Used already, or ended with all others while the code was looked at.
            return Err(Error::NotSignedIn);
        }
        self.finish_sign_in(tx, request, permit, (&account, attempt), &identity, step).await
    }

    /// All in one, for the API.
    pub async fn sign_in(
        &self,
        request: &RequestContext,
        username: &str,
        password: Password,
        code: &str,
    ) -> Result<Begun, Error> {
        if !is_whole(code) {
            return Err(self.not_let_in(request).await?);
        }
        let known = self.check_password(request, username, password).await?;
        let actor = self.own_actor(&known.account, Strength::SecondFactor).await?;
        let step = self.check_code(request, &known.account, &actor, code).await?;
        let permit = self.ask(own(&actor, Action::SignIn, known.account.id, request)).await?;
        let identity = self.unlock(known.unlocked, &permit, &known.account).await?;
        let mut tx = self.store.begin().await?;
        still_fits(&mut tx, known.account.id, &known.auth_tag).await?;
        self.finish_sign_in(tx, request, permit, (&known.account, known.attempt), &identity, step).await
    }

    /// Signs in whoever has just set password and second factor, with the code by which they showed that they have it.
    pub(super) async fn sign_in_new(
        &self,
        request: &RequestContext,
        user: UserId,
        identity: &Identity,
        code: &str,
    ) -> Result<Begun, Error> {
        let account = self.store.account(user).await?.ok_or(Error::NotSignedIn)?;
        let attempt = self.counted_or(request, account.username.as_str(), ("join", Action::SignIn)).await?;
        let actor = self.own_actor(&account, Strength::SecondFactor).await?;
        let step = self.check_code(request, &account, &actor, code).await?;
        let permit = self.ask(own(&actor, Action::SignIn, account.id, request)).await?;
        let tx = self.store.begin().await?;
        self.finish_sign_in(tx, request, permit, (&account, attempt), identity, step).await
    }

    /// Ends this session.
    pub async fn sign_out(&self, request: &RequestContext, caller: &super::Caller) -> Result<(), Error> {
        let permit = self.ask(own(&caller.acting()?, Action::SignOut, caller.user(), request)).await?;
        let mut tx = self.store.begin().await?;
        tx.end_session(caller.session(), request.at).await?;
        tx.commit(permit, &Details::default()).await?;
        Ok(())
    }

    /// Ends every session of the person.
    pub async fn sign_out_everywhere(&self, request: &RequestContext, caller: &super::Caller) -> Result<(), Error> {
        let permit = self.ask(own(&caller.acting()?, Action::SignOutEverywhere, caller.user(), request)).await?;
        let mut tx = self.store.begin().await?;
        tx.end_sessions(caller.user(), request.at).await?;
        tx.commit(permit, &Details::default()).await?;
        Ok(())
    }

    async fn check_password(&self, request: &RequestContext, username: &str, password: Password) -> Result<Known, Error> {
        // What was typed is counted only by its hash, so even a name that cannot exist is throttled like any other.
        let typed = username.trim().to_lowercase();
        if typed.is_empty() || password.is_empty() {
            // A form that was not filled in is no guess: it is not counted, and costs no work.
            return Err(self.not_let_in(request).await?);
        }
        let attempt = self.counted_or(request, &typed, ("sign-in", Action::GivePassword)).await?;
        match self.compare_password(username, &password).await {
            Ok(Some((account, unlocked, auth_tag))) => match self.own_actor(&account, Strength::Password).await {
                Ok(actor) => Ok(Known { account, actor, unlocked, auth_tag, attempt }),
                // Whoever has no place left is told what a stranger is told, not that the password was right.
                Err(Error::Refused) => Err(self.not_let_in(request).await?),
                Err(other) => Err(other),
            },
            Ok(None) => Err(self.not_let_in(request).await?),
            // The hub could not look: nobody guessed.
            Err(error) => {
                self.take_back(attempt).await?;
                Err(error)
            }
        }
    }

    /// The account, its key and the credential's tag if name and password belong together; the same work whether or not anybody
    /// has the name.
    async fn compare_password(&self, username: &str, password: &Password) -> Result<Option<(Account, Unlocked, Vec<u8>)>, Error> {
        let account = match Username::parse(username) {
            Ok(username) => {
                self.store.account_by_username(&username).await?.filter(|account| account.state == AccountState::Ready)
            }
            Err(_) => None,
        };
        let stored = match &account {
            Some(account) => self.store.credential(account.id).await?.map(|row| (account, row)),
            None => None,
        };
        let unlocked = if let Some((account, row)) = stored {
            let credential = Credential::try_from(&row)?;
            let derived = self.passwords.derive(password, credential.recipe).await?;
            credential.check(account.id, &derived).map(|unlocked| (unlocked, row.auth_tag))
        } else {
            self.passwords.derive_for_nobody(password).await?;
            None
        };
        // After the work, so that nobody learns from the time it took.
        if unlocked.is_some() && self.is_demonstrated(password) {
            tracing::warn!("an account of this hub has a password of a demonstration; nobody is let in by it");
            return Ok(None);
        }
        Ok(account.zip(unlocked).map(|(account, (unlocked, tag))| (account, unlocked, tag)))
    }

    async fn check_code(&self, request: &RequestContext, account: &Account, actor: &Actor, code: &str) -> Result<i64, Error> {
        let row = self.store.second_factor(account.id).await?.ok_or(Error::Credentials)?;
        let sealed = SealedTotp { bytes: row.sealed, key_version: row.key_version };
        let secret = TotpSecret::open(&sealed, &self.sealing, account.id)?;
        let last = u64::try_from(row.last_step).ok();
        if let Ok(step) = secret.verify(code, request.at, last) {
            return Ok(i64::try_from(step).unwrap_or(i64::MAX));
        }
        self.refuse(own(actor, Action::SignIn, account.id, request), DenialReason::Credentials, None).await?;
        Err(Error::Credentials)
    }

    async fn finish_sign_in(
        &self,
        mut tx: Tx,
        request: &RequestContext,
        permit: Permit,
        (account, attempt): (&Account, Try),
        identity: &Identity,
        step: i64,
    ) -> Result<Begun, Error> {
        if !tx.spend_step(account.id, step).await? {
            // Somebody used the same code a moment before: a replay.
            drop(tx);
            self.refuse(permit.act().clone(), DenialReason::Credentials, None).await?;
            return Err(Error::Credentials);
        }
        let begun = self.begin_session(&mut tx, SessionPurpose::Session, account, identity, request.at).await?;
        tx.note_sign_in(account.id, request.at).await?;
        tx.commit(permit, &Details::default()).await?;
        self.sign_in_succeeded(request, account.username.as_str(), attempt).await?;
        Ok(begun)
    }

    async fn begin_session(
        &self,
        tx: &mut Tx,
        purpose: SessionPurpose,
        account: &Account,
        identity: &Identity,
        at: Timestamp,
    ) -> Result<Begun, Error> {
        let secret = SessionSecret::random(purpose, &*self.random);
        let id = SessionId::random(&*self.random);
        let key = account.key.ok_or(Error::Credentials)?;
        let wrap = SessionWrap { user: account.id, key, session: id };
        let (idle, absolute) = match purpose {
            SessionPurpose::PreSession => (PRE_SESSION, PRE_SESSION),
            SessionPurpose::Session => (IDLE, ABSOLUTE),
        };
        let session = Session {
            id,
            lookup: secret.lookup_hash().to_vec(),
            user: account.id,
            purpose,
            wrapped_identity: secret.wrap_identity(identity, &wrap, &*self.random),
            key,
            idle_expires_at: at.plus(idle),
            expires_at: at.plus(absolute),
        };
        tx.insert_session(&session, at).await?;
        Ok(Begun {
            cookie: secret.cookie_text(),
            csrf_token: secret.csrf_token(),
            idle_expires_at: session.idle_expires_at,
            expires_at: session.expires_at,
            user: account.id,
        })
    }

    async fn unlock(&self, unlocked: Unlocked, permit: &Permit, account: &Account) -> Result<Identity, Error> {
        let key = account.key.ok_or(Error::Credentials)?;
        let published = self.owned_key(key, OwnerKind::User, account.id).await?;
        Ok(unlocked.identity(permit, &published.recipient)?)
    }

    /// The person acting on their own account, from their main place.
    pub(super) async fn own_actor(&self, account: &Account, strength: Strength) -> Result<Actor, Error> {
        let place = self.store.places(account.id).await?.into_iter().next().ok_or(Error::Refused)?;
        Ok(Actor::Person(Box::new(Person {
            user: account.id,
            version: account.version,
            agency: account.agency,
            session: None,
            strength,
            place,
        })))
    }

    /// What was given lets nobody in: on record.
    async fn not_let_in(&self, request: &RequestContext) -> Result<Error, Error> {
        self.refuse_nobody(request, "sign-in", Action::GivePassword, DenialReason::Credentials).await?;
        Ok(Error::Credentials)
    }

    /// Counts a try before any work is spent on it; one that has to wait is refused, on record.
    pub(super) async fn counted_or(
        &self,
        request: &RequestContext,
        typed: &str,
        (route, action): (&'static str, Action),
    ) -> Result<Try, Error> {
        match self.begin_try(request, typed).await {
            Err(Error::Throttled(wait)) => {
                self.refuse_nobody(request, route, action, DenialReason::Throttled).await?;
                Err(Error::Throttled(wait.max(Duration::from_secs(1))))
            }
            other => other,
        }
    }

    /// The main place of an account, with names; for the answer to a sign-in.
    pub async fn main_place(&self, user: UserId) -> Result<Option<NamedPlace>, Error> {
        Ok(self.named_places(user).await?.into_iter().next())
    }
}

/// Fails where the password was changed while the one given was looked at.
async fn still_fits(tx: &mut Tx, user: UserId, tag: &[u8]) -> Result<(), Error> {
    if tx.holds_credential(user, tag).await? { Ok(()) } else { Err(Error::Credentials) }
}

/// An act on the actor's own account.
pub(super) fn own(actor: &Actor, action: Action, user: UserId, request: &RequestContext) -> Act {
    bare(actor.clone(), action, Object::Account(user), Relation::Own, State::None, request)
}

/// Whether a code has all its digits, spaces aside, so that it is a try at all.
fn is_whole(code: &str) -> bool {
    let mut digits = code.chars().filter(|c| !c.is_whitespace());
    digits.by_ref().take(6).filter(char::is_ascii_digit).count() == 6 && digits.next().is_none()
}
