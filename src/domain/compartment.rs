//! Compartments: the unit of encryption.

coded_enum! {
    /// The kinds of compartment.
    pub enum CompartmentKind {
        /// A draft not yet sent.
        Draft = "draft",
        /// Referrer and receiver.
        Shared = "shared",
        /// The receiving team only.
        Casework = "casework",
        /// Chosen entries re-sealed for one recipient.
        Share = "share",
        /// An agency's research until released.
        Private = "private",
        /// One category, granted only to the teams a pathway names for it.
        Restricted = "restricted",
        /// What is kept from some agencies, granted to everybody else who holds the rest.
        Withheld = "withheld",
    }
}

coded_enum! {
    /// What one sealed item is.
    pub enum EntryKind {
        /// The answers as sent.
        Submission = "submission",
        /// Some of the answers, chosen to be shared: in a share alone.
        Part = "part",
        /// The line a queue shows.
        Headline = "headline",
        /// Something said between referrer and team, or within the team.
        Message = "message",
        /// Answers added after sending.
        Addition = "addition",
        /// Answers changed after sending; the earlier ones stay where they are.
        Amendment = "amendment",
        /// One section of a draft, as typed.
        Draft = "draft",
        /// What was typed into a form whose session had ended: sealed to one person, and never among the entries.
        Kept = "kept",
        /// Why the sender rests on another lawful basis than the pathway offers.
        LegalReason = "legal-reason",
        /// Why it was stopped at the check.
        CheckReason = "check-reason",
        /// Which referral an enquiry became, or which enquiry a referral grew from.
        Pointer = "pointer",
        /// What whoever hands a referral on says to the next.
        Handover = "handover",
        /// What the team decided, its grade and why, for the file.
        Decision = "decision",
        /// What the referrer reads of a decision.
        Feedback = "feedback",
        /// Why it was closed.
        Closing = "closing",
        /// Why it was taken up again.
        Reopening = "reopening",
        /// Why whoever sent it does not agree with a decision.
        Disagreement = "disagreement",
        /// Why whoever sent it asks to withdraw it.
        Retraction = "retraction",
        /// Why it was passed to another team.
        Redirection = "redirection",
        /// With whom the team shared what, and why.
        Sharing = "sharing",
        /// With whom the team decided not to share, and why.
        NotShared = "not-shared",
        /// What a file is called, what kind it is and what it shows.
        Attachment = "attachment",
        /// A file's content, which stands in a blob and never among the entries.
        File = "file",
        /// A picture as it came, where readers get one without its hidden data; a blob likewise.
        Original = "original",
    }
}

impl EntryKind {
    /// Whether an item of this kind can be shared onward. What only the exchange's own lists and lookups need, and what tells
    /// with whom else something was shared, never is.
    pub const fn can_be_shared(self) -> bool {
        match self {
            Self::Submission
            | Self::Message
            | Self::Addition
            | Self::Amendment
            | Self::Handover
            | Self::Decision
            | Self::Feedback
            | Self::Closing
            | Self::Reopening
            | Self::Disagreement
            | Self::Retraction
            | Self::Redirection
            | Self::Attachment => true,
            Self::Headline
            | Self::Part
            | Self::Draft
            | Self::Kept
            | Self::LegalReason
            | Self::CheckReason
            | Self::Pointer
            | Self::Sharing
            | Self::NotShared
            | Self::File
            | Self::Original => false,
        }
    }
}

impl CompartmentKind {
    /// Whether items are shared onward out of a compartment of this kind: never out of a restricted category, whose readers a
    /// pathway names; of what is kept from somebody; of what an agency keeps to itself; or of what was shared already.
    pub const fn can_be_shared_from(self) -> bool {
        matches!(self, Self::Shared | Self::Casework)
    }
}

coded_enum! {
    /// The categories of answer that are sealed apart, each for the teams a pathway names.
    pub enum Category {
        /// Who told, and how they can be told apart.
        Source = "source",
        /// Health.
        Health = "health",
        /// Ethnicity, religion, orientation and the like, for monitoring fairness.
        Equality = "equality",
    }
}
