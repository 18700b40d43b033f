//! Roles: what a place in a team lets a person do.

coded_enum! {
    /// The role of a place in a team, exactly these.
    pub enum Role {
        /// Submits referrals and hears back.
        Practitioner = "practitioner",
        /// Decides on referrals that reached the team.
        Triager = "triager",
        /// A triager who also holds the team together: members, keys.
        Lead = "lead",
        /// Runs meetings.
        Coordinator = "coordinator",
        /// Audits: reads the log of the own agency.
        Dpo = "dpo",
        /// Looks after accounts and teams of one agency; never reaches content.
        AgencyAdministrator = "agency-administrator",
        /// Runs the hub; never reaches content.
        HubOperator = "hub-operator",
        /// Reads counts; never reaches content.
        Analyst = "analyst",
    }
}

impl Role {
    /// The roles that an agency's administrators give. Whoever runs the hub is none of theirs to name.
    pub const OF_AGENCIES: [Self; 7] =
        [Self::Practitioner, Self::Triager, Self::Lead, Self::Coordinator, Self::Dpo, Self::AgencyAdministrator, Self::Analyst];

    /// The role in words, for pages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Practitioner => "Practitioner",
            Self::Triager => "Triager",
            Self::Lead => "Team lead",
            Self::Coordinator => "Coordinator",
            Self::Dpo => "Data protection officer",
            Self::AgencyAdministrator => "Agency administrator",
            Self::HubOperator => "Hub operator",
            Self::Analyst => "Analyst",
        }
    }

    /// Whether holders of the role get the team's key: those who may open content.
    pub const fn holds_team_key(self) -> bool {
        matches!(self, Self::Practitioner | Self::Triager | Self::Lead | Self::Coordinator)
    }
}

coded_enum! {
    /// Who asks, as the policy sees it: a role, or an actor that is not a person.
    pub enum Subject {
        /// See [`Role::Practitioner`].
        Practitioner = "practitioner",
        /// See [`Role::Triager`].
        Triager = "triager",
        /// See [`Role::Lead`].
        Lead = "lead",
        /// See [`Role::Coordinator`].
        Coordinator = "coordinator",
        /// See [`Role::Dpo`].
        Dpo = "dpo",
        /// See [`Role::AgencyAdministrator`].
        AgencyAdministrator = "agency-administrator",
        /// See [`Role::HubOperator`].
        HubOperator = "hub-operator",
        /// See [`Role::Analyst`].
        Analyst = "analyst",
        /// A background job of the hub, holding no content keys.
        Job = "job",
        /// First set-up, before the hub opens.
        SetUp = "set-up",
        /// Nobody is signed in.
        Nobody = "nobody",
    }
}

impl From<Role> for Subject {
    fn from(role: Role) -> Self {
        match role {
            Role::Practitioner => Self::Practitioner,
            Role::Triager => Self::Triager,
            Role::Lead => Self::Lead,
            Role::Coordinator => Self::Coordinator,
            Role::Dpo => Self::Dpo,
            Role::AgencyAdministrator => Self::AgencyAdministrator,
            Role::HubOperator => Self::HubOperator,
            Role::Analyst => Self::Analyst,
        }
    }
}
