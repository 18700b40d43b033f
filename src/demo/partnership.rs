//! The made-up partnership: agencies and teams by their public names, people plainly invented.

mod senders;

use crate::domain::{agency::AgencyKind, role::Role};
use senders::{FURTHER_TEAMS, SENDERS};

/// An agency with its teams.
pub(super) struct AgencyPlan {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: AgencyKind,
    /// Who checks what must be checked before it is shared.
    pub(super) safeguarding_lead: &'static str,
    pub(super) teams: &'static [TeamPlan],
}

/// A team: the people whose main place it is, and those who hold a further place in it. It has one lead among both, or
/// no key.
pub(super) struct TeamPlan {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) people: &'static [PersonPlan],
    pub(super) also: &'static [(&'static str, Role)],
    /// What its practitioners are, where the agency's kind does not say it.
    pub(super) work: Option<&'static str>,
}

/// A person: user name, name and role.
pub(super) struct PersonPlan {
    pub(super) username: &'static str,
    pub(super) name: &'static str,
    pub(super) role: Role,
}

/// The councils of one area, and that area as forms call it; the county's council is that of seven.
const AREAS: [(&str, &str); 9] = [
    ("leicester-city-council", "leicester"),
    ("rutland-county-council", "rutland"),
    ("blaby-district-council", "blaby"),
    ("charnwood-borough-council", "charnwood"),
    ("harborough-district-council", "harborough"),
    ("hinckley-bosworth-council", "hinckley-bosworth"),
    ("melton-borough-council", "melton"),
    ("north-west-leicestershire-council", "north-west"),
    ("oadby-wigston-council", "oadby-wigston"),
];

/// The area that an agency is the council of, by the agency's code; none for others.
pub(super) fn area(agency: &str) -> Option<&'static str> {
    AREAS.iter().find(|(council, _)| *council == agency).map(|(_, area)| *area)
}

const fn person(username: &'static str, name: &'static str, role: Role) -> PersonPlan {
    PersonPlan { username, name, role }
}

const fn team(
    code: &'static str,
    name: &'static str,
    people: &'static [PersonPlan],
    also: &'static [(&'static str, Role)],
) -> TeamPlan {
    TeamPlan { code, name, people, also, work: None }
}

/// How much of the partnership is founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The agencies that receive, and a school.
    Receiving,
    /// Those, their further teams, and the agencies that only send.
    Whole,
}

impl Extent {
    /// The agencies, each with its teams.
    pub(super) fn agencies(self) -> impl Iterator<Item = (&'static AgencyPlan, Vec<&'static TeamPlan>)> {
        let senders = if self == Self::Whole { SENDERS } else { &[] };
        let further = if self == Self::Whole { FURTHER_TEAMS } else { &[] };
        PARTNERSHIP.iter().chain(senders).map(move |agency| {
            let further = further.iter().filter(|(code, _)| *code == agency.code).map(|(_, team)| team);
            (agency, agency.teams.iter().chain(further).collect())
        })
    }
}

/// Who has a place in a team, by the team's name.
pub(super) fn places(team: &str) -> impl Iterator<Item = (&'static str, Role)> {
    let found = Extent::Whole.agencies().flat_map(|(_, teams)| teams).find(|known| known.name == team);
    let people = found.map_or(&[][..], |team| team.people).iter().map(|person| (person.username, person.role));
    people.chain(found.map_or(&[][..], |team| team.also).iter().copied())
}

/// Every agency there is.
pub(super) fn agencies() -> impl Iterator<Item = &'static AgencyPlan> {
    PARTNERSHIP.iter().chain(SENDERS)
}

/// The agencies that receive, and a school. Surnames are words of the trade, so that nobody takes them for real people. The first practitioner
/// is one whose agency sends nearly every pathway, the first data-protection officer one whose agency hosts the team for
/// child exploitation. Restricted teams are small and their people have different homes, so that somebody is left when
/// one of them is involved.
const PARTNERSHIP: &[AgencyPlan] = &[ASHGROVE, POLICE, FIRE, CITY, COUNTY, RUTLAND, HEALTH];

const ASHGROVE: AgencyPlan = AgencyPlan {
    code: "ashgrove-academy",
    name: "Ashgrove Academy",
    kind: AgencyKind::Education,
    safeguarding_lead: "lena.sample",
    teams: &[team(
        "ashgrove-safeguarding",
        "Ashgrove safeguarding",
        &[person("tess.example", "Tess Example", Role::Practitioner), person("lena.sample", "Lena Sample", Role::Lead)],
        &[],
    )],
};

