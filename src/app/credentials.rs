//! A person sets password and second factor; their key is made, wrapped and published.

use super::{App, Error, sign_in::own};
use crate::{
    audit::Details,
    crypto::{Cost, Credential, NewPassword, Recipe, SymmetricSuite, TotpSecret},
    domain::{account::AccountState, action::Action, actor::Strength, ids::UserId, key::OwnerKind},
    policy::RequestContext,
    store::credentials::{CredentialRow, SecondFactorRow},
};

/// What the person must put into their authenticator, shown once.
pub struct SecondFactor {
    /// The secret in base 32.
    pub secret: zeroize::Zeroizing<String>,
}

impl App {
    /// Sets an invited person's first password and second factor and publishes their key.
    pub async fn enrol_credentials(
        &self,
        request: &RequestContext,
        user: UserId,
        password: &NewPassword,
    ) -> Result<SecondFactor, Error> {
        let account =
            self.store.account(user).await?.filter(|account| account.state == AccountState::Invited).ok_or(Error::Unseen)?;
        let actor = self.own_actor(&account, Strength::Password).await?;
        let permit = self.ask(own(&actor, Action::EnrolCredentials, user, request)).await?;
        let derived = self.passwords.derive(password.password(), self.passwords.recipe(&*self.random)).await?;
        let totp = TotpSecret::random(&*self.random);
        let sealed = totp.seal(&self.sealing, user, &*self.random);
        let mut tx = self.store.begin().await?;
        let (identity, key) = self.new_key(&tx, OwnerKind::User, &user.to_string(), 1, request.at);
        let credential = Credential::make(user, key.id, &identity, &derived, &*self.random);
        if !tx.ready_account(user, account.version, key.id).await? {
            return Err(Error::Conflict("this account has been set up already"));
        }
        tx.insert_credential(user, &CredentialRow::from(&credential), request.at).await?;
        tx.insert_second_factor(user, &SecondFactorRow { sealed: sealed.bytes, key_version: sealed.key_version, last_step: 0 })
            .await?;
        tx.publish_key(&key).await?;
        tx.commit(permit, &Details { keys: vec![key.id], ..Details::default() }).await?;
        Ok(SecondFactor { secret: totp.base32() })
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
