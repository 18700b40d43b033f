//! Who reads a part of a referral, as its page says it beside that part: those whose compartment it stands in, and whoever it
//! was shared with or who reads along.

use crate::{
    app::ReferralView,
    domain::{compartment::CompartmentKind, ids::EntryId, message::Audience, sharing::Shared},
    web::words,
};

/// An item of a referral: who it was written for, and its id; none for one that is still to be written.
#[derive(Clone, Copy)]
pub(super) struct Item {
    audience: Audience,
    id: Option<EntryId>,
    is_file: bool,
}

impl Item {
    /// Something that was written.
    pub(super) const fn written(audience: Audience, id: EntryId) -> Self {
        Self { audience, id: Some(id), is_file: false }
    }

    /// A file: those alone open it who could decide on it.
    pub(super) const fn file(audience: Audience, id: EntryId) -> Self {
        Self { audience, id: Some(id), is_file: true }
    }

    /// Something to write.
    pub(super) const fn to_write(audience: Audience) -> Self {
        Self { audience, id: None, is_file: false }
    }

    /// Something that stands in the receiving team's own words, or was shared out of them.
    pub(super) fn of_the_file(view: &ReferralView, id: EntryId) -> Self {
        let shared = |entry: &crate::app::EntryView| entry.id == id && entry.compartment == CompartmentKind::Share;
        let audience = if view.entries.iter().any(shared) { Audience::Share } else { Audience::Casework };
        Self::written(audience, id)
    }

    /// What the referrer was told, or a copy of it that was shared.
    pub(super) fn of_the_told(view: &ReferralView, id: EntryId) -> Self {
        let shared = |entry: &crate::app::EntryView| entry.id == id && entry.compartment == CompartmentKind::Share;
        let audience = if view.entries.iter().any(shared) { Audience::Share } else { Audience::Shared };
        Self::written(audience, id)
    }

    /// Who reads it beside those whose compartment it stands in, by name.
    fn beside(self, view: &ReferralView) -> Vec<String> {
        let running = view.shares.iter().filter(|share| share.ended.is_none());
        let reads = running.filter(|share| match share.what {
            Shared::Casework => self.audience == Audience::Casework,
            Shared::Items => self.id.is_some_and(|id| share.entries.contains(&id)),
        });
        let mut names: Vec<String> = reads.map(|share| share.to.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether the receiving team may have let others read along, of whom this reader is not told.
    fn hides_some(self, view: &ReferralView) -> bool {
        self.audience == Audience::Casework && view.desk.as_ref().is_none_or(|desk| !desk.keeps_casework)
    }

    /// Who reads it, as a line of its own.
    pub(super) fn readers(self, view: &ReferralView) -> String {
        let (team, agency) = &view.received_by;
        let beside = self.beside(view);
        let all = match self.audience {
            Audience::Casework if beside.is_empty() && !self.hides_some(view) => return format!("{team} ({agency}) only"),
            Audience::Casework if self.hides_some(view) => format!("{team} ({agency}), and whoever it lets read along"),
            Audience::Casework => format!("{team} ({agency})"),
            Audience::Shared if self.is_file => format!(
                "The sender’s side, and those who triage in the teams that can see this {}",
                words::thing(view.referral.kind)
            ),
            Audience::Shared => format!("Everybody who can see this {}", words::thing(view.referral.kind)),
            Audience::Share => return "Whoever it was shared with, and those who shared it".to_owned(),
        };
        match beside.as_slice() {
            [] => all,
            _ if self.hides_some(view) => all,
            names => format!("{all}, and {}", words::both(names)),
        }
    }

    /// The same as a sentence.
    pub(super) fn sentence(self, view: &ReferralView) -> String {
        let beside = self.beside(view);
        let thing = words::thing(view.referral.kind);
        match (self.audience, beside.as_slice()) {
            (Audience::Share, _) => "It was shared with you.".to_owned(),
            (Audience::Casework, _) if self.hides_some(view) => {
                "The receiving team reads this, and whoever it lets read along.".to_owned()
            }
            (Audience::Casework, []) => "Only the receiving team reads this.".to_owned(),
            (Audience::Casework, names) => format!("The receiving team reads this, and so does {}.", words::both(names)),
            (Audience::Shared, []) => format!("Everybody who can see this {thing} reads this."),
            (Audience::Shared, names) => {
                format!("Everybody who can see this {thing} reads this, and so does {}.", words::both(names))
            }
        }
    }
}

/// Who will read what somebody of the receiving team writes for its file, as a sentence to them.
pub(super) fn of_our_file(view: &ReferralView) -> String {
    match Item::to_write(Audience::Casework).beside(view).as_slice() {
        [] => "Only your team reads this.".to_owned(),
        names => format!("Your team reads this, and so does {}, who can read along.", words::both(names)),
    }
}
