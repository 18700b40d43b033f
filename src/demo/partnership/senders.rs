//! Who else there is: agencies that only send, one of every kind, and further teams of those that receive.

use super::{AgencyPlan, TeamPlan, person, team};
use crate::domain::{agency::AgencyKind, role::Role};

/// An agency that only sends: a team whose person meets people, and one whose person checks for the agency. Each leads the
/// other's, so that both teams have a key and somebody beside whoever sends.
macro_rules! sends {
    ($code:literal, $name:literal, $kind:ident, ($sends:literal, $team:literal, $work:literal, $username:literal, $person:literal),
     ($checks:literal, $second_team:literal, $lead:literal, $lead_name:literal)) => {
        AgencyPlan {
            code: $code,
            name: $name,
            kind: AgencyKind::$kind,
            safeguarding_lead: $lead,
            teams: &[
                TeamPlan {
                    work: Some($work),
                    ..team($sends, $team, &[person($username, $person, Role::Practitioner)], &[($lead, Role::Lead)])
                },
                team($checks, $second_team, &[person($lead, $lead_name, Role::Practitioner)], &[($username, Role::Lead)]),
            ],
        }
    };
}

/// The agencies that only send. Those of the area bear their public names; the housing association, the college and the
/// children's home are made up.
pub(in crate::demo) const SENDERS: &[AgencyPlan] = &[
    sends!(
        "blaby-district-council",
        "Blaby District Council",
        Council,
        ("blaby-community-safety", "Blaby community safety", "Community safety officer", "bea.fanciful", "Bea Fanciful"),
        ("blaby-safeguarding", "Blaby safeguarding", "ben.feigned", "Ben Feigned")
    ),
    sends!(
        "charnwood-borough-council",
        "Charnwood Borough Council",
        Council,
        (
            "charnwood-community-safety",
            "Charnwood community safety",
            "Community safety officer",
            "chad.contrived",
            "Chad Contrived"
        ),
        ("charnwood-safeguarding", "Charnwood safeguarding", "cath.concocted", "Cath Concocted")
    ),
    sends!(
        "harborough-district-council",
        "Harborough District Council",
        Council,
        ("harborough-community-safety", "Harborough community safety", "Community safety officer", "hal.assumed", "Hal Assumed"),
        ("harborough-safeguarding", "Harborough safeguarding", "heidi.putative", "Heidi Putative")
    ),
    sends!(
        "hinckley-bosworth-council",
        "Hinckley and Bosworth Borough Council",
        Council,
        ("hinckley-community-safety", "Hinckley community safety", "Community safety officer", "hope.daydream", "Hope Daydream"),
        ("hinckley-safeguarding", "Hinckley safeguarding", "hew.chimera", "Hew Chimera")
    ),
    sends!(
        "melton-borough-council",
        "Melton Borough Council",
        Council,
        ("melton-community-safety", "Melton community safety", "Community safety officer", "mel.parable", "Mel Parable"),
        ("melton-safeguarding", "Melton safeguarding", "milo.allegory", "Milo Allegory")
    ),
    sends!(
        "north-west-leicestershire-council",
        "North West Leicestershire District Council",
        Council,
        ("nwl-community-safety", "North West community safety", "Community safety officer", "nora.folktale", "Nora Folktale"),
        ("nwl-safeguarding", "North West safeguarding", "ned.fairytale", "Ned Fairytale")
    ),
    sends!(
        "oadby-wigston-council",
        "Oadby and Wigston Borough Council",
        Council,
        (
            "oadby-community-safety",
            "Oadby and Wigston community safety",
            "Community safety officer",
            "oona.folklore",
            "Oona Folklore"
        ),
        ("oadby-safeguarding", "Oadby and Wigston safeguarding", "owen.unicorn", "Owen Unicorn")
    ),
    sends!(
        "probation-service",
        "Probation Service",
        Justice,
        ("probation-leicester", "Leicester probation office", "Probation officer", "pat.stencil", "Pat Stencil"),
        ("probation-safeguarding", "Probation safeguarding", "pim.prototype", "Pim Prototype")
    ),
    sends!(
        "hmp-leicester",
        "HMP Leicester",
        Justice,
        ("prison-wings", "Leicester prison wings", "Prison officer", "gil.replica", "Gil Replica"),
        ("prison-safeguarding", "Leicester prison safeguarding", "gwen.standin", "Gwen Standin")
    ),
    sends!(
        "university-hospitals-leicester",
        "University Hospitals of Leicester NHS Trust",
        Health,
        ("emergency-department", "Emergency department", "Emergency nurse", "uma.understudy", "Uma Understudy"),
        ("hospital-safeguarding", "Hospital safeguarding", "ugo.cardboard", "Ugo Cardboard")
    ),
    sends!(
        "living-without-abuse",
        "Living Without Abuse",
        Charity,
        ("abuse-outreach", "Abuse outreach", "Support worker", "lila.simulated", "Lila Simulated"),
        ("abuse-safeguarding", "Outreach safeguarding", "lou.synthetic", "Lou Synthetic")
    ),
    sends!(
        "larchwood-house",
        "Larchwood House children's home",
        Charity,
        ("larchwood-care", "Larchwood care", "Residential worker", "kit.apocryphal", "Kit Apocryphal"),
        ("larchwood-safeguarding", "Larchwood safeguarding", "kay.ostensible", "Kay Ostensible")
    ),
    sends!(
        "foxglove-homes",
        "Foxglove Homes",
        Housing,
        ("foxglove-tenancies", "Foxglove tenancies", "Housing officer", "fred.theoretical", "Fred Theoretical"),
        ("foxglove-safeguarding", "Foxglove safeguarding", "flo.conjecture", "Flo Conjecture")
    ),
    sends!(
        "thornfield-college",
        "Thornfield College",
        Education,
        ("thornfield-students", "Thornfield student services", "Student adviser", "tara.wonderland", "Tara Wonderland"),
        ("thornfield-safeguarding", "Thornfield safeguarding", "ted.neverland", "Ted Neverland")
    ),
];

