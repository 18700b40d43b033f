//! The agencies of the partnership.

use super::{
    super::agencies::{AddAgencyPage, AgenciesPage, AgencyBlock},
    ATTACK, PERSON, Sample, sample, somebody,
};

pub(super) fn all() -> Vec<Sample> {
    let block = |name: &str, waits: bool| AgencyBlock {
        name: name.to_owned(),
        code: "exampleshire-council".to_owned(),
        kind: "Council",
        recovery: "0123 4567 89ab cdef 0123 4567 89ab cdef".to_owned(),
        administrators: if waits {
            vec![format!("{PERSON} (has not joined yet)")]
        } else {
            vec![PERSON.to_owned(), ATTACK.to_owned()]
        },
        invite_href: if waits { "/agencies/00000000000000000000000000000000/invite".to_owned() } else { String::new() },
    };
    let list = |agencies: Vec<AgencyBlock>| AgenciesPage {
        frame: somebody().titled("Agencies").at("/agencies"),
        agencies,
        form_token: "00".to_owned(),
    };
    let add = |failed: bool, typed: &str| AddAgencyPage {
        frame: somebody().titled("Let an agency in").back_to("/agencies").at("/agencies").failed_if(failed),
        typed: std::array::from_fn(|_| typed.to_owned()),
        kind: if failed { String::new() } else { "council".to_owned() },
        form_token: "00".to_owned(),
        errors: if failed {
            vec![
                ("code", "Choose another code: an agency has this one".to_owned()),
                ("kind", "Choose what it is in law".to_owned()),
            ]
        } else {
            Vec::new()
        },
    };
    vec![
        sample("agencies", false, &list(vec![block("Exampleshire Council", false), block(ATTACK, true)])),
        sample("agencies-one", false, &list(vec![block("Exampleshire Council", true)])),
        sample("agency-add", false, &add(false, "")),
        sample("agency-add-failed", true, &add(true, ATTACK)),
    ]
}
