//! The body of an event as it is stored: JSON with fields in a fixed order, pseudonymous, never content.
//! The bytes are hashed as they stand; reading never re-writes them.

use serde::{Deserialize, Serialize};

/// Who acted, in codes and ids only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyActor {
    /// `person`, `job`, `set-up` or `nobody`.
    pub kind: String,
    /// The account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The employing agency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// The team acted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The role at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// `invitation`, `password` or `second-factor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<String>,
    /// The session's public id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The job's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
}

/// A thing by kind and id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyObject {
    /// `hub account agency team referral draft unseen`, a compartment's kind, or what was erased.
    pub kind: String,
    /// Its id, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// The law an act rests on, as codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyLegal {
    /// `uk-gdpr` or `dpa-part-3`.
    pub regime: String,
    /// The lawful basis.
    pub basis: String,
    /// The purpose.
    pub purpose: String,
}

/// A sealed item shown or written, with its ciphertext's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyEntry {
    /// The entry's id.
    pub id: String,
    /// SHA-256 of the ciphertext, hexadecimal.
    pub sha256: String,
}

/// Who received what was disclosed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyRecipient {
    /// The agency.
    pub agency: String,
    /// The team.
    pub team: String,
}

/// How a disclosure stands to the agreements on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyAgreement {
    /// The agreement named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `none`, `in-force`, `lapsed` or `other`.
    pub fit: String,
}

/// A written-once row that the event vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyVouch {
    /// The table.
    pub table: String,
    /// The row's id.
    pub id: String,
    /// Its digest, hexadecimal.
    pub digest: String,
}

/// A file in force: a pathway, by id and hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyPathway {
    /// The pathway's id.
    pub id: String,
    /// SHA-256 of its file, hexadecimal.
    pub version: String,
}

/// What of the log was read: kinds of filters and ranges, never what was looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyLog {
    /// Which filters narrowed it, by their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
    /// Not before this moment, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Before this moment, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Of an export: its first place in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<i64>,
    /// Of an export: its last place in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<i64>,
    /// Of an export: how many events it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Of an export: `csv` or `json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
}

/// Everything an event says (facts `security.md` 1.1, LOG-1 to LOG-9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The layout's version: 1.
    pub v: u8,
    /// The event's id.
    pub id: String,
    /// When the request began, RFC 3339 UTC.
    pub at: String,
    /// The kind of processing.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The act.
    pub action: String,
    /// Who.
    pub actor: BodyActor,
    /// The peer's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How the actor stands to the object.
    pub relation: String,
    /// What it was about.
    pub object: BodyObject,
    /// The sensitivity asked with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<String>,
    /// The state asked with.
    pub state: String,
    /// Compartments reached into: kind and id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compartments: Vec<BodyObject>,
    /// The law it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal: Option<BodyLegal>,
    /// `allow` or `refuse`.
    pub outcome: String,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// SHA-256 of the policy in force.
    pub policy: String,
    /// The pathway in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pathway: Option<BodyPathway>,
    /// Ties together the events of one request.
    pub request: String,
    /// The program's version.
    pub software: String,
    /// To whom content went.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<BodyRecipient>,
    /// The one account of a recipient team that content went to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_person: Option<String>,
    /// How a disclosure stands to the agreements on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<BodyAgreement>,
    /// Whether a disclosure could not wait.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
    /// What was shared, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<String>,
    /// Why, by code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The account to which something was given to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<String>,
    /// The account whose place, account or invitation an act of administration is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Sealed items shown or written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<BodyEntry>,
    /// Keys used or made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// The permitted use of the log that was named.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub log_use: Option<String>,
    /// What of the log was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<BodyLog>,
    /// The route asked for, by its name in our table, for refusals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// How many further refusals of the same kind this one stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<u64>,
    /// What the act erased: kind and id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<BodyObject>,
    /// Written-once rows of the same transaction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vouches: Vec<BodyVouch>,
}

impl Body {
    /// The agencies a leaf is tagged with: the actor's and the recipients', sorted, each once.
    pub fn scopes(&self) -> Vec<&str> {
        let agencies = self.actor.agency.iter().chain(self.recipients.iter().map(|to| &to.agency));
        let mut scopes: Vec<&str> = agencies.map(String::as_str).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// The digest vouched for a row, if the event vouches for it.
    pub fn vouched(&self, table: &str, id: &str) -> Option<[u8; 32]> {
        let vouch = self.vouches.iter().find(|vouch| vouch.table == table && vouch.id == id)?;
        let mut digest = [0; 32];
        hex::decode_to_slice(&vouch.digest, &mut digest).ok()?;
        Some(digest)
    }
}
