//! Who works on a referral, and what they decide.

use super::{
    super::{
        absence::{AbsenceLine, Days, OwnAbsencePage, TeamAbsencesPage},
        assignment::{AssignPage, DeskBox},
        closing::{self, ClosePage, ClosePreviewPage},
        decision::{DecidePage, DecidedLine, DecisionBox, PreviewPage, Written},
        giving_out::{GivenLine, GivingOutPage},
        reasons::{ReasonPage, Reasoned},
        redirection::{self, RedirectPage, RedirectPreviewPage},
        referral::NoteLine,
        saved_views::{KeptLine, ViewsPage},
        withholding::{EndWithholdingPage, MarkLine, WithholdingPage},
    },
    PERSON, Sample,
    held::keep_back,
    sample, somebody,
};
use crate::web::view::ActedOn;

pub(super) fn desk() -> DeskBox {
    DeskBox {
        seen_by: "Only the receiving team sees this.".to_owned(),
        csrf_token: "token-of-the-session".to_owned(),
        form_token: "token-of-the-form".to_owned(),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        who: format!("{PERSON} works on this."),
        takes: "Take it",
        gives_back: "Give it back",
        hand: "Give it to somebody".to_owned(),
    }
}

pub(super) fn note(words: &str) -> NoteLine {
    NoteLine {
        title: "Handed on".to_owned(),
        from: format!("{PERSON}, 5 June 2026 at 9:32am. Only the receiving team reads this."),
        text: words.to_owned(),
    }
}

fn assign(words: &str, failed: bool) -> AssignPage {
    AssignPage {
        frame: somebody().titled("Who works on this referral").back_to("/referrals/7K3F-9QXD-2").failed_if(failed),
        form_token: "token-of-the-form".to_owned(),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        revision: 3,
        who: "You work on this.".to_owned(),
        read_by: words.to_owned(),
        people: vec![("sample".to_owned(), PERSON.to_owned()), ("other".to_owned(), words.to_owned())],
        warning: if failed { String::new() } else { words.to_owned() },
        to: if failed { String::new() } else { "sample".to_owned() },
        note: words.to_owned(),
        errors: if failed { vec![("to".to_owned(), "Choose somebody of your team".to_owned())] } else { Vec::new() },
    }
}

pub(super) fn decision(words: &str) -> DecisionBox {
    DecisionBox {
        csrf_token: "token-of-the-session".to_owned(),
        form_token: "token-of-the-form".to_owned(),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        told: Some((
            "Exploitation panel".to_owned(),
            words.to_owned(),
            "Everybody who can see this referral reads this.".to_owned(),
        )),
        untold: String::new(),
        next: words.to_owned(),
        decisions: vec![DecidedLine {
            title: "Exploitation panel, grade: High".to_owned(),
            by: format!("{PERSON}, 5 June 2026 at 9:32am"),
            read_by: "Only the receiving team reads this.".to_owned(),
            reason: words.to_owned(),
        }],
        links: vec![("Decide again".to_owned(), "/referrals/7K3F-9QXD-2/decision".to_owned())],
        steps: vec![("first-contact".to_owned(), "First contact".to_owned())],
    }
}

fn written(words: &str) -> Written {
    Written {
        choice: "panel/panel-listed".to_owned(),
        grade: String::new(),
        reason_for_file: words.to_owned(),
        reason_for_referrer: words.to_owned(),
        revision: 3,
    }
}

fn decide(words: &str, failed: bool) -> DecidePage {
    DecidePage {
        frame: somebody().titled("Decision").back_to("/referrals/7K3F-9QXD-2").failed_if(failed).acting_on(ActedOn {
            reference: "7K3F-9QXD-2".to_owned(),
            headline: words.to_owned(),
            others: format!("{PERSON} works on this."),
        }),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        notice: words.to_owned(),
        choices: vec![
            ("panel/panel-listed".to_owned(), "Exploitation panel".to_owned(), "The referrer reads: It is planned.".to_owned()),
            ("no-action/nothing".to_owned(), words.to_owned(), "The referrer reads: Nothing more.".to_owned()),
        ],
        grades: vec![("high".to_owned(), "High".to_owned())],
        risk: words.to_owned(),
        read_by: "Only your team reads this.".to_owned(),
        is_free: true,
        written: written(words),
        errors: if failed {
            vec![("reason_for_file".to_owned(), "Enter the reason for the file".to_owned())]
        } else {
            Vec::new()
        },
    }
}

fn preview(words: &str) -> PreviewPage {
    PreviewPage {
        open_question: words.to_owned(),
        frame: somebody().titled("Who reads this decision").back_to("/referrals/7K3F-9QXD-2/decision"),
        form_token: "token-of-the-form".to_owned(),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        file: vec![("Reason for the file".to_owned(), words.to_owned())],
        told: words.to_owned(),
        readers: vec![PERSON.to_owned()],
        read_by: words.to_owned(),
        closes: true,
        written: written(words),
    }
}

fn closing(words: &str) -> closing::Written {
    closing::Written {
        reason: "other".to_owned(),
        text: words.to_owned(),
        words: words.to_owned(),
        revision: 3,
        ..closing::Written::default()
    }
}

