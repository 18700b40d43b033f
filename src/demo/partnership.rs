//! The made-up partnership: agencies and teams by their public names, people plainly invented.

use crate::domain::{agency::AgencyKind, role::Role};

/// An agency with its teams.
pub(super) struct AgencyPlan {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: AgencyKind,
    pub(super) teams: &'static [TeamPlan],
}

/// A team with its people, its lead first.
pub(super) struct TeamPlan {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) people: &'static [PersonPlan],
}

/// A person: user name, name and role.
pub(super) struct PersonPlan {
    pub(super) username: &'static str,
    pub(super) name: &'static str,
    pub(super) role: Role,
}

const fn person(username: &'static str, name: &'static str, role: Role) -> PersonPlan {
    PersonPlan { username, name, role }
}

/// The partnership. Surnames are words of the trade, so that nobody takes them for real people.
pub(super) const PARTNERSHIP: &[AgencyPlan] = &[
    AgencyPlan {
        code: "ashgrove-academy",
        name: "Ashgrove Academy",
        kind: AgencyKind::Education,
        teams: &[TeamPlan {
            code: "ashgrove-safeguarding",
            name: "Ashgrove safeguarding",
            people: &[
                person("tess.example", "Tess Example", Role::Practitioner),
                person("lena.sample", "Lena Sample", Role::Lead),
            ],
        }],
    },
    AgencyPlan {
        code: "leicestershire-fire",
        name: "Leicestershire Fire and Rescue Service",
        kind: AgencyKind::Fire,
        teams: &[
            TeamPlan {
                code: "fire-protection",
                name: "Fire Protection",
                people: &[
                    person("fay.fictional", "Fay Fictional", Role::Lead),
                    person("theo.invented", "Theo Invented", Role::Triager),
                ],
            },
            TeamPlan {
                code: "fire-control",
                name: "Fire Control",
                people: &[person("cora.pretend", "Cora Pretend", Role::Lead)],
            },
            TeamPlan {
                code: "fire-governance",
                name: "Fire information governance",
                people: &[
                    person("dora.madeup", "Dora Madeup", Role::Dpo),
                    person("adam.notional", "Adam Notional", Role::AgencyAdministrator),
                ],
            },
        ],
    },
    AgencyPlan {
        code: "leicester-city-council",
        name: "Leicester City Council",
        kind: AgencyKind::Council,
        teams: &[
            TeamPlan {
                code: "city-community-safety",
                name: "City community safety",
                people: &[
                    person("nia.imaginary", "Nia Imaginary", Role::Lead),
                    person("omar.placeholder", "Omar Placeholder", Role::Practitioner),
                ],
            },
            TeamPlan {
                code: "city-governance",
                name: "City information governance",
                people: &[person("dev.specimen", "Dev Specimen", Role::Dpo)],
            },
        ],
    },
    AgencyPlan {
        code: "leicestershire-police",
        name: "Leicestershire Police",
        kind: AgencyKind::Police,
        teams: &[TeamPlan {
            code: "police-neighbourhoods",
            name: "Police neighbourhoods",
            people: &[person("pia.supposed", "Pia Supposed", Role::Lead), person("quinn.mock", "Quinn Mock", Role::Practitioner)],
        }],
    },
];
