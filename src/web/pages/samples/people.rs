//! Joining, and the people of an agency.

use super::{
    super::{
        admissions::{AdmissionPage, AdmissionsPage, WaitingLine},
        giving_back::{GiveBackPage, OwedLine},
        join::{InvitationPage, ReadyPage},
        keys::{KeyLine, KeysPage, RenewalLine},
        membership::{EndPlacePage, PlacePage},
        people::{AddPersonPage, PeoplePage, PersonLine},
        person::{InvitedPage, PersonPage},
        resetting::ResetPage,
        suspension::{ShutOutPage, ShuttingOut},
        team::{TeamKeyPage, TeamPage},
        teams::{AddTeamPage, TeamLine, TeamsPage},
        training::TrainingPage,
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
        reset: false,
        until: "4 June 2026, 9:32am".to_owned(),
        href: "/people/00000000000000000000000000000000".to_owned(),
        onward: "Go on to their page".to_owned(),
    };
    let person = |name: &str, invite: &str| PersonPage {
        frame: somebody().titled("Somebody of your agency – People").back_to("/people").at("/people"),
        name: name.to_owned(),
        username: "sample.c".to_owned(),
        standing: "Invited; the code runs out on 4 June 2026".to_owned(),
        places: vec![
            (
                "Practitioner, Duty desk (Exampleshire Council) (waits for the team’s key)".to_owned(),
                "/people/00/places/00".to_owned(),
            ),
            ("Triager, Another desk (Elsewhere)".to_owned(), String::new()),
        ],
        last_sign_in: "4 June 2026".to_owned(),
        training: "4 June 2025, more than a year ago".to_owned(),
        href: "/people/00".to_owned(),
        shut_out: invite.is_empty(),
        left: false,
        own: false,
        form_token: "00".to_owned(),
        resettable: invite.is_empty(),
        reset: if invite.is_empty() { "Their password was reset on 4 June 2026.".to_owned() } else { String::new() },
        invite_href: invite.to_owned(),
    };
    let reset = |lines: &[&str], name: &str| ResetPage {
        frame: somebody().titled("Reset a password – People").back_to("/people/00").at("/people"),
        name: name.to_owned(),
        teams: lines.iter().map(|line| format!("Duty desk: until {line} hands its key over again.")).collect(),
        missing: lines.iter().map(|_| "Duty desk would have no lead.".to_owned()).collect(),
        alone: lines.iter().map(|_| "3 drafts given to them alone open by your agency’s recovery alone.".to_owned()).collect(),
        href: "/people/00/reset".to_owned(),
        form_token: "00".to_owned(),
    };
    vec![
        sample("people", false, &list(vec![line(PERSON), line(ATTACK)])),
        sample("keys", false, &keys(true, PERSON)),
        sample("keys-officer", false, &keys(false, ATTACK)),
        sample("people-none", false, &PeoplePage { next: String::new(), ..list(Vec::new()) }),
        sample("person-add", false, &add(false, "")),
        sample("person-add-failed", true, &add(true, ATTACK)),
        sample(
            "give-back",
            false,
            &GiveBackPage {
                frame: somebody().titled("Give back").back_to("/"),
                people: [PERSON, ATTACK]
                    .map(|name| OwedLine {
                        name: name.to_owned(),
                        about: "Exampleshire Council. You hold 2 referrals and 1 draft that they could open before.".to_owned(),
                        href: "/give-back/00".to_owned(),
                        form_token: "00".to_owned(),
                    })
                    .into(),
            },
        ),
        sample("person-invited", false, &invited),
        sample("person-reset-code", false, &InvitedPage { reset: true, ..invited.clone() }),
        sample("person-reset", false, &reset(&[PERSON], ATTACK)),
        sample("person-reset-nothing", false, &reset(&[], PERSON)),
        sample("person", false, &person(PERSON, "/people/00/invite")),
        sample("person-shut-out", false, &person(ATTACK, "")),
        sample("person-own", false, &PersonPage { own: true, shut_out: false, ..person(PERSON, "") }),
    ]
}

pub(super) fn changes() -> Vec<Sample> {
    let place = |failed: bool, name: &str| PlacePage {
        frame: somebody().titled("A place in a team – People").back_to("/people/00").at("/people").failed_if(failed),
        name: name.to_owned(),
        places: if failed { vec!["Triager, Another desk (Elsewhere)".to_owned()] } else { Vec::new() },
        teams: vec![("00".to_owned(), "Duty desk".to_owned())],
        team: String::new(),
        role: if failed { "triager".to_owned() } else { String::new() },
        href: "/people/00/place".to_owned(),
        form_token: "00".to_owned(),
        errors: if failed { vec![("team", "Choose the team in which they have a place".to_owned())] } else { Vec::new() },
    };
    let end = |holds_key: bool, name: &str| EndPlacePage {
        frame: somebody().titled("End a place – People").back_to("/people/00").at("/people"),
        name: name.to_owned(),
        place: "Practitioner, Duty desk (Exampleshire Council)".to_owned(),
        holds_key,
        href: "/people/00/places/00".to_owned(),
        form_token: "00".to_owned(),
    };
    let shut_out = |what: ShuttingOut, name: &str| ShutOutPage {
        frame: somebody().titled("Suspend somebody – People").back_to("/people/00").at("/people"),
        what,
        name: name.to_owned(),
        missing: vec!["Duty desk would have no lead.".to_owned(), "Nobody else holds the key of Another desk.".to_owned()],
        href: "/people/00/suspend".to_owned(),
        form_token: "00".to_owned(),
    };
    let training = |failed: bool, name: &str| TrainingPage {
        frame: somebody().titled("Training – People").back_to("/people/00").at("/people").failed_if(failed),
        name: name.to_owned(),
        typed: if failed { ATTACK.to_owned() } else { "27/3/2026".to_owned() },
        href: "/people/00/training".to_owned(),
        form_token: "00".to_owned(),
        error: if failed { "The day must be a real date".to_owned() } else { String::new() },
    };
    vec![
        sample("training", false, &training(false, PERSON)),
        sample("training-failed", true, &training(true, ATTACK)),
        sample("place", false, &place(false, PERSON)),
        sample("place-failed", true, &place(true, ATTACK)),
        sample("place-end", false, &end(true, ATTACK)),
        sample("place-end-of-no-key", false, &end(false, PERSON)),
        sample("person-suspend", false, &shut_out(ShuttingOut::Suspend, ATTACK)),
        sample("person-leave", false, &ShutOutPage { missing: Vec::new(), ..shut_out(ShuttingOut::Leave, PERSON) }),
    ]
}