fn close(words: &str, failed: bool) -> ClosePage {
    let lines = vec![("received".to_owned(), words.to_owned())];
    ClosePage {
        frame: somebody().titled("Close this referral").back_to("/referrals/7K3F-9QXD-2").failed_if(failed),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        redirect_href: "/referrals/7K3F-9QXD-2/redirect".to_owned(),
        notice: words.to_owned(),
        reasons: vec![("other".to_owned(), words.to_owned())],
        // Where lines alone are told, and where the team writes its own words.
        lines: if failed { lines } else { Vec::new() },
        is_decided: true,
        read_by: "Only your team reads this.".to_owned(),
        written: closing(words),
        errors: if failed { vec![("text".to_owned(), "Say why it is closed".to_owned())] } else { Vec::new() },
    }
}

fn close_preview(words: &str) -> ClosePreviewPage {
    ClosePreviewPage {
        frame: somebody().titled("Who reads this closing").back_to("/referrals/7K3F-9QXD-2/close"),
        form_token: "token-of-the-form".to_owned(),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        file: vec![("Why it is closed".to_owned(), words.to_owned())],
        told: words.to_owned(),
        silence: "Nothing but that it is closed.".to_owned(),
        readers: vec![PERSON.to_owned()],
        read_by: words.to_owned(),
        written: closing(words),
    }
}

fn redirect(words: &str, failed: bool) -> RedirectPage {
    RedirectPage {
        frame: somebody().titled("Pass this referral on").back_to("/referrals/7K3F-9QXD-2").failed_if(failed),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        places: vec![("1".to_owned(), format!("{PERSON}, Exampleshire Police"))],
        written: passing_on(words),
        errors: if failed { vec![("team".to_owned(), "Choose another team".to_owned())] } else { Vec::new() },
    }
}

fn passing_on(words: &str) -> redirection::Written {
    redirection::Written { team: "1".to_owned(), text: words.to_owned(), revision: 3 }
}

fn redirect_preview(words: &str) -> RedirectPreviewPage {
    RedirectPreviewPage {
        frame: somebody().titled("Who will get this referral").back_to("/referrals/7K3F-9QXD-2/redirect"),
        form_token: "token-of-the-form".to_owned(),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        facts: vec![("For".to_owned(), PERSON.to_owned()), ("Why".to_owned(), words.to_owned())],
        unread: words.to_owned(),
        goes: vec!["the answers, as they were sent and changed since".to_owned()],
        after: "Your team sees the referral no more.".to_owned(),
        written: passing_on(words),
    }
}

fn views(words: &str, failed: bool) -> ViewsPage {
    let line = KeptLine {
        id: "1".to_owned(),
        name: words.to_owned(),
        shows: "Team, overdue".to_owned(),
        href: "/queue?overdue=yes".to_owned(),
        form_token: "token-of-the-form".to_owned(),
    };
    ViewsPage {
        frame: somebody().titled("Your views of the queue").back_to("/queue").at("/queue").failed_if(failed),
        form_token: "token-of-the-form".to_owned(),
        shows: "Team, overdue".to_owned(),
        carried: vec![("view".to_owned(), "team".to_owned())],
        name: words.to_owned(),
        // What is kept always has a name.
        kept: if failed || words.is_empty() { Vec::new() } else { vec![line] },
        errors: if failed { vec![("name".to_owned(), "Enter a name".to_owned())] } else { Vec::new() },
    }
}

fn own_absence(words: &str, failed: bool) -> OwnAbsencePage {
    OwnAbsencePage {
        frame: somebody().titled("When you are away").back_to("/account").at("/account").failed_if(failed),
        form_token: "token-of-the-form".to_owned(),
        now: if failed { String::new() } else { "You are away until 7 December 2026.".to_owned() },
        days: days(words, failed),
    }
}

fn days(words: &str, failed: bool) -> Days {
    Days {
        from: words.to_owned(),
        until: words.to_owned(),
        errors: if failed { vec![("until".to_owned(), "First day back must be after today".to_owned())] } else { Vec::new() },
    }
}

fn team_absences(words: &str, failed: bool) -> TeamAbsencesPage {
    let line = AbsenceLine {
        username: "sample".to_owned(),
        name: PERSON.to_owned(),
        away: "away until 7 December 2026".to_owned(),
        form_token: "token-of-the-form".to_owned(),
    };
    TeamAbsencesPage {
        frame: somebody().titled("Who is away").back_to("/queue").at("/queue").failed_if(failed),
        form_token: "token-of-the-form".to_owned(),
        team: "1".to_owned(),
        team_name: format!("Night desk {words}"),
        work_href: "/queue?view=away".to_owned(),
        lines: if failed { Vec::new() } else { vec![line] },
        people: vec![("sample".to_owned(), PERSON.to_owned())],
        of: String::new(),
        days: days(words, failed),
    }
}

