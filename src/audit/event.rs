//! Events: built from a permit or a denial, authenticated, and checked again when read.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::{
    Authenticator,
    body::{Body, BodyActor, BodyAgreement, BodyEntry, BodyLegal, BodyLog, BodyObject, BodyPathway, BodyRecipient, BodyVouch},
    row::Written,
};
use crate::{
    domain::{
        actor::Actor,
        agreement::Fit,
        ids::{AgencyId, AgreementId, CompartmentId, EntryId, EventId, KeyId, ShareId, TeamId, UserId},
        legal::LogUse,
        time::Timestamp,
    },
    policy::{Act, Denial, Legal, Object, Permit, ShownCompartment},
};

/// What a use case adds to the act itself.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// To whom content goes.
    pub recipients: Vec<(AgencyId, TeamId)>,
    /// The one person of a recipient team who gets it, where not all of it do.
    pub to_person: Option<UserId>,
    /// How a disclosure stands to the agreements on record.
    pub agreement: Option<(Option<AgreementId>, Fit)>,
    /// Whether a disclosure could not wait.
    pub urgent: bool,
    /// What was shared, by its id, where an act is about that.
    pub share: Option<ShareId>,
    /// Why, by code, where an act is done for one of some reasons.
    pub why: Option<&'static str>,
    /// The person to whom something is given to do.
    pub assigned: Option<UserId>,
    /// The person whose account, place or invitation an act of administration is about.
    pub about: Option<UserId>,
    /// Sealed items shown or written, with their ciphertext's hash.
    pub entries: Vec<(EntryId, [u8; 32])>,
    /// Compartments that the act makes or fills, beside those it reaches into.
    pub compartments: Vec<ShownCompartment>,
    /// Keys used or made.
    pub keys: Vec<KeyId>,
    /// The pathway in force: id and hash of its file.
    pub pathway: Option<(String, [u8; 32])>,
    /// The permitted use of the log, when the log is read.
    pub log_use: Option<LogUse>,
    /// What of the log is read.
    pub log: Option<LogAsked>,
    /// The route asked for, by its name in our own table.
    pub route: Option<&'static str>,
    /// Further refusals this one stands for.
    pub more: Option<u64>,
}

/// What of the log is read: kinds of filters and ranges, never what is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogAsked {
    /// Which filters narrow it, by their names.
    pub filters: Vec<&'static str>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// Of an export: what goes out.
    pub export: Option<LogExported>,
}

/// What an export of the log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogExported {
    /// Its form, by a code.
    pub format: &'static str,
    /// How many events.
    pub rows: u64,
    /// The first and last of their places; none when there are no events.
    pub places: Option<(i64, i64)>,
}

coded_enum! {
    /// Whether the act was done.
    pub enum Outcome {
        /// It was.
        Allow = "allow",
        /// It was refused.
        Refuse = "refuse",
    }
}

/// The clear columns of an event: pseudonymous, for filters; each stands in the body too and is compared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// When the request began, milliseconds.
    pub at: i64,
    /// The act.
    pub action: String,
    /// The account.
    pub actor: Option<String>,
    /// The employing agency.
    pub agency: Option<String>,
    /// The team acted from.
    pub team: Option<String>,
    /// The role.
    pub role: Option<String>,
    /// The relation.
    pub relation: String,
    /// The referral, or the draft of it.
    pub referral: Option<String>,
    /// The request.
    pub request: String,
    /// `allow` or `refuse`.
    pub outcome: String,
    /// The lawful basis.
    pub basis: Option<String>,
    /// The purpose.
    pub purpose: Option<String>,
}

/// An event ready to be written.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Its clear columns.
    pub columns: Columns,
    /// 32 random bytes, so that a short body cannot be guessed from its hash.
    pub salt: [u8; 32],
    /// The body's bytes.
    pub body: Vec<u8>,
    /// The bytes hashed into the leaf.
    pub leaf_data: Vec<u8>,
    /// HMAC over id and leaf data.
    pub tag: [u8; 32],
    /// The compartments it reaches into: decides which agencies' officers may see it.
    pub scopes: Vec<CompartmentId>,
}

/// What is wrong with a stored event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventFault {
    /// The HMAC does not fit: not written by this hub.
    #[error("the event is not authenticated by the hub's key")]
    NotAuthentic,
    /// The body does not belong to the leaf.
    #[error("the body does not match the leaf")]
    BodyMismatch,
    /// The body cannot be read.
    #[error("the body cannot be read")]
    BodyUnreadable,
    /// A clear column differs from the body.
    #[error("a clear column differs from the body")]
    ColumnMismatch,
}