const POLICE: AgencyPlan = AgencyPlan {
    code: "leicestershire-police",
    name: "Leicestershire Police",
    kind: AgencyKind::Police,
    safeguarding_lead: "pia.supposed",
    teams: &[
        team(
            "police-neighbourhoods",
            "Police neighbourhoods",
            &[person("pia.supposed", "Pia Supposed", Role::Lead), person("quinn.mock", "Quinn Mock", Role::Practitioner)],
            &[],
        ),
        team(
            "exploitation-hub",
            "Child exploitation hub",
            &[person("erin.hypothetical", "Erin Hypothetical", Role::Lead), person("toby.fabled", "Toby Fabled", Role::Triager)],
            &[("iris.makebelieve", Role::Triager), ("hana.conjured", Role::Practitioner)],
        ),
        team(
            "marac-team",
            "MARAC team",
            &[person("mara.storybook", "Mara Storybook", Role::Lead), person("cass.nominal", "Cass Nominal", Role::Coordinator)],
            &[],
        ),
        team(
            "prevent-team",
            "Prevent team",
            &[person("paul.figment", "Paul Figment", Role::Lead), person("petra.phantom", "Petra Phantom", Role::Coordinator)],
            &[],
        ),
        team("slavery-team", "Modern slavery team", &[], &[("mara.storybook", Role::Lead), ("petra.phantom", Role::Triager)]),
        team("fno-desk", "Foreign nationals desk", &[], &[("paul.figment", Role::Lead), ("petra.phantom", Role::Triager)]),
        team(
            "force-intelligence",
            "Force Intelligence Bureau",
            &[],
            &[("paul.figment", Role::Lead), ("cass.nominal", Role::Triager)],
        ),
        team("police-control", "Police control room", &[], &[("pia.supposed", Role::Lead), ("erin.hypothetical", Role::Triager)]),
        team(
            "police-restricted",
            "Police restricted cases",
            &[],
            &[("erin.hypothetical", Role::Lead), ("mara.storybook", Role::Triager), ("iris.makebelieve", Role::Triager)],
        ),
        team(
            "police-governance",
            "Police information governance",
            &[
                person("dina.proforma", "Dina Proforma", Role::Dpo),
                person("abel.template", "Abel Template", Role::AgencyAdministrator),
            ],
            &[],
        ),
    ],
};

const FIRE: AgencyPlan = AgencyPlan {
    code: "leicestershire-fire",
    name: "Leicestershire Fire and Rescue Service",
    kind: AgencyKind::Fire,
    safeguarding_lead: "fay.fictional",
    teams: &[
        team(
            "fire-protection",
            "Fire Protection",
            &[person("fay.fictional", "Fay Fictional", Role::Lead), person("theo.invented", "Theo Invented", Role::Triager)],
            &[],
        ),
        team(
            "fire-prevention",
            "Fire Prevention",
            &[person("finn.mythical", "Finn Mythical", Role::Practitioner)],
            &[("fay.fictional", Role::Lead)],
        ),
        team(
            "fire-control",
            "Fire Control",
            &[person("cora.pretend", "Cora Pretend", Role::Lead)],
            &[("finn.mythical", Role::Triager)],
        ),
        team(
            "fire-restricted",
            "Fire restricted cases",
            &[],
            &[("fay.fictional", Role::Lead), ("finn.mythical", Role::Triager), ("hana.conjured", Role::Triager)],
        ),
        team(
            "fire-governance",
            "Fire information governance",
            &[
                person("dora.madeup", "Dora Madeup", Role::Dpo),
                person("adam.notional", "Adam Notional", Role::AgencyAdministrator),
            ],
            &[],
        ),
    ],
};

const CITY: AgencyPlan = AgencyPlan {
    code: "leicester-city-council",
    name: "Leicester City Council",
    kind: AgencyKind::Council,
    safeguarding_lead: "nia.imaginary",
    teams: &[
        team(
            "city-community-safety",
            "City community safety",
            &[
                person("nia.imaginary", "Nia Imaginary", Role::Lead),
                person("omar.placeholder", "Omar Placeholder", Role::Practitioner),
            ],
            &[],
        ),
        team(
            "city-front-door",
            "City children's front door",
            &[person("cleo.dummy", "Cleo Dummy", Role::Practitioner)],
            &[("nia.imaginary", Role::Lead)],
        ),
        team("city-governance", "City information governance", &[person("dev.specimen", "Dev Specimen", Role::Dpo)], &[]),
    ],
};