fn giving_out(words: &str, failed: bool) -> GivingOutPage {
    GivingOutPage {
        frame: somebody().titled("Give referrals out").at("/queue").failed_if(failed),
        form_token: "token-of-the-form".to_owned(),
        team: "1".to_owned(),
        lines: vec![GivenLine {
            reference: "7K3F-9QXD-2".to_owned(),
            about: words.to_owned(),
            with: PERSON.to_owned(),
            due: "Due in 3 hours".to_owned(),
        }],
        left: vec![("7K3F-9QXD-3".to_owned(), "it is closed".to_owned())],
        people: vec![("sample".to_owned(), PERSON.to_owned())],
        to: String::new(),
        chosen: String::new(),
        warning: String::new(),
        note: words.to_owned(),
        errors: if failed { vec![("to".to_owned(), "Choose who works on them".to_owned())] } else { Vec::new() },
        done: Vec::new(),
        back: "/queue".to_owned(),
    }
}

fn given_out(words: &str) -> GivingOutPage {
    GivingOutPage {
        to: "sample".to_owned(),
        chosen: PERSON.to_owned(),
        warning: format!("{PERSON} is away until 7 December 2026."),
        ..giving_out(words, false)
    }
}

fn reason(words: &str, of: Reasoned, failed: bool) -> ReasonPage {
    let error = || ("text".to_owned(), "Say why".to_owned());
    ReasonPage {
        frame: somebody().titled("Take this referral up again").back_to("/referrals/7K3F-9QXD-2").failed_if(failed),
        form_token: "token-of-the-form".to_owned(),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        of,
        revision: 3,
        read_by: words.to_owned(),
        text: words.to_owned(),
        errors: if failed { vec![error()] } else { Vec::new() },
    }
}

fn mark(words: &str, token: &str) -> MarkLine {
    MarkLine {
        words: format!("Home address: never to {words}"),
        question: "lives_at".to_owned(),
        agency: words.to_owned(),
        form_token: token.to_owned(),
    }
}

fn end_withholding(words: &str) -> EndWithholdingPage {
    EndWithholdingPage {
        frame: somebody().titled("Stop withholding an answer").back_to("/referrals/7K3F-9QXD-2/withhold"),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        mark: mark(words, "token-of-the-mark"),
        agency: words.to_owned(),
    }
}

fn withholding(words: &str, failed: bool) -> WithholdingPage {
    WithholdingPage {
        frame: somebody().titled("Withhold answers from an agency").back_to("/referrals/7K3F-9QXD-2").failed_if(failed),
        form_token: "token-of-the-form".to_owned(),
        href: "/referrals/7K3F-9QXD-2".to_owned(),
        revision: 3,
        keep: keep_back(words, failed),
        sealed: vec![format!(
            "Safe number: never to {words}; not for paper, and shared onward only where it is ticked by itself."
        )],
        marks: vec![mark(words, "token-of-the-mark"), mark(words, "")],
        left: "Of the 5 people who work on it in the exploitation hub, 2 can read all of it.".to_owned(),
    }
}

pub(super) fn pages(state: &str, words: &str) -> Vec<Sample> {
    vec![
        sample(&format!("assign{state}"), false, &assign(words, false)),
        sample(&format!("assign-failed{state}"), true, &assign(words, true)),
        sample(&format!("decide{state}"), false, &decide(words, false)),
        sample(&format!("decide-failed{state}"), true, &decide(words, true)),
        sample(&format!("decision-preview{state}"), false, &preview(words)),
        sample(&format!("close{state}"), false, &close(words, false)),
        sample(&format!("close-failed{state}"), true, &close(words, true)),
        sample(&format!("close-preview{state}"), false, &close_preview(words)),
        sample(&format!("redirect{state}"), false, &redirect(words, false)),
        sample(&format!("redirect-preview{state}"), false, &redirect_preview(words)),
        sample(&format!("redirect-failed{state}"), true, &redirect(words, true)),
        sample(&format!("views{state}"), false, &views(words, false)),
        sample(&format!("views-failed{state}"), true, &views(words, true)),
        sample(&format!("own-absence{state}"), false, &own_absence(words, false)),
        sample(&format!("own-absence-failed{state}"), true, &own_absence(words, true)),
        sample(&format!("team-absences{state}"), false, &team_absences(words, false)),
        sample(&format!("team-absences-failed{state}"), true, &team_absences(words, true)),
        sample(&format!("giving-out{state}"), false, &giving_out(words, false)),
        sample(&format!("giving-out-look{state}"), false, &given_out(words)),
        sample(&format!("giving-out-failed{state}"), true, &giving_out(words, true)),
        sample(&format!("reopen{state}"), false, &reason(words, Reasoned::Reopen, false)),
        sample(&format!("reopen-failed{state}"), true, &reason(words, Reasoned::Reopen, true)),
        sample(&format!("end-withholding{state}"), false, &end_withholding(words)),
        sample(&format!("withholding{state}"), false, &withholding(words, false)),
        sample(&format!("withholding-failed{state}"), true, &withholding(words, true)),
        sample(&format!("disagree{state}"), false, &reason(words, Reasoned::Disagree, false)),
    ]
}
