//! Who can sign in to a demonstration, as kept in its directory and as told to scripts.

use serde::{Deserialize, Serialize};

use super::{DemoPerson, people};
use crate::{app::Error, domain::time::Timestamp};

/// One person of a demonstration; `demo --json` prints exactly these fields.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// What they sign in with.
    pub username: String,
    /// Their name.
    pub name: String,
    /// Their agency's name.
    pub agency: String,
    /// Their main team's name.
    pub team: String,
    /// Their role there, a code.
    pub role: String,
    /// Their password.
    pub password: String,
    /// Their second factor's secret, base 32.
    pub totp_secret: String,
}

impl SignIn {
    /// The six digits their authenticator shows at a moment.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the secret is none.
    pub fn code(&self, at: Timestamp) -> Result<String, Error> {
        people::code(&self.totp_secret, at)
    }
}

impl From<&DemoPerson> for SignIn {
    fn from(person: &DemoPerson) -> Self {
        Self {
            username: person.username.clone(),
            name: person.name.clone(),
            agency: person.agency.clone(),
            team: person.team.clone(),
            role: person.role.code().to_owned(),
            password: person.password.clone(),
            totp_secret: person.totp_secret.clone(),
        }
    }
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignIn({})", self.username)
    }
}