pub(super) fn teams() -> Vec<Sample> {
    let line = |name: &str, warnings: Vec<String>| TeamLine {
        name: name.to_owned(),
        href: "/teams/00".to_owned(),
        people: "2 people".to_owned(),
        warnings,
    };
    let list = |teams: Vec<TeamLine>| TeamsPage {
        frame: somebody().titled("Teams").at("/people"),
        agency: "Exampleshire Council".to_owned(),
        teams,
    };
    let add = |failed: bool, typed: &str| AddTeamPage {
        frame: somebody().titled("A new team").back_to("/teams").at("/people").failed_if(failed),
        typed: [typed.to_owned(), typed.to_owned()],
        form_token: "00".to_owned(),
        errors: if failed { vec![("code", "Choose another code: a team has this one".to_owned())] } else { Vec::new() },
    };
    let team = |failed: bool, name: &str| TeamPage {
        frame: somebody().titled("A team – Teams").back_to("/teams").at("/people").failed_if(failed),
        name: name.to_owned(),
        code: "duty-desk".to_owned(),
        members: if failed {
            Vec::new()
        } else {
            vec![
                (PERSON.to_owned(), "Team lead".to_owned(), "/people/00".to_owned()),
                (ATTACK.to_owned(), "Triager".to_owned(), String::new()),
            ]
        },
        choices: vec![("00".to_owned(), PERSON.to_owned())],
        warnings: vec!["Only one person holds its key.".to_owned()],
        typed: ["00".to_owned(), String::new(), if failed { ATTACK.to_owned() } else { String::new() }],
        href: "/teams/00".to_owned(),
        form_token: "00".to_owned(),
        errors: if failed { vec![("review", "The day must be a real date".to_owned())] } else { Vec::new() },
    };
    let key = TeamKeyPage {
        frame: somebody().titled("A team’s key").back_to("/"),
        team: "Duty desk".to_owned(),
        href: "/teams/00/key".to_owned(),
    };
    vec![
        sample("teams", false, &list(vec![line("Duty desk", vec!["It has no key yet.".to_owned()]), line(ATTACK, Vec::new())])),
        sample("teams-none", false, &list(Vec::new())),
        sample("team-add", false, &add(false, "")),
        sample("team-add-failed", true, &add(true, ATTACK)),
        sample("team", false, &team(false, "Duty desk")),
        sample("team-failed", true, &team(true, ATTACK)),
        sample("team-key", false, &key),
    ]
}

fn keys(acts: bool, name: &str) -> KeysPage {
    let line = |fingerprint: &str| KeyLine {
        id: "0f".repeat(16),
        name: name.to_owned(),
        fingerprint: fingerprint.to_owned(),
        made: "Key 2, made on 28 May 2026".to_owned(),
        holders: format!("{name} alone. If they cannot come, nobody can open what this team receives"),
    };
    let renewal = |percent: Option<i64>, paused: bool| RenewalLine {
        id: "0f".repeat(16),
        of: name.to_owned(),
        standing: "Begun on Thursday 28 May 2026 at 9:32am: 12 of 30 passed".to_owned(),
        percent,
        paused,
        form_token: "token-of-the-form".to_owned(),
    };
    KeysPage {
        frame: somebody().titled("Keys of your teams").at("/keys"),
        acts,
        teams: vec![line(FINGERPRINT), line("")],
        renewals: vec![renewal(Some(40), false), renewal(Some(40), true), renewal(None, false)],
        reconciled: "On Thursday 28 May 2026 at 9:32am, 1 of them did not agree.".to_owned(),
        differences: vec![format!("key_published {}: no event vouches for this row as it stands", "0f".repeat(16))],
        reconcile_token: "token-of-the-form".to_owned(),
        form_token: "token-of-the-form".to_owned(),
    }
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
        reset: if failed { "Their key is new: Robin Sample reset their password.".to_owned() } else { String::new() },
        reset_by_reader: false,
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
        sample(
            "admission-own-reset",
            false,
            &AdmissionPage { reset: "Their key is new.".to_owned(), reset_by_reader: true, ..member(false, PERSON, FINGERPRINT) },
        ),
        sample("admission-not-ready", false, &member(false, PERSON, "")),
    ]
}

pub(super) fn joining() -> Vec<Sample> {
    let code = |failed: bool, username: &str| InvitationPage {
        frame: nobody().titled("Join").failed_if(failed),
        username: username.to_owned(),
        again: false,
    };
    let again = InvitationPage { again: true, ..code(false, "") };
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
        sample("join-again", false, &again),
        sample("join-failed", true, &code(true, ATTACK)),
        sample("join-ready", false, &ready(false, PERSON)),
        sample("join-ready-failed", true, &ready(true, PERSON)),
    ]
}
