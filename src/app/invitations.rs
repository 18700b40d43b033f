//! How somebody joins: their administrator makes an invitation, its code reaches them outside the exchange, and they set
//! password and second factor themselves.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    Answered, App, Begun, Caller, Error, Founder, IdempotencyKey, SecondFactor,
    gate::bare,
    idempotency::{Once, Repeatable, damaged, remembered},
    sign_in::own,
    ticket::{GOOD_FOR, Ticket},
};
use crate::{
    audit::Details,
    crypto::{NewPassword, SealedTotp, TotpSecret},
    domain::{
        account::AccountState,
        action::Action,
        actor::Strength,
        ids::{AgencyId, UserId},
        invitation::{InvitationCode, VALID},
        relation::Relation,
        role::Role,
        text::Username,
        time::Timestamp,
    },
    policy::{DenialReason, Object, RequestContext, State},
    store::{Tx, accounts::Account, credentials::SecondFactorRow, invitations::InvitationRow},
};

/// An invitation just made. Its code is shown this once.
pub struct Invited {
    /// Whom it is for.
    pub name: String,
    /// What they will sign in with.
    pub username: String,
    /// The code, in groups.
    pub code: Zeroizing<String>,
    /// When it runs out.
    pub expires_at: Timestamp,
}

/// The answer to whoever asked for an invitation and may ask again. The code is told to the first asking alone: it is nowhere kept.
pub struct InvitationMade {
    /// Whom it is for.
    pub user: UserId,
    /// What they will sign in with.
    pub username: String,
    /// The code, in groups; none in a repeated answer.
    pub code: Option<Zeroizing<String>>,
    /// When it runs out.
    pub expires_at: Timestamp,
}

impl InvitationMade {
    /// As it is remembered.
    pub(super) fn of(account: &Account, at: Timestamp) -> Self {
        Self { user: account.id, username: account.username.as_str().to_owned(), code: None, expires_at: at.plus(VALID) }
    }

    /// As it is told the first time.
    pub(super) fn with(user: UserId, invited: Invited) -> Self {
        Self { user, username: invited.username, code: Some(invited.code), expires_at: invited.expires_at }
    }
}

impl Repeatable for InvitationMade {
    fn written(&self) -> String {
        serde_json::json!({ "user": self.user.to_string(), "username": self.username, "expires_at": self.expires_at.millis() })
            .to_string()
    }

    fn read(text: &str) -> Result<Self, Error> {
        let json = remembered(text)?;
        let expires_at = Timestamp::from_millis(json["expires_at"].as_i64().ok_or_else(damaged)?);
        let user = UserId::parse(json["user"].as_str().unwrap_or_default()).map_err(|_| damaged())?;
        Ok(Self { user, username: json["username"].as_str().ok_or_else(damaged)?.to_owned(), code: None, expires_at })
    }
}

/// Somebody on their way in, and what they put into their authenticator app.
pub struct Joining {
    /// What they will sign in with.
    pub username: String,
    /// Their name.
    pub name: String,
    /// The secret of their second factor.
    pub factor: SecondFactor,
}

/// Why somebody is not in yet, with what to mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotJoined {
    /// The password is on lists of common ones, or made of what others know of the person.
    CommonPassword,
    /// The code of the authenticator app does not fit.
    WrongCode,
}

impl App {
    /// Makes an invitation for somebody who has not joined yet; a code they were given before is of no use any more.
    ///
    /// # Errors
    /// [`Error::Unseen`] for anybody but an administrator of the person's agency; [`Error::Conflict`] when they have joined.
    pub async fn invite(&self, request: &RequestContext, founder: &Founder<'_>, user: UserId) -> Result<Invited, Error> {
        self.invite_with(request, founder, user, None).await
    }

