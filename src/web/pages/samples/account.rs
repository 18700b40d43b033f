//! Signing in, and the account.

use super::{
    super::{
        account::{AccountPage, Place},
        password::PasswordPage as ChangePage,
        sessions::{SessionLine, SessionsPage},
        sign_in::{CodePage, PasswordPage},
        work_contact::ContactPage,
    },
    ATTACK, PERSON, Sample, nobody, sample, somebody,
};

pub(super) fn signing_in() -> Vec<Sample> {
    let password = |failed: bool, username: &str| PasswordPage {
        frame: nobody().titled("Sign in").failed_if(failed),
        username: username.to_owned(),
        notice: if failed { String::new() } else { "You have signed out.".to_owned() },
        next: "/sent".to_owned(),
        empty: (false, false),
    };
    let empty = PasswordPage { empty: (true, true), ..password(true, "") };
    let code = |failed| CodePage {
        frame: nobody().titled("Code – Sign in").back_to("/sign-in").failed_if(failed),
        next: "/".to_owned(),
    };
    let account = AccountPage {
        frame: somebody().titled("Your account").at("/account"),
        name: PERSON.to_owned(),
        username: "sample.c".to_owned(),
        places: vec![Place {
            team: "Duty desk".to_owned(),
            agency: "Exampleshire Council".to_owned(),
            role: "Practitioner".to_owned(),
        }],
        role: "Duty social worker".to_owned(),
        phone: String::new(),
        deputy: PERSON.to_owned(),
        away: "You are away until 7 December 2026.".to_owned(),
        fingerprint: "0123 4567 89ab cdef 0123 4567 89ab cdef".to_owned(),
        sessions: 2,
    };
    let line =
        |href: &str, words: &str| SessionLine { words: words.to_owned(), href: href.to_owned(), form_token: "00".to_owned() };
    let change = |failed: bool| ChangePage {
        frame: somebody().titled("Change your password").back_to("/account").at("/account").failed_if(failed),
        wrong: failed,
        error: if failed { "Your password must have 12 characters or more".to_owned() } else { String::new() },
    };
    let sessions = SessionsPage {
        frame: somebody().titled("Where you are signed in").back_to("/account").at("/account"),
        sessions: vec![
            line("", "Signed in on 4 June 2026, 9:32am. Last used at 9:40am. This is where you are now."),
            line("/account/sessions/00/end", "Signed in on 4 June 2026, 8:32am. Last used at 8:40am."),
        ],
    };
    let contact = |failed: bool, title: &str, phone: &str| ContactPage {
        frame: somebody().titled("How others reach you").back_to("/account").at("/account").failed_if(failed),
        title: title.to_owned(),
        phone: phone.to_owned(),
        errors: if failed { vec![("phone", "Enter a work phone number, like 0116 496 0000".to_owned())] } else { Vec::new() },
    };
    vec![
        sample("contact", false, &contact(false, "Duty social worker", "0116 496 0700")),
        sample("contact-failed", true, &contact(true, ATTACK, "999")),
        sample("sign-in", false, &password(false, "")),
        sample("sign-in-failed", true, &password(true, ATTACK)),
        sample("sign-in-empty", true, &empty),
        sample("code", false, &code(false)),
        sample("code-failed", true, &code(true)),
        sample("account", false, &account),
        sample("sessions", false, &sessions),
        sample("password", false, &change(false)),
        sample("password-failed", true, &change(true)),
    ]
}
