//! Joining, and the people of an agency.

use super::{
    super::{
        admissions::{AdmissionPage, AdmissionsPage, WaitingLine},
        join::{InvitationPage, ReadyPage},
        people::{AddPersonPage, PeoplePage, PersonLine},
        person::{InvitedPage, PersonPage},
    },
    ATTACK, PERSON, Sample, nobody, sample, somebody,
};
use crate::web::components::QrPicture;

const FINGERPRINT: &str = "0123 4567 89ab cdef 0123 4567 89ab cdef";
const CODE: &str = "7K3F9-QXD2A-BCDEF-01234";

pub(super) fn people() -> Vec<Sample> {
    let line = |name: &str| PersonLine {
        name: name.to_owned(),
        href: "/people/00000000000000000000000000000000".to_owned(),
        username: "sample.c".to_owned(),
        places: vec!["Practitioner, Duty desk".to_owned(), "Team lead, Emergency duty".to_owned()],
        standing: "Joined, and waits for a lead of Duty desk".to_owned(),
    };
    let list = |people: Vec<PersonLine>| PeoplePage {
        frame: somebody().titled("People").at("/people"),
        agency: "Exampleshire Council".to_owned(),
        people,
        next: "/people?after=00000000000000000000000000000000".to_owned(),
    };
    let add = |failed: bool, typed: &str| AddPersonPage {
        frame: somebody().titled("Invite somebody").back_to("/people").at("/people").failed_if(failed),
        typed: std::array::from_fn(|_| typed.to_owned()),
        teams: vec![("00".to_owned(), "Duty desk".to_owned())],
        team: String::new(),
        role: "practitioner".to_owned(),
        errors: if failed {
            vec![
                ("username", "Choose another user name: this one is taken".to_owned()),
                ("team", "Choose a team of your agency".to_owned()),
            ]
        } else {
            Vec::new()
        },
    };
    let invited = InvitedPage {
        frame: somebody().titled("Invitation").at("/people"),
        name: PERSON.to_owned(),
        username: "sample.c".to_owned(),
        code: CODE.to_owned(),
        until: "4 June 2026, 9:32am".to_owned(),
        href: "/people/00000000000000000000000000000000".to_owned(),
    };
    let person = |name: &str, invite: &str| PersonPage {
        frame: somebody().titled("Somebody of your agency – People").back_to("/people").at("/people"),
        name: name.to_owned(),
        username: "sample.c".to_owned(),
        standing: "Invited; the code runs out on 4 June 2026".to_owned(),
        places: vec!["Practitioner, Duty desk (Exampleshire Council) (waits for the team’s key)".to_owned()],
        invite_href: invite.to_owned(),
    };
    vec![
        sample("people", false, &list(vec![line(PERSON), line(ATTACK)])),
        sample("people-none", false, &PeoplePage { next: String::new(), ..list(Vec::new()) }),
        sample("person-add", false, &add(false, "")),
        sample("person-add-failed", true, &add(true, ATTACK)),
        sample("person-invited", false, &invited),
        sample("person", false, &person(PERSON, "/people/00/invite")),
        sample("person-joined", false, &person(ATTACK, "")),
    ]
}

pub(super) fn admissions() -> Vec<Sample> {
    let line = |name: &str| WaitingLine {
        name: name.to_owned(),
        href: "/admissions/00/00".to_owned(),
        about: "Practitioner in Duty desk, of Exampleshire Council.".to_owned(),
    };
    let list = |ready: Vec<WaitingLine>, invited: Vec<WaitingLine>| AdmissionsPage {
        frame: somebody().titled("New members").back_to("/"),
        ready,
        invited,
    };
    let member = |failed: bool, name: &str, fingerprint: &str| AdmissionPage {
        frame: somebody().titled("Somebody who waits – New members").back_to("/admissions").failed_if(failed),
        name: name.to_owned(),
        username: "sample.c".to_owned(),
        place: "Practitioner in Duty desk".to_owned(),
        agency: "Exampleshire Council".to_owned(),
        phone: if failed { String::new() } else { "0116 496 0000".to_owned() },
        fingerprint: fingerprint.to_owned(),
        older: failed,
        href: "/admissions/00/00".to_owned(),
        form_token: "00".to_owned(),
        not_compared: if failed { "Tick that you have compared the key with them".to_owned() } else { String::new() },
        no_reason: if failed { "Choose why they do not get the key".to_owned() } else { String::new() },
    };
    vec![
        sample("admissions", false, &list(vec![line(PERSON)], vec![line(ATTACK)])),
        sample("admissions-none", false, &list(Vec::new(), Vec::new())),
        sample("admission", false, &member(false, PERSON, FINGERPRINT)),
        sample("admission-failed", true, &member(true, ATTACK, FINGERPRINT)),
        sample("admission-not-ready", false, &member(false, PERSON, "")),
    ]
}

pub(super) fn joining() -> Vec<Sample> {
    let code = |failed: bool, username: &str| InvitationPage {
        frame: nobody().titled("Join").failed_if(failed),
        username: username.to_owned(),
    };
    let ready = |failed: bool, name: &str| ReadyPage {
        frame: nobody().titled("Password and app – Join").back_to("/join").failed_if(failed),
        name: name.to_owned(),
        username: "sample.c".to_owned(),
        secret: "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567".to_owned(),
        address: "otpauth://totp/x?secret=ABCD".to_owned(),
        picture: QrPicture::of("otpauth://totp/x?secret=ABCD", "For the camera of your authenticator app").expect("short enough"),
        password_error: if failed { "Your password must have 12 characters or more".to_owned() } else { String::new() },
        wrong_code: failed,
    };
    vec![
        sample("join", false, &code(false, "")),
        sample("join-failed", true, &code(true, ATTACK)),
        sample("join-ready", false, &ready(false, PERSON)),
        sample("join-ready-failed", true, &ready(true, PERSON)),
    ]
}
