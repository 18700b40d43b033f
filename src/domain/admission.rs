//! Admission of a member to a team's key.

coded_enum! {
    /// Why somebody who waits for a team's key does not get it.
    pub enum NotAdmitted {
        /// The fingerprint shown is not the one that they read out.
        OtherKey = "other-key",
        /// They are not to work in this team.
        NotExpected = "not-expected",
    }
}
