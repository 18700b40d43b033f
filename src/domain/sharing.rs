//! What is shared of a referral beyond those who hold it: chosen items, or standing access to the receiving team's own words.

use super::{
    ids::{AgreementId, EntryId, TeamId},
    legal::{Basis, Purpose},
};

coded_enum! {
    /// What a share gives.
    pub enum Shared {
        /// Chosen items, sealed anew for the recipient.
        Items = "items",
        /// The receiving team's own words, as long as it lasts.
        Casework = "casework",
    }
}

/// With whom something is to be shared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShareTo {
    /// The team, or the team of the person; none where only a person was named.
    pub team: Option<TeamId>,
    /// The one person who gets it: user name or account id; blank for the whole team.
    pub person: String,
}

/// Something to share, as it is asked for.
#[derive(Clone, Default)]
pub struct NewShare {
    /// With whom.
    pub to: ShareTo,
    /// The chosen items.
    pub entries: Vec<EntryId>,
    /// The lawful basis; none where nothing was chosen, which is asked again.
    pub basis: Option<Basis>,
    /// The purpose; likewise.
    pub purpose: Option<Purpose>,
    /// Why, for the file; may be blank where basis and purpose are the pathway's own.
    pub reason: String,
    /// The agreement it rests on, where one is named.
    pub agreement: Option<AgreementId>,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// The revision at which the caller saw the referral; none to leave that open.
    pub revision: Option<i64>,
}

impl std::fmt::Debug for NewShare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewShare({} items, …)", self.entries.len())
    }
}

/// The most items that are shared in one act.
pub const MOST_AT_ONCE: usize = 200;