const COUNTY: AgencyPlan = AgencyPlan {
    code: "leicestershire-county-council",
    name: "Leicestershire County Council",
    kind: AgencyKind::Council,
    safeguarding_lead: "iris.makebelieve",
    teams: &[
        team(
            "county-front-door",
            "County children's front door",
            &[
                person("iris.makebelieve", "Iris Makebelieve", Role::Lead),
                person("ines.legendary", "Ines Legendary", Role::Practitioner),
            ],
            &[],
        ),
        team(
            "emergency-duty",
            "Emergency duty team",
            &[],
            &[("ines.legendary", Role::Lead), ("nia.imaginary", Role::Triager), ("rory.whimsy", Role::Triager)],
        ),
        team(
            "council-restricted",
            "Councils' restricted cases",
            &[],
            &[("iris.makebelieve", Role::Lead), ("nia.imaginary", Role::Triager), ("rory.whimsy", Role::Triager)],
        ),
        // Nobody of these two receives or covers anything: what is told of equality is seen by nobody who decides.
        team(
            "county-insight",
            "Equality insight",
            &[person("edie.abstraction", "Edie Abstraction", Role::Practitioner)],
            &[("ivo.conjectured", Role::Lead)],
        ),
        team(
            "county-research",
            "County research",
            &[person("ivo.conjectured", "Ivo Conjectured", Role::Practitioner)],
            &[("edie.abstraction", Role::Lead)],
        ),
        team("county-analysis", "Community safety analysis", &[person("alma.virtual", "Alma Virtual", Role::Analyst)], &[]),
        team(
            "county-governance",
            "County information governance",
            &[
                person("della.facsimile", "Della Facsimile", Role::Dpo),
                person("anya.artifice", "Anya Artifice", Role::AgencyAdministrator),
                person("otis.mirage", "Otis Mirage", Role::HubOperator),
            ],
            &[],
        ),
    ],
};

const RUTLAND: AgencyPlan = AgencyPlan {
    code: "rutland-county-council",
    name: "Rutland County Council",
    kind: AgencyKind::Council,
    safeguarding_lead: "rory.whimsy",
    teams: &[
        team(
            "rutland-front-door",
            "Rutland children's front door",
            &[person("rory.whimsy", "Rory Whimsy", Role::Lead), person("ruth.nonesuch", "Ruth Nonesuch", Role::Practitioner)],
            &[],
        ),
        team("rutland-governance", "Rutland information governance", &[person("drew.unreal", "Drew Unreal", Role::Dpo)], &[]),
    ],
};

