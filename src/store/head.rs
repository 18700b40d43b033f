//! What a draft and the referral it becomes have in common, and how either is found: through a live grant.

use super::{
    Error,
    error::{known, sound},
};
use crate::domain::{ids::ReferralId, reference::Reference, sensitivity::Sensitivity};

/// The columns that both tables have.
#[derive(sqlx::FromRow)]
pub(super) struct HeadRow {
    id: String,
    reference: String,
    pathway: String,
    pathway_version: String,
    sensitivity: String,
    revision: i64,
}

/// The same, read.
pub(super) struct Head {
    pub(super) id: ReferralId,
    pub(super) reference: Reference,
    pub(super) pathway: String,
    pub(super) pathway_version: String,
    pub(super) sensitivity: Sensitivity,
    pub(super) revision: i64,
}

impl HeadRow {
    pub(super) fn head(self) -> Result<Head, Error> {
        Ok(Head {
            id: sound(ReferralId::parse(&self.id), "id of a draft or referral")?,
            reference: sound(Reference::parse(&self.reference), "reference of a draft or referral")?,
            pathway: self.pathway,
            pathway_version: self.pathway_version,
            sensitivity: known(Sensitivity::parse(&self.sensitivity), "sensitivity of a draft or referral")?,
            revision: self.revision,
        })
    }
}

/// Adds to a query that one of some holders has a live grant on what `$of` stands for.
macro_rules! held_by {
    ($query:ident, $of:literal, $holders:expr $(, $also:literal)?) => {
        $query.push(concat!(" AND EXISTS (SELECT 1 FROM grant_made g WHERE g.referral = ", $of, ".id AND g.to_id IN ("));
        let mut list = $query.separated(", ");
        for holder in $holders {
            list.push_bind(holder);
        }
        // A caller without any place holds nothing; an empty list is no SQL.
        list.push_bind("");
        $query.push(concat!(") AND ", live!(), $($also,)? ")"));
    };
}
pub(super) use held_by;
