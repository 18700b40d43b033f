//! Agencies and teams.

coded_enum! {
    /// What an agency is in law: decides which lawful bases and which regime it may name.
    pub enum AgencyKind {
        /// A police force.
        Police = "police",
        /// A county, unitary or district council.
        Council = "council",
        /// An NHS body.
        Health = "health",
        /// A fire and rescue service.
        Fire = "fire",
        /// A school, college or university.
        Education = "education",
        /// A charity or other voluntary body.
        Charity = "charity",
        /// A housing provider.
        Housing = "housing",
        /// Probation and prisons.
        Justice = "justice",
    }
}

coded_enum! {
    /// The life of a team's key.
    pub enum TeamState {
        /// No key yet: nothing can be routed to it.
        AwaitingKey = "awaiting-key",
        /// Has a key and at least one holder.
        Ready = "ready",
    }
}
