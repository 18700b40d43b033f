//! Who acts.

use super::{
    account::MembershipState,
    ids::{AgencyId, MembershipId, SessionId, TeamId, UserId},
    role::{Role, Subject},
};

/// A person's place in a team, as it stood when the request began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The membership's id.
    pub id: MembershipId,
    /// Counts changes to the membership; a commit re-checks it.
    pub version: i64,
    /// The team.
    pub team: TeamId,
    /// The agency that hosts the team.
    pub agency: AgencyId,
    /// The role in that team.
    pub role: Role,
    /// Waiting for the team's key, or in force.
    pub state: MembershipState,
}

impl Place {
    /// Whether its holder may open content from it: it is in force, in a role that holds the team's key.
    pub fn opens(&self) -> bool {
        self.state == MembershipState::Active && self.role.holds_team_key()
    }
}

/// How strongly a person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// The code of an invitation: while joining.
    Invitation,
    /// Password only: between password and second factor.
    Password,
    /// Password and second factor.
    SecondFactor,
}

impl Strength {
    /// The stable code for the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Password => "password",
            Self::SecondFactor => "second-factor",
        }
    }
}

/// A person acting: account, session and the place they act from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub user: UserId,
    /// Counts changes to the account; a commit re-checks it.
    pub version: i64,
    /// The agency that employs them.
    pub agency: AgencyId,
    /// The session; none while signing in.
    pub session: Option<SessionId>,
    /// How they proved who they are.
    pub strength: Strength,
    /// The place they act from.
    pub place: Place,
}

/// Who acts, as the gate sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person, from one of their places.
    Person(Box<Person>),
    /// A background job of the hub, by name; holds no content keys.
    Job(&'static str),
    /// First set-up, before the hub opens.
    SetUp,
    /// Nobody is signed in, or the name given is nobody's.
    Nobody,
}

impl Actor {
    /// The subject the policy knows the actor by.
    pub fn subject(&self) -> Subject {
        match self {
            Self::Person(person) => person.place.role.into(),
            Self::Job(_) => Subject::Job,
            Self::SetUp => Subject::SetUp,
            Self::Nobody => Subject::Nobody,
        }
    }

    /// The person, when it is one.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Job(_) | Self::SetUp | Self::Nobody => None,
        }
    }
}
