//! What whoever sends something is told at once.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::{Checked, Copied, Receipt},
    domain::hint::Hint,
};

/// A team of an agency, by name.
#[derive(Serialize, ToSchema)]
pub struct Receiver {
    team: String,
    agency: String,
}

/// The team that received it.
#[derive(Serialize, ToSchema)]
pub struct ReceivedBy {
    team: String,
    agency: String,
    /// Where somebody involved is known to a partner: the people of that team who received it, by name, and nobody else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    people: Vec<String>,
}

/// Something worth a second look in what was sent; nothing was held up for it.
#[derive(Serialize, ToSchema)]
pub struct HintBody {
    /// The field that it is about, as errors name fields; null where it is about the whole.
    field: Option<String>,
    text: String,
    /// The id of another pathway to think of; null for none.
    pathway: Option<String>,
}

impl From<Hint> for HintBody {
    fn from(hint: Hint) -> Self {
        Self { field: hint.field(), text: hint.text, pathway: hint.pathway.map(|id| id.as_str().to_owned()) }
    }
}

/// What the sender is told at once.
#[derive(Serialize, ToSchema)]
pub struct Sent {
    /// The reference to quote.
    #[schema(example = "7K3F-9QXD-2")]
    pub(super) reference: String,
    /// The pathway's id.
    pathway: String,
    state: &'static str,
    /// When the receiving team must have decided.
    #[schema(format = DateTime)]
    due_at: String,
    received_by: ReceivedBy,
    /// When that team reads, in words; blank where people receive it by name.
    hours: String,
    /// Who covers outside those hours; null where people receive it by name.
    covered_by: Option<Receiver>,
    /// What happens next.
    next_steps: Vec<String>,
    /// The teams told as well.
    copies: Vec<Told>,
    /// Who looks first, while it is `checking`.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<FirstLook>,
    /// What in the answers is worth a second look: dates that do not fit each other, and the pathway's advice.
    hints: Vec<HintBody>,
}

/// A team that is told as well.
#[derive(Serialize, ToSchema)]
pub struct Told {
    team: String,
    agency: String,
    /// Why, in the pathway's words.
    why: String,
}

/// A check before sharing.
#[derive(Serialize, ToSchema)]
pub struct FirstLook {
    /// Who checks, by name.
    by: Vec<String>,
    /// When it goes on by itself.
    #[schema(format = DateTime)]
    until: String,
}

impl Sent {
    pub(super) fn of(receipt: Receipt, hints: Vec<Hint>) -> Self {
        let (team, agency) = receipt.received_by;
        let told = |Copied { team, agency, why }| Told { team, agency, why };
        let first = |Checked { by, until }: Checked| FirstLook { by, until: until.rfc3339() };
        Self {
            reference: receipt.reference.to_string(),
            pathway: receipt.pathway,
            state: receipt.state.code(),
            due_at: receipt.due_at.rfc3339(),
            received_by: ReceivedBy { team, agency, people: receipt.people },
            hours: receipt.hours,
            covered_by: receipt.covered_by.map(|(team, agency)| Receiver { team, agency }),
            next_steps: receipt.next_steps,
            copies: receipt.copies.into_iter().map(told).collect(),
            check: receipt.check.map(first),
            hints: hints.into_iter().map(HintBody::from).collect(),
        }
    }
}