impl Event {
    /// The event of an act that was done.
    pub fn done(id: EventId, salt: [u8; 32], permit: &Permit, details: &Details, written: &Written, key: &Authenticator) -> Self {
        let mut body = describe(id, permit.act(), permit.policy(), details);
        body.erased =
            written.erased.iter().map(|(what, id)| BodyObject { kind: what.code().to_owned(), id: Some(id.clone()) }).collect();
        body.vouches = written
            .vouches
            .iter()
            .map(|vouch| BodyVouch { table: vouch.table.clone(), id: vouch.id.clone(), digest: hex::encode(vouch.digest) })
            .collect();
        Self::finish(id, salt, &body, scopes(permit.act(), details), key)
    }

    /// The event of an act that was refused.
    pub fn refused(id: EventId, salt: [u8; 32], denial: &Denial, details: &Details, key: &Authenticator) -> Self {
        let mut body = describe(id, denial.act(), denial.policy(), details);
        Outcome::Refuse.code().clone_into(&mut body.outcome);
        body.reason = Some(denial.reason().code().to_owned());
        Self::finish(id, salt, &body, scopes(denial.act(), details), key)
    }

    fn finish(id: EventId, salt: [u8; 32], body: &Body, scopes: Vec<CompartmentId>, key: &Authenticator) -> Self {
        // A struct of strings, numbers and lists always serialises.
        let bytes = serde_json::to_vec(body).unwrap_or_else(|_| unreachable!("an event body always serialises"));
        let leaf_data = leaf_data(&body.scopes(), &salt, &bytes);
        let tag = key.tag(&id.to_bytes(), &leaf_data);
        Self { id, columns: columns(body), salt, body: bytes, leaf_data, tag, scopes }
    }
}

/// The bytes hashed into a leaf: `exchange-audit/v1`, the scope tags separated by commas, and the base64 SHA-256 of salt and
/// body, one a line, no final line feed (facts `security.md` 3.4).
pub fn leaf_data(scopes: &[&str], salt: &[u8; 32], body: &[u8]) -> Vec<u8> {
    let commitment = Sha256::new().chain_update(salt).chain_update(body).finalize();
    format!("exchange-audit/v1\n{}\n{}", scopes.join(","), STANDARD.encode(commitment)).into_bytes()
}

/// A stored event as the store read it; nothing in it is believed before [`Stored::check`].
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: EventId,
    /// Its clear columns.
    pub columns: Columns,
    /// The bytes hashed into the leaf.
    pub leaf_data: Vec<u8>,
    /// The HMAC.
    pub tag: Vec<u8>,
    /// Salt and body; gone when erased.
    pub body: Option<(Vec<u8>, Vec<u8>)>,
}

impl Stored {
    /// Whether the hub's key made it; enough to sequence it.
    pub fn authentic(&self, key: &Authenticator) -> Result<(), EventFault> {
        if key.fits(&self.id.to_bytes(), &self.leaf_data, &self.tag) { Ok(()) } else { Err(EventFault::NotAuthentic) }
    }

    /// Checks HMAC, body against leaf and every clear column against the body; gives the body, or `None` when it was erased.
    pub fn check(&self, key: &Authenticator) -> Result<Option<Body>, EventFault> {
        self.authentic(key)?;
        let Some((salt, bytes)) = &self.body else { return Ok(None) };
        let salt: [u8; 32] = salt.as_slice().try_into().map_err(|_| EventFault::BodyMismatch)?;
        let body: Body = serde_json::from_slice(bytes).map_err(|_| EventFault::BodyUnreadable)?;
        if leaf_data(&body.scopes(), &salt, bytes) != self.leaf_data {
            return Err(EventFault::BodyMismatch);
        }
        if body.id != self.id.to_string() || columns(&body) != self.columns {
            return Err(EventFault::ColumnMismatch);
        }
        Ok(Some(body))
    }
}

fn columns(body: &Body) -> Columns {
    let referral = matches!(body.object.kind.as_str(), "referral" | "draft").then(|| body.object.id.clone()).flatten();
    Columns {
        at: Timestamp::parse(&body.at).map_or(-1, Timestamp::millis),
        action: body.action.clone(),
        actor: body.actor.user.clone(),
        agency: body.actor.agency.clone(),
        team: body.actor.team.clone(),
        role: body.actor.role.clone(),
        relation: body.relation.clone(),
        referral,
        request: body.request.clone(),
        outcome: body.outcome.clone(),
        basis: body.legal.as_ref().map(|legal| legal.basis.clone()),
        purpose: body.legal.as_ref().map(|legal| legal.purpose.clone()),
    }
}

