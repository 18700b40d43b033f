//! Whose keys there are.

coded_enum! {
    /// The owner of a published recipient.
    pub enum OwnerKind {
        /// A person.
        User = "user",
        /// A team, at an epoch.
        Team = "team",
        /// An agency's recovery recipient.
        Recovery = "recovery",
        /// A compartment, at an epoch.
        Compartment = "compartment",
    }
}

coded_enum! {
    /// To whom an identity may be wrapped.
    pub enum HolderKind {
        /// A person.
        User = "user",
        /// A team.
        Team = "team",
        /// An agency's recovery recipient.
        Recovery = "recovery",
    }
}