const HEALTH: AgencyPlan = AgencyPlan {
    code: "leicestershire-partnership-trust",
    name: "Leicestershire Partnership NHS Trust",
    kind: AgencyKind::Health,
    safeguarding_lead: "hugh.pseudo",
    teams: &[
        team(
            "community-nursing",
            "Community nursing",
            &[person("hana.conjured", "Hana Conjured", Role::Practitioner)],
            &[("hugh.pseudo", Role::Lead)],
        ),
        team(
            "health-safeguarding",
            "Health safeguarding",
            &[person("hugh.pseudo", "Hugh Pseudo", Role::Practitioner)],
            &[("hana.conjured", Role::Lead)],
        ),
        // Nobody is routed here: one person alone holds its key, which `pathway check` warns of.
        team("health-on-call", "Health on-call desk", &[], &[("hugh.pseudo", Role::Lead)]),
        team("health-governance", "Health information governance", &[person("dara.quasi", "Dara Quasi", Role::Dpo)], &[]),
    ],
};

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::domain::code::TeamCode;

    fn people() -> impl Iterator<Item = &'static PersonPlan> {
        teams().flat_map(|(_, team)| team.people)
    }

    fn teams() -> impl Iterator<Item = (&'static AgencyPlan, &'static TeamPlan)> {
        Extent::Whole.agencies().flat_map(|(agency, teams)| teams.into_iter().map(move |team| (agency, team)))
    }

    fn places(team: &TeamPlan) -> impl Iterator<Item = (&'static str, Role)> {
        team.people.iter().map(|person| (person.username, person.role)).chain(team.also.iter().copied())
    }

    fn leads_or_triages(role: Role) -> bool {
        matches!(role, Role::Lead | Role::Triager)
    }

    #[test]
    fn every_council_but_the_countys_has_an_area_of_its_own() {
        let councils = Extent::Whole.agencies().filter(|(agency, _)| agency.kind == AgencyKind::Council);
        let (with, without): (Vec<&str>, Vec<&str>) =
            councils.map(|(agency, _)| agency.code).partition(|code| area(code).is_some());
        assert_eq!((with.len(), without), (AREAS.len(), vec!["leicestershire-county-council"]));
    }

    #[test]
    fn people_over_every_role() {
        let mut of_role: BTreeMap<&str, usize> = BTreeMap::new();
        for person in people() {
            *of_role.entry(person.role.code()).or_default() += 1;
        }
        assert_eq!(of_role.len(), Role::ALL.len(), "{of_role:?}");
        assert!(people().count() >= 16);
        assert!(people().filter(|person| leads_or_triages(person.role)).count() <= 12, "rows of those two roles");
    }

    #[test]
    fn names_and_codes_are_used_once() {
        let unique = |names: Vec<&str>| names.len() == names.iter().collect::<BTreeSet<_>>().len();
        assert!(unique(people().map(|person| person.username).collect()) && unique(people().map(|person| person.name).collect()));
        assert!(unique(teams().map(|(_, team)| team.code).collect()) && unique(teams().map(|(_, team)| team.name).collect()));
        for (_, team) in teams() {
            let of_team: Vec<&str> = places(team).map(|(username, _)| username).collect();
            assert!(unique(of_team.clone()), "{}: {of_team:?}", team.code);
            for (username, _) in team.also {
                assert!(people().any(|person| person.username == *username), "{username} of {}", team.code);
            }
        }
    }

    #[test]
    fn every_team_that_opens_content_has_one_lead_and_somebody_beside() {
        for (_, team) in teams().filter(|(_, team)| places(team).any(|(_, role)| role.holds_team_key())) {
            let holders = places(team).filter(|(_, role)| role.holds_team_key()).count();
            let leads = places(team).filter(|(_, role)| *role == Role::Lead).count();
            assert_eq!(leads, 1, "{}", team.code);
            assert!(holders >= 2 || team.code == "health-on-call", "{}", team.code);
        }
    }

    #[test]
    fn nobody_reads_apart_what_they_decide_on() {
        let of = |code: &str| -> BTreeSet<&str> {
            let found = teams().filter(|(_, team)| team.code == code);
            found.flat_map(|(_, team)| places(team).map(|(username, _)| username)).collect()
        };
        assert!(of("force-intelligence").is_disjoint(&of("exploitation-hub")), "who told is not for the hub");
        let library = crate::app::PathwayLibrary::embedded().expect("the built-in pathways");
        let routes = library.iter().flat_map(|loaded| loaded.pathway.routes.all());
        let deciding: BTreeSet<&str> =
            routes.flat_map(|route| [&route.team, &route.cover, &route.restricted]).map(TeamCode::as_str).collect();
        for team in deciding {
            assert!(of("county-insight").is_disjoint(&of(team)), "nobody of {team} reads what is told of equality");
        }
    }

    #[test]
    fn restricted_teams_are_small_and_of_different_homes() {
        let home = |username: &str| {
            let found = teams().find(|(_, team)| team.people.iter().any(|person| person.username == username));
            found.map(|(agency, team)| (agency.code, team.code))
        };
        let restricted: Vec<_> = teams().filter(|(_, team)| team.code.ends_with("-restricted")).collect();
        assert_eq!(restricted.len(), 3);
        for (_, team) in restricted {
            let homes: BTreeSet<_> = places(team).map(|(username, _)| home(username)).collect();
            let agencies: BTreeSet<_> = homes.iter().flatten().map(|(agency, _)| agency).collect();
            assert!((2..=6).contains(&places(team).count()) && homes.len() >= 2 && agencies.len() >= 2, "{}", team.code);
        }
    }

    #[test]
    fn every_hosting_agency_has_a_dpo_and_the_first_hosts_the_exploitation_team() {
        let with = |role| {
            teams().filter(move |(_, team)| team.people.iter().any(|person| person.role == role)).map(|(agency, _)| agency.code)
        };
        let officers: Vec<&str> = with(Role::Dpo).collect();
        let hosts = teams().filter(|(agency, team)| {
            let only_sends = SENDERS.iter().any(|sender| sender.code == agency.code);
            !only_sends && places(team).any(|(_, role)| leads_or_triages(role))
        });
        for (agency, _) in hosts.filter(|(agency, _)| agency.kind != AgencyKind::Education) {
            assert!(officers.contains(&agency.code), "{}", agency.code);
        }
        let first = officers.first().expect("a data-protection officer");
        assert!(teams().any(|(agency, team)| agency.code == *first && team.code == "exploitation-hub"));
    }
}
