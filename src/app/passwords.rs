//! A person changes their password: their key is wrapped anew, and stays the same.

use super::{App, Caller, Error, sign_in::own};
use crate::{
    audit::Details,
    crypto::{Credential, NewPassword, Password},
    domain::action::Action,
    policy::{DenialReason, RequestContext},
    store::credentials::CredentialRow,
};

/// Why a password was not changed, with what to mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotChanged {
    /// The present password is another one.
    WrongPassword,
    /// The new one is on lists of common ones, or made of what others know of the person.
    CommonPassword,
}

impl App {
    /// Changes the caller's password. Their other sessions end; what they can open stays the same, since their key does.
    ///
    /// # Errors
    /// [`Error::Throttled`] after too many wrong ones; [`Error::Conflict`] when it was changed meanwhile.
    pub async fn change_password(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (present, new): (Password, &NewPassword),
    ) -> Result<Result<(), NotChanged>, Error> {
        let user = caller.user();
        let act = own(&caller.acting()?, Action::ChangePassword, user, request);
        let permit = self.ask(act.clone()).await?;
        // Whoever sits at somebody's open session guesses no faster than at the sign-in.
        let attempt = self.counted_or(request, caller.username().as_str(), ("password", Action::ChangePassword)).await?;
        let row = self.store.credential(user).await?.ok_or(Error::Credentials)?;
        let credential = Credential::try_from(&row)?;
        let derived = self.passwords.derive(&present, credential.recipe).await?;
        if credential.check(user, &derived).is_none() {
            self.refuse(act, DenialReason::Credentials, None).await?;
            return Ok(Err(NotChanged::WrongPassword));
        }
        self.take_back(attempt).await?;
        if self.is_common(new, &caller.account).await? {
            return Ok(Err(NotChanged::CommonPassword));
        }
        let identity = Self::own_identity(caller, &permit)?;
        let derived = self.passwords.derive(new.password(), self.passwords.recipe(&*self.random)).await?;
        let fresh = CredentialRow::from(&Credential::make(user, row.key, &identity, &derived, &*self.random));
        let mut tx = self.store.begin().await?;
        if !tx.replace_credential(user, &row.auth_tag, &fresh, request.at).await? {
            return Err(Error::Conflict("the password was changed a moment ago"));
        }
        tx.end_other_sessions(user, caller.session(), request.at).await?;
        tx.commit(permit, &Details::default()).await?;
        Ok(Ok(()))
    }
}
