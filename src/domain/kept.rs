//! What is kept of a form that was posted when its session had ended.

use std::time::Duration;

use super::{code::Code, reference::Reference};

coded_enum! {
    /// Which form it was.
    pub enum KeptForm {
        /// A section of a draft.
        Section = "section",
        /// Answers to be added to a referral.
        Addition = "addition",
    }
}

/// Where what is kept belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPlace {
    /// Which form.
    pub form: KeptForm,
    /// Of which draft or referral.
    pub reference: Reference,
    /// Which section of it.
    pub section: Code,
}

/// How long it is kept for somebody who does not sign in again.
pub const KEPT: Duration = Duration::from_hours(7 * 24);

/// At most so many of one person; a further one takes the place of the oldest.
pub const MOST: usize = 5;