fn scopes(act: &Act, details: &Details) -> Vec<CompartmentId> {
    act.compartments.iter().chain(&details.compartments).map(|shown| shown.id).collect()
}

fn describe(id: EventId, act: &Act, policy: &[u8; 32], details: &Details) -> Body {
    let entry = |(id, sha256): &(EntryId, [u8; 32])| BodyEntry { id: id.to_string(), sha256: hex::encode(sha256) };
    let recipient = |(agency, team): &(AgencyId, TeamId)| BodyRecipient { agency: agency.to_string(), team: team.to_string() };
    Body {
        v: 1,
        id: id.to_string(),
        at: act.request.at.rfc3339(),
        event_type: act.action.event_type().code().to_owned(),
        action: act.action.code().to_owned(),
        actor: actor(&act.actor),
        source: act.request.source.map(|address| address.to_string()),
        relation: act.relation.code().to_owned(),
        object: object(act.object),
        sensitivity: act.sensitivity.map(|level| level.code().to_owned()),
        state: act.state.code().to_owned(),
        compartments: act
            .compartments
            .iter()
            .chain(&details.compartments)
            .map(|shown| BodyObject { kind: shown.kind.code().to_owned(), id: Some(shown.id.to_string()) })
            .collect(),
        legal: act.legal.map(legal),
        outcome: Outcome::Allow.code().to_owned(),
        reason: None,
        policy: hex::encode(policy),
        pathway: details.pathway.as_ref().map(|(id, version)| BodyPathway { id: id.clone(), version: hex::encode(version) }),
        request: act.request.id.to_string(),
        software: env!("CARGO_PKG_VERSION").to_owned(),
        recipients: details.recipients.iter().map(recipient).collect(),
        to_person: details.to_person.map(|user| user.to_string()),
        agreement: details
            .agreement
            .map(|(id, fit)| BodyAgreement { id: id.map(|id| id.to_string()), fit: fit.code().to_owned() }),
        urgent: details.urgent,
        share: details.share.map(|share| share.to_string()),
        why: details.why.map(str::to_owned),
        assigned: details.assigned.map(|user| user.to_string()),
        about: details.about.map(|user| user.to_string()),
        entries: details.entries.iter().map(entry).collect(),
        keys: details.keys.iter().map(ToString::to_string).collect(),
        log_use: details.log_use.map(|log_use| log_use.code().to_owned()),
        log: details.log.as_ref().map(log),
        route: details.route.map(str::to_owned),
        more: details.more,
        erased: Vec::new(),
        vouches: Vec::new(),
    }
}

fn log(asked: &LogAsked) -> BodyLog {
    let places = asked.export.and_then(|export| export.places);
    BodyLog {
        filters: asked.filters.iter().map(|name| (*name).to_owned()).collect(),
        from: asked.from.map(Timestamp::rfc3339),
        to: asked.to.map(Timestamp::rfc3339),
        first: places.map(|(first, _)| first),
        last: places.map(|(_, last)| last),
        rows: asked.export.map(|export| export.rows),
        format: asked.export.map(|export| export.format.to_owned()),
    }
}

fn legal(legal: Legal) -> BodyLegal {
    BodyLegal {
        regime: legal.regime.code().to_owned(),
        basis: legal.basis.code().to_owned(),
        purpose: legal.purpose.code().to_owned(),
    }
}

fn actor(actor: &Actor) -> BodyActor {
    let kind = |kind: &str| BodyActor { kind: kind.to_owned(), ..BodyActor::default() };
    match actor {
        Actor::Person(person) => BodyActor {
            user: Some(person.user.to_string()),
            agency: Some(person.agency.to_string()),
            team: Some(person.place.team.to_string()),
            role: Some(person.place.role.code().to_owned()),
            strength: Some(person.strength.code().to_owned()),
            session: person.session.map(|session| session.to_string()),
            ..kind("person")
        },
        Actor::Job(name) => BodyActor { job: Some((*name).to_owned()), ..kind("job") },
        Actor::SetUp => kind("set-up"),
        Actor::Nobody => kind("nobody"),
    }
}

fn object(object: Object) -> BodyObject {
    let named = |kind: &str, id: Option<String>| BodyObject { kind: kind.to_owned(), id };
    match object {
        Object::Hub => named("hub", None),
        Object::Account(id) => named("account", Some(id.to_string())),
        Object::Agency(id) => named("agency", Some(id.to_string())),
        Object::Team(id) => named("team", Some(id.to_string())),
        Object::Referral(id, _) => named("referral", Some(id.to_string())),
        Object::Draft(id, _) => named("draft", Some(id.to_string())),
        Object::Unseen => named("unseen", None),
    }
}
