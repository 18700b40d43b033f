//! A person sets password and second factor; their key is made, wrapped and published.

use zeroize::Zeroizing;

use super::{
    App, Error,
    sign_in::own,
    ticket::{GOOD_FOR, Ticket},
};
use crate::{
    audit::Details,
    crypto::{Cost, Credential, Identity, NewPassword, Password, Recipe, SymmetricSuite, TotpSecret},
    domain::{account::AccountState, action::Action, actor::Strength, ids::UserId, key::OwnerKind},
    policy::RequestContext,
    store::{
        accounts::Account,
        credentials::{CredentialRow, SecondFactorRow},
    },
};

/// What the person must put into their authenticator, shown once.
pub struct SecondFactor {
    /// The secret in base 32.
    pub secret: Zeroizing<String>,
    /// The same as an address that an app on the same device opens.
    pub address: Zeroizing<String>,
}

impl App {
    /// Sets an invited person's first password and second factor and publishes their key: for founders of demonstrations and
    /// tests, who are told the secret at once.
    pub async fn enrol_credentials(
        &self,
        request: &RequestContext,
        user: UserId,
        password: &NewPassword,
    ) -> Result<SecondFactor, Error> {
        let account =
            self.store.account(user).await?.filter(|account| account.state == AccountState::Invited).ok_or(Error::Unseen)?;
        let totp = TotpSecret::random(&*self.random);
        let sealed = totp.seal(&self.sealing, user, &*self.random);
        let factor = SecondFactorRow { sealed: sealed.bytes, key_version: sealed.key_version, last_step: 0 };
        self.make_ready(request, &account, (password, factor), None).await?;
        self.second_factor(&totp, &account)
    }

    /// The person's key is made, wrapped under the password and published; the invitation that this ticket was given for is used
    /// up, and whoever comes by one that is of no use any more makes nothing. Gives the identity.
    pub(super) async fn make_ready(
        &self,
        request: &RequestContext,
        account: &Account,
        (password, factor): (&NewPassword, SecondFactorRow),
        ticket: Option<&Ticket>,
    ) -> Result<Identity, Error> {
        let user = account.id;
        let actor = self.own_actor(account, Strength::Invitation).await?;
        let permit = self.ask(own(&actor, Action::EnrolCredentials, user, request)).await?;
        let derived = self.passwords.derive(password.password(), self.passwords.recipe(&*self.random)).await?;
        let news = self.tell_of_readiness(user).await?;
        let epoch = self.store.last_epoch(user).await? + 1;
        let mut tx = self.store.begin().await?;
        // Working out a password takes long enough for the code to be replaced: asked again here, where nothing comes between.
        if let Some(ticket) = ticket {
            let since = request.at.minus(GOOD_FOR);
            if !tx.use_invitation(user, &self.ticket_hash(ticket), request.at, since).await? {
                drop(tx);
                return Err(self.not_invited(request).await?);
            }
        } else {
            tx.end_invitation(user).await?;
        }
        let (identity, key) = self.new_key(&tx, OwnerKind::User, &user.to_string(), epoch, request.at);
        let credential = Credential::make(user, key.id, &identity, &derived, &*self.random);
        if !tx.ready_account(user, account.version, key.id).await? {
            return Err(Error::Conflict("this account has been set up already"));
        }
        tx.insert_credential(user, &CredentialRow::from(&credential), request.at).await?;
        tx.insert_second_factor(user, &factor).await?;
        tx.publish_key(&key).await?;
        tx.reset_made_key(user, request.at).await?;
        self.tell(&mut tx, &news, request.at).await?;
        tx.commit(permit, &Details { keys: vec![key.id], ..Details::default() }).await?;
        Ok(identity)
    }

    /// What somebody's authenticator app needs, as text and as an address.
    pub(super) fn second_factor(&self, totp: &TotpSecret, account: &Account) -> Result<SecondFactor, Error> {
        let issuer = self.partnership.replace(':', " ");
        let address = totp.enrolment_url(&issuer, account.username.as_str());
        let address = address.map_err(|_| Error::Integrity("a user name cannot stand in an authenticator app"))?;
        Ok(SecondFactor { secret: totp.base32(), address })
    }

    /// Whether a password is on lists of common ones, or made of what others know of the person; in a live hub also whether a
    /// demonstration has shown it to everybody who looked.
    pub(super) async fn is_common(&self, password: &NewPassword, account: &Account) -> Result<bool, Error> {
        let agency = self.agency(account.agency).await?;
        let known =
            [account.username.as_str(), account.name.as_str(), agency.name.as_str(), &self.partnership, "referral exchange"];
        Ok(self.is_demonstrated(password.password()) || password.is_common(&known))
    }
}

impl App {
    /// Whether a password is one of a demonstration's, in a hub that is none.
    pub(super) fn is_demonstrated(&self, password: &Password) -> bool {
        !self.demonstration && password.is_of_demonstration()
    }
}

impl From<&Credential> for CredentialRow {
    fn from(credential: &Credential) -> Self {
        let Recipe { salt, cost, pepper_version } = credential.recipe;
        Self {
            salt: salt.to_vec(),
            memory_kib: cost.memory_kib().into(),
            passes: cost.passes().into(),
            lanes: cost.lanes().into(),
            pepper_version,
            auth_tag: credential.auth_tag.to_vec(),
            wrapped_identity: credential.wrapped_identity.clone(),
            key: credential.key,
            suite: credential.suite.id().into(),
        }
    }
}

impl TryFrom<&CredentialRow> for Credential {
    type Error = Error;

    fn try_from(row: &CredentialRow) -> Result<Self, Error> {
        let damaged = || Error::Integrity("a credential is damaged");
        let number = |value: i64| u32::try_from(value).map_err(|_| damaged());
        let cost = Cost::new(number(row.memory_kib)?, number(row.passes)?, number(row.lanes)?).map_err(|_| damaged())?;
        let salt = row.salt.as_slice().try_into().map_err(|_| damaged())?;
        Ok(Self {
            recipe: Recipe { salt, cost, pepper_version: row.pepper_version },
            auth_tag: row.auth_tag.as_slice().try_into().map_err(|_| damaged())?,
            wrapped_identity: row.wrapped_identity.clone(),
            key: row.key,
            suite: SymmetricSuite::parse(row.suite)?,
        })
    }
}
