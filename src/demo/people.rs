//! People of a demonstration: who can sign in, with what, and doing so.

use totp_rs::{Algorithm, Builder, Secret};
use zeroize::Zeroizing;

use crate::{
    app::{App, Caller, Error, Password},
    domain::{
        ids::{TeamId, UserId},
        role::Role,
        time::Timestamp,
    },
};

/// One person who can sign in.
#[derive(Debug, Clone)]
pub struct DemoPerson {
    /// The account.
    pub user: UserId,
    /// The team.
    pub team_id: TeamId,
    /// What they sign in with.
    pub username: String,
    /// Their name.
    pub name: String,
    /// Their agency's name.
    pub agency: String,
    /// Their team's name.
    pub team: String,
    /// Their role there.
    pub role: Role,
    /// Their password.
    pub password: String,
    /// Their second factor's secret, base 32.
    pub totp_secret: String,
}

impl DemoPerson {
    /// The six digits their authenticator shows at a moment.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the secret is none.
    pub fn code(&self, at: Timestamp) -> Result<String, Error> {
        code(&self.totp_secret, at)
    }

    /// Signs in and gives the person as the use cases know them.
    pub async fn sign_in(&self, app: &App) -> Result<(Caller, Zeroizing<String>), Error> {
        let request = app.request(None);
        let code = self.code(request.at)?;
        let begun = app.sign_in(&request, &self.username, Password::typed(self.password.clone()), &code).await?;
        Ok((app.authenticate(&request, &begun.cookie).await?, begun.cookie))
    }
}

/// The code of a secret at a moment (RFC 6238, SHA-1, 30 seconds, six digits).
pub fn code(secret: &str, at: Timestamp) -> Result<String, Error> {
    let damaged = || Error::Configuration("a demonstration's second factor is damaged".into());
    let secret = Secret::try_from_base32(secret).map_err(|_| damaged())?;
    let totp = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(30).with_secret(secret).build();
    Ok(totp.map_err(|_| damaged())?.generate(at.seconds()).to_string())
}
