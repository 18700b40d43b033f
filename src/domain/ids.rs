//! One newtype per id: 128 random bits, written as 32 lower-case hexadecimal digits.
//! An id says nothing about order, person or pathway.

use super::ports::Random;

/// An id could not be read: it must be 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 32 hexadecimal digits")]
pub struct BadId;

fn parse_hex(text: &str) -> Result<u128, BadId> {
    let plain = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !plain {
        return Err(BadId);
    }
    u128::from_str_radix(text, 16).map_err(|_| BadId)
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u128);

        impl $name {
            /// A fresh id from the injected random source.
            pub fn random(random: &dyn Random) -> Self {
                let mut bytes = [0; 16];
                random.fill(&mut bytes);
                Self(u128::from_be_bytes(bytes))
            }

            /// Reads the 32 digits.
            ///
            /// # Errors
            /// [`BadId`] for any other text.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                parse_hex(text).map(Self)
            }

            /// The 16 bytes, most significant first.
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.to_be_bytes()
            }

            /// The id with these 16 bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(u128::from_be_bytes(bytes))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:032x}", self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({:032x})"), self.0)
            }
        }
    )+};
}

ids! {
    /// An agency.
    AgencyId,
    /// A team of an agency.
    TeamId,
    /// A person's account.
    UserId,
    /// A user's place in a team, with a role.
    MembershipId,
    /// A signed-in session (public half; the cookie is the secret one).
    SessionId,
    /// A referral.
    ReferralId,
    /// The unit of encryption of a referral.
    CompartmentId,
    /// One sealed item.
    EntryId,
    /// A compartment's key wrapped to one recipient.
    GrantId,
    /// That a compartment is kept from an agency.
    BarId,
    /// That an answer was marked as refused to an agency, or that this ended.
    MarkId,
    /// A published key: user, team epoch, compartment epoch or recovery recipient.
    KeyId,
    /// A team identity wrapped to one member or to the recovery recipient.
    WrapId,
    /// A logged act.
    EventId,
    /// One request at any door; ties the events of a list together.
    RequestId,
    /// Work to be done after commit.
    JobId,
    /// What somebody is told of.
    NoticeId,
    /// Something of a referral shared with one recipient.
    ShareId,
    /// An agreement between agencies to share.
    AgreementId,
    /// A mail that somebody has notices.
    MailId,
    /// A view of a queue that somebody keeps.
    SavedViewId,
    /// A run that holds keys and grants against the log.
    ReconciliationId,
    /// The renewal of keys that a removal leaves.
    RenewalId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_nothing_else_does() {
        let id = ReferralId::from_bytes([0xab; 16]);
        assert_eq!(ReferralId::parse(&id.to_string()), Ok(id));
        for bad in ["", "ab", "AB".repeat(16).as_str(), "+".repeat(32).as_str(), "0".repeat(33).as_str()] {
            assert_eq!(ReferralId::parse(bad), Err(BadId), "{bad}");
        }
    }
}