/// Further teams of agencies that receive, by the agency's code: they send, and nothing is routed to them.
pub(in crate::demo) const FURTHER_TEAMS: &[(&str, TeamPlan)] = &[
    (
        "leicestershire-police",
        team(
            "missing-from-home",
            "Missing from home team",
            &[person("max.penname", "Max Penname", Role::Practitioner)],
            &[("pia.supposed", Role::Lead)],
        ),
    ),
    (
        "leicestershire-police",
        team(
            "adult-referral",
            "Adult referral team",
            &[person("ada.stagename", "Ada Stagename", Role::Practitioner)],
            &[("erin.hypothetical", Role::Lead)],
        ),
    ),
    (
        "leicestershire-police",
        team(
            "domestic-abuse-support",
            "Domestic abuse support team",
            &[person("dot.mannequin", "Dot Mannequin", Role::Practitioner)],
            &[("mara.storybook", Role::Lead)],
        ),
    ),
    (
        "leicester-city-council",
        team(
            "city-adult-care",
            "City adult social care",
            &[person("cal.scarecrow", "Cal Scarecrow", Role::Practitioner)],
            &[("nia.imaginary", Role::Lead)],
        ),
    ),
    (
        "leicestershire-county-council",
        team(
            "county-adult-care",
            "County adult social care",
            &[person("vera.utopia", "Vera Utopia", Role::Practitioner)],
            &[("iris.makebelieve", Role::Lead)],
        ),
    ),
    (
        "leicestershire-county-council",
        TeamPlan {
            work: Some("Youth justice worker"),
            ..team(
                "youth-offending",
                "Youth offending",
                &[person("yan.paperdoll", "Yan Paperdoll", Role::Practitioner)],
                &[("ines.legendary", Role::Lead)],
            )
        },
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{super::*, *};
    use crate::app::PathwayLibrary;

    #[test]
    fn agencies_of_every_kind_take_part() {
        let kinds: BTreeSet<&str> = agencies().map(|agency| agency.kind.code()).collect();
        assert_eq!(kinds, AgencyKind::ALL.iter().map(|kind| kind.code()).collect());
        let councils = SENDERS.iter().filter(|agency| agency.kind == AgencyKind::Council);
        assert_eq!(councils.count(), 7, "the district councils");
    }

    #[test]
    fn nothing_is_routed_to_those_who_only_send() {
        let library = PathwayLibrary::embedded().expect("the built-in pathways");
        let sends = SENDERS.iter().flat_map(|agency| agency.teams).chain(FURTHER_TEAMS.iter().map(|(_, team)| team));
        let codes: BTreeSet<&str> = sends.map(|team| team.code).collect();
        for loaded in library.iter() {
            let mut routed = loaded.pathway.routes.all().flat_map(|route| [&route.team, &route.cover, &route.restricted]);
            let received = routed.find(|code| codes.contains(code.as_str()));
            assert!(received.is_none(), "{}: {received:?}", loaded.pathway.id);
        }
    }

    #[test]
    fn whoever_checks_for_an_agency_is_not_the_one_who_sends() {
        for agency in SENDERS {
            let [sends, checks] = agency.teams else { panic!("{} has two teams", agency.code) };
            assert_ne!(sends.people[0].username, agency.safeguarding_lead);
            assert_eq!(checks.people[0].username, agency.safeguarding_lead);
        }
        assert!(FURTHER_TEAMS.iter().all(|(code, _)| PARTNERSHIP.iter().any(|agency| agency.code == *code)));
    }
}
