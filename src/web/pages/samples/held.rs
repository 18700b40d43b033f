//! What stands around a held referral, and the choices before sending.

use super::{
    super::{
        checks::{self, CheckControls, ChecksPage, Controls},
        choices::ChoicesView,
        keep_back::KeepBack,
        mail::{FailingLine, FailingPage, OpenPage, OwnMailPage},
        safeguarding_leads::{LeadLine, LeadsPage},
    },
    PERSON, nobody, somebody, state,
};
use crate::domain::mailing::MailHours;

pub(super) fn to_check(rows: usize, headline: &str) -> ChecksPage {
    let row = |at: usize| checks::CheckRow {
        reference: format!("7K3F-9QXD-{at}"),
        href: format!("/referrals/7K3F-9QXD-{at}"),
        headline: headline.to_owned(),
        pathway: "Prevent".to_owned(),
        state: if at == 0 { state("Stopped at the check", "red") } else { state("Being checked", "purple") },
        goes_on: "By itself on Monday 8 June 2026 at 5pm".to_owned(),
    };
    ChecksPage { frame: somebody().titled("To check").at("/checks"), rows: (0..rows).map(row).collect() }
}

pub(super) fn controls(words: &str) -> Controls {
    Controls {
        csrf_token: "token-of-the-session".to_owned(),
        form_token: "token-of-the-form".to_owned(),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        check: Some(CheckControls {
            reasons: vec![
                ("not-met".to_owned(), "It does not meet the threshold".to_owned()),
                ("other".to_owned(), words.to_owned()),
            ],
            until: "Monday 8 June 2026 at 5pm".to_owned(),
            text: words.to_owned(),
            ..CheckControls::default()
        }),
        stopped: true,
        waits: "Monday 8 June 2026 at 5pm".to_owned(),
    }
}

pub(super) fn choices(answer: &str, failed: bool) -> ChoicesView {
    ChoicesView {
        bases: vec![
            ("public-task/safeguarding".to_owned(), "A public task, for keeping people safe".to_owned(), answer.to_owned()),
            ("vital-interests/safeguarding".to_owned(), "Vital interests".to_owned(), "UK GDPR Article 6(1)(d)".to_owned()),
        ],
        people: vec![("0123".to_owned(), PERSON.to_owned(), "Restricted cases, Exampleshire Police".to_owned())],
        posted: if failed { vec![("legal_reason".to_owned(), answer.to_owned())] } else { Vec::new() },
        errors: if failed {
            vec![
                ("strike_out".to_owned(), "Choose from the people of the restricted teams".to_owned()),
                ("legal_reason".to_owned(), "Say why you rest on another basis than the first".to_owned()),
            ]
        } else {
            Vec::new()
        },
        keep_back: keep_back(answer, failed),
        teams: vec![
            ("0a".to_owned(), "Duty desk".to_owned(), "Exampleshire Council".to_owned()),
            ("0b".to_owned(), PERSON.to_owned(), String::new()),
        ],
    }
}

/// What can be kept back, and from whom.
pub(super) fn keep_back(words: &str, failed: bool) -> KeepBack {
    KeepBack {
        answers: vec![
            ("lives_at".to_owned(), "Home address".to_owned()),
            ("children".to_owned(), format!("Children: School, {words}")),
        ],
        agencies: vec![("police".to_owned(), "Exampleshire Police".to_owned()), ("health".to_owned(), words.to_owned())],
        errors: if failed {
            vec![("withhold".to_owned(), "Choose from the answers that can be kept back".to_owned())]
        } else {
            Vec::new()
        },
        ..KeepBack::default()
    }
}

/// Who checks: chosen, just kept, and with a date that is none.
pub(super) fn leads(failed: bool) -> LeadsPage {
    let line = |id: &str, checks, away: &str, error: &str| LeadLine {
        id: id.to_owned(),
        name: PERSON.to_owned(),
        checks,
        away: away.to_owned(),
        error: error.to_owned(),
    };
    let error = if failed { "The day that they are back must be a real date, such as 27/3/2026" } else { "" };
    LeadsPage {
        frame: somebody().titled("Who checks").at("/safeguarding-leads").failed_if(failed),
        agency: "Exampleshire Council".to_owned(),
        people: vec![line("0a", true, if failed { "soon" } else { "" }, error), line("0b", false, "", "")],
        kept: !failed,
    }
}

/// Where the link of a mail lands.
pub(super) fn opened() -> OpenPage {
    OpenPage { frame: nobody().titled("You came from a mail") }
}

/// Where one's own mail goes.
pub(super) fn own_mail(typed: &str, failed: bool) -> OwnMailPage {
    OwnMailPage {
        frame: somebody().titled("Mail about notices").failed_if(failed),
        sends: !typed.is_empty(),
        stopped: !failed && !typed.is_empty(),
        typed: typed.to_owned(),
        hours: MailHours::Agency,
        agency_waits: true,
    }
}

/// Whose mail comes back.
pub(super) fn failing_mail(name: &str) -> FailingPage {
    let about = "No mail is sent since Friday 27 November 2026 at 5pm.".to_owned();
    let line = FailingLine { id: "0f".repeat(16), name: name.to_owned(), about };
    FailingPage {
        frame: somebody().titled("Mail to your people").at("/members/mail"),
        sends: !name.is_empty(),
        waits: true,
        people: if name.is_empty() { Vec::new() } else { vec![line] },
    }
}