    /// The same, once for each key. Repeated, the answer has no code: whoever lost it asks for a new one.
    ///
    /// # Errors
    /// As [`App::invite`]; [`Error::KeyReused`].
    pub async fn invite_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        user: UserId,
    ) -> Result<Answered<InvitationMade>, Error> {
        let route = format!("POST /people/{user}/invite");
        let act = async |once: &Once<'_>| {
            let invited = self.invite_with(request, &Founder::Caller(caller), user, Some(once)).await?;
            Ok(InvitationMade::with(user, invited))
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    async fn invite_with(
        &self,
        request: &RequestContext,
        founder: &Founder<'_>,
        user: UserId,
        once: Option<&Once<'_>>,
    ) -> Result<Invited, Error> {
        let found = self.store.account(user).await?;
        // Of other agencies' people nothing is told, not even that there are such.
        let invitable = match (founder, &found) {
            (Founder::Caller(caller), Some(account)) => account.agency == caller.agency(),
            (_, found) => found.is_some(),
        };
        let Some(account) = found.filter(|_| invitable) else {
            let (actor, _) = founder.acting_on(AgencyId::from_bytes([0; 16]), Role::AgencyAdministrator)?;
            let act = bare(actor, Action::InvitePerson, Object::Unseen, Relation::None, State::None, request);
            self.refuse(act, DenialReason::Unseen, None).await?;
            return Err(Error::Unseen);
        };
        let (actor, relation) = founder.acting_on(account.agency, Role::AgencyAdministrator)?;
        let act = bare(actor, Action::InvitePerson, Object::Account(user), relation, State::None, request);
        let permit = self.ask(act).await?;
        if account.state != AccountState::Invited {
            return Err(Error::Conflict("this person has joined already"));
        }
        let mut tx = self.store.begin().await?;
        if let Some(once) = once {
            once.remember(&mut tx, &InvitationMade::of(&account, request.at)).await?;
        }
        let invited = self.write_invitation(&mut tx, &account, request.at).await?;
        if let Founder::Caller(caller) = founder {
            tx.reset_code_is_of(user, caller.user()).await?;
        }
        tx.commit(permit, &Details::default()).await?;
        Ok(invited)
    }

    /// Draws a code and keeps what is kept of it.
    pub(super) async fn write_invitation(&self, tx: &mut Tx, account: &Account, at: Timestamp) -> Result<Invited, Error> {
        let code = InvitationCode::random(&*self.random);
        let expires_at = at.plus(VALID);
        if !tx.invite(account.id, &self.hashed(account.id, &code), at, expires_at).await? {
            return Err(Error::Conflict("this person has joined already"));
        }
        let (name, username) = (account.name.as_str().to_owned(), account.username.as_str().to_owned());
        Ok(Invited { name, username, code: Zeroizing::new(code.shown()), expires_at })
    }

    /// The first step of joining: user name and code. Gives the value of the cookie that the second step comes with, good for
    /// half an hour, and draws a new secret for the authenticator app. A cookie given for the same code before is of no use any
    /// more: whoever had the code first is shown nothing of the secret that the person joins with.
    ///
    /// # Errors
    /// [`Error::Credentials`] when they do not belong together, or the invitation has run out or was used; [`Error::Throttled`].
    pub async fn take_up_invitation(
        &self,
        request: &RequestContext,
        username: &str,
        code: &str,
    ) -> Result<Zeroizing<String>, Error> {
        let typed = username.trim().to_lowercase();
        if typed.is_empty() || code.trim().is_empty() {
            return Err(self.not_invited(request).await?);
        }
        let attempt = self.counted_or(request, &typed, ("join", Action::TakeUpInvitation)).await?;
        let account = match Username::parse(username) {
            Ok(username) => self.store.account_by_username(&username).await?,
            Err(_) => None,
        };
        let code = InvitationCode::parse(code);
        let Some((account, code)) = self.fitting(request, account, code.ok()).await? else {
            return Err(self.not_invited(request).await?);
        };
        let actor = self.own_actor(&account, Strength::Invitation).await?;
        let permit = self.ask(own(&actor, Action::TakeUpInvitation, account.id, request)).await?;
        let sealed = TotpSecret::random(&*self.random).seal(&self.sealing, account.id, &*self.random);
        let factor = SecondFactorRow { sealed: sealed.bytes, key_version: sealed.key_version, last_step: 0 };
        let ticket = Ticket::draw(account.id, &*self.random);
        let hashes = (&self.hashed(account.id, &code), &self.ticket_hash(&ticket));
        let mut tx = self.store.begin().await?;
        if !tx.take_up(account.id, hashes, &factor, request.at).await? {
            drop(tx);
            return Err(self.not_invited(request).await?);
        }
        tx.commit(permit, &Details::default()).await?;
        self.take_back(attempt).await?;
        Ok(ticket.text())
    }

    /// Who is on their way in, and what their authenticator app needs. Each look is on record.
    ///
    /// # Errors
    /// [`Error::Credentials`] when the invitation has run out, was used, or was replaced, or its code was given again.
    pub async fn joining(&self, request: &RequestContext, ticket: &str) -> Result<Joining, Error> {
        let (account, factor, _) = self.on_the_way(request, ticket).await?;
        let actor = self.own_actor(&account, Strength::Invitation).await?;
        let permit = self.ask(own(&actor, Action::TakeUpInvitation, account.id, request)).await?;
        for recorded in self.store.record(vec![(permit, Details::default())]).await? {
            recorded?;
        }
        let factor = self.second_factor(&self.factor_of(&account, &factor)?, &account)?;
        Ok(Joining { username: account.username.as_str().to_owned(), name: account.name.as_str().to_owned(), factor })
    }

    /// The second step: password and the app's code. The person's key is made, the invitation is gone, and they are signed in.
    ///
    /// # Errors
    /// [`Error::Credentials`] when the invitation has run out, was used, or was replaced, or its code was given again: until
    /// the very commit.
    pub async fn join(
        &self,
        request: &RequestContext,
        ticket: &str,
        password: &NewPassword,
        code: &str,
    ) -> Result<Result<Begun, NotJoined>, Error> {
        let (account, factor, ticket) = self.on_the_way(request, ticket).await?;
        if self.is_common(password, &account).await? {
            return Ok(Err(NotJoined::CommonPassword));
        }
        if self.factor_of(&account, &factor)?.verify(code, request.at, None).is_err() {
            return Ok(Err(NotJoined::WrongCode));
        }
        let identity = self.make_ready(request, &account, (password, factor), Some(&ticket)).await?;
        self.sign_in_new(request, account.id, &identity, code).await.map(Ok)
    }

    /// The account, its second factor and the ticket, of an invitation whose code has been given.
    async fn on_the_way(&self, request: &RequestContext, ticket: &str) -> Result<(Account, SecondFactorRow, Ticket), Error> {
        if let Some(ticket) = Ticket::parse(ticket)
            && let Some((account, invitation)) = self.open_invitation(request, ticket.user).await?
            && let (Some(factor), Some((hash, since))) = (invitation.factor, invitation.ticket)
            && since.plus(GOOD_FOR) > request.at
            && bool::from(self.ticket_hash(&ticket).ct_eq(&hash))
        {
            return Ok((account, factor, ticket));
        }
        Err(self.not_invited(request).await?)
    }

    /// Somebody's invitation, while it can be used.
    async fn open_invitation(&self, request: &RequestContext, user: UserId) -> Result<Option<(Account, InvitationRow)>, Error> {
        let (account, invitation) = (self.store.account(user).await?, self.store.invitation(user).await?);
        let account = account.filter(|account| account.state == AccountState::Invited);
        Ok(account.zip(invitation).filter(|(_, invitation)| invitation.expires_at > request.at))
    }

    /// The account whose code this is. As much is looked up and hashed for a name that nobody has.
    async fn fitting(
        &self,
        request: &RequestContext,
        account: Option<Account>,
        code: Option<InvitationCode>,
    ) -> Result<Option<(Account, InvitationCode)>, Error> {
        let user = account.map_or(UserId::from_bytes([0; 16]), |account| account.id);
        let found = self.open_invitation(request, user).await?;
        let Some(code) = code else { return Ok(None) };
        let hash = self.hashed(user, &code);
        let fitting = found.filter(|(_, invitation)| bool::from(hash.ct_eq(&invitation.code)));
        Ok(fitting.map(|(account, _)| (account, code)))
    }

    fn hashed(&self, user: UserId, code: &InvitationCode) -> [u8; 32] {
        self.hashes.hash("invitation", &[&user.to_bytes(), code.as_bytes()])
    }

    fn factor_of(&self, account: &Account, row: &SecondFactorRow) -> Result<TotpSecret, Error> {
        let sealed = SealedTotp { bytes: row.sealed.clone(), key_version: row.key_version };
        Ok(TotpSecret::open(&sealed, &self.sealing, account.id)?)
    }

    /// What was given invites nobody: on record.
    pub(super) async fn not_invited(&self, request: &RequestContext) -> Result<Error, Error> {
        self.refuse_nobody(request, "join", Action::TakeUpInvitation, DenialReason::Credentials).await?;
        Ok(Error::Credentials)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_nowhere_in_what_is_remembered_of_an_invitation() {
        let made = InvitationMade {
            user: UserId::from_bytes([7; 16]),
            username: "ivy.fancied".into(),
            code: Some(Zeroizing::new("TVWXY-Z0123-45678-9ABCD".into())),
            expires_at: Timestamp::from_millis(1_800_000_000_000),
        };
        assert!(!made.written().contains("TVWXY"));
        let read = InvitationMade::read(&made.written()).expect("reads");
        assert_eq!((read.user, read.username.as_str(), read.expires_at), (made.user, "ivy.fancied", made.expires_at));
        assert!(read.code.is_none() && InvitationMade::read("{}").is_err());
    }
}
