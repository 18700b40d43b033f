//! The relay that takes the mails: one connection a mail, encrypted unless it is on this machine.

use std::time::Duration;

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use zeroize::Zeroizing;

use super::Letter;

/// How long a relay may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the way to the relay is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all: a relay of this machine.
    None,
    /// Encrypted after a greeting; without that, nothing is said.
    StartTls,
    /// Encrypted from the first byte.
    Tls,
}

/// Which relay, and as whom.
pub struct Settings {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way to it is kept.
    pub security: Security,
    /// Name and password, where it asks for them.
    pub credentials: Option<(String, Zeroizing<String>)>,
    /// The authority of its certificate, PEM, where it is none of the public ones.
    pub authority: Option<Vec<u8>>,
    /// The address that writes.
    pub from: String,
    /// The address to which reports of mails that did not arrive go; the writing one unless told.
    pub returns: Option<String>,
    /// Where the hub is: `https://` and a host.
    pub hub: String,
    /// What people know it as.
    pub name: String,
}

/// The settings cannot be used; says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the mail relay's {0} cannot be used")]
pub struct BadSettings(&'static str);

/// What became of a mail at the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The relay has it.
    Accepted,
    /// The relay says that there is no such recipient.
    Refused,
    /// It could not be handed over; what kind of fault, without an address.
    Later(&'static str),
}

/// A relay.
pub struct Relay {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    returns: Address,
    hub: String,
    name: String,
}

impl Relay {
    /// Makes ready to send; nothing is connected yet.
    ///
    /// # Errors
    /// [`BadSettings`] names the setting.
    pub fn new(settings: Settings) -> Result<Self, BadSettings> {
        let Settings { host, port, security, credentials, authority, from, returns, hub, name } = settings;
        let from: Address = from.parse().map_err(|_| BadSettings("writing address"))?;
        let returns = match returns {
            Some(text) => text.parse().map_err(|_| BadSettings("return address"))?,
            None => from.clone(),
        };
        let mut parameters = TlsParameters::builder(host.clone());
        if let Some(pem) = authority {
            let authority = Certificate::from_pem(&pem).map_err(|_| BadSettings("authority"))?;
            parameters = parameters.add_root_certificate(authority);
        }
        let parameters = || parameters.build_rustls().map_err(|_| BadSettings("name"));
        let tls = match security {
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(parameters()?),
            Security::Tls => Tls::Wrapper(parameters()?),
        };
        // Our own name in the greeting: the machine's would tell more than a relay needs.
        let hello = ClientId::Domain(from.domain().to_owned());
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host);
        builder = builder.port(port).tls(tls).timeout(Some(PATIENCE)).hello_name(hello);
        if let Some((name, password)) = credentials {
            builder = builder.credentials(Credentials::new(name, password.as_str().to_owned()));
        }
        Ok(Self { transport: builder.build(), from, returns, hub, name })
    }

    /// Hands a mail over.
    pub async fn send(&self, letter: &Letter) -> Delivery {
        let Ok((envelope, bytes)) = letter.message(&self.from, &self.returns, (&self.hub, &self.name)) else {
            return Delivery::Refused;
        };
        match self.transport.send_raw(&envelope, &bytes).await {
            Ok(_) => Delivery::Accepted,
            Err(error) => judge(&error),
        }
    }
}

impl Relay {
    /// Greets the relay as for a mail, with encryption and password, and sends none.
    ///
    /// # Errors
    /// What kind of fault it was.
    pub async fn greets(&self) -> Result<(), &'static str> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("connection"),
            Err(error) => match judge(&error) {
                Delivery::Later(kind) => Err(kind),
                Delivery::Accepted | Delivery::Refused => Err("refused"),
            },
        }
    }
}

/// A refusal is of the recipient only when the reply says so: a relay that refuses us says it of every mail.
fn judge(error: &lettre::transport::smtp::Error) -> Delivery {
    let is_recipient = |code: u16| matches!(code, 550..=553);
    if error.is_permanent()
        && error.status().is_some_and(|code| is_recipient(code.into()))
        && !error.to_string().contains(": 5.7.")
    {
        return Delivery::Refused;
    }
    Delivery::Later(match () {
        () if error.is_timeout() => "timeout",
        () if error.is_tls() => "tls",
        () if error.is_permanent() => "refused",
        () if error.is_transient() => "busy",
        () => "connection",
    })
}
