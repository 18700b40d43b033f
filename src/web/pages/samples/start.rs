//! Before the form: the start page, what a pathway is for, danger.

use super::{
    super::{
        home::{AnswerLine, DraftLine, HomePage, PathwayLine, PlaceLine, WaitLine},
        pathway::{DangerPage, StartPage, StopPage},
        screening::{FormsPage, ScreeningPage, Suggestion},
    },
    Sample, contacts, sample, somebody,
};

fn pathway_line() -> PathwayLine {
    PathwayLine {
        title: "Child exploitation".to_owned(),
        href: "/refer/cse".to_owned(),
        about: "For a child who may be used for sex, crime or work.".to_owned(),
        minutes: 5,
    }
}

fn home(full: bool) -> HomePage {
    HomePage {
        frame: somebody().titled("Start").at("/"),
        notice: if full { "The service will be down on Sunday from 2am to 3am.".to_owned() } else { String::new() },
        nothing: vec!["You are agency administrator in Information governance. There are no pages for that role yet.".to_owned()],
        training: if full {
            "Your last safeguarding training was on 1 June 2025, more than a year ago.".to_owned()
        } else {
            String::new()
        },
        waits_for: ["Emergency duty", "Duty desk"]
            .map(|team| WaitLine {
                team: team.to_owned(),
                leads: if full { vec!["Robin Sample, 0116 496 0000".to_owned()] } else { Vec::new() },
            })
            .into(),
        fingerprint: "0123 4567 89ab cdef 0123 4567 89ab cdef".to_owned(),
        lost: if full {
            vec!["1 draft given to you alone open by your agency’s recovery alone.".to_owned()]
        } else {
            Vec::new()
        },
        pathways: full.then(pathway_line).into_iter().collect(),
        waiting: if full {
            vec![AnswerLine {
                about: "Child exploitation".to_owned(),
                reference: "7K3F-9QXD-3".to_owned(),
                href: "/referrals/7K3F-9QXD-3#messages".to_owned(),
                answered: "The team waits for your answer since 4 June 2026.".to_owned(),
            }]
        } else {
            Vec::new()
        },
        answered: if full {
            vec![AnswerLine {
                about: "Advice about a child who may be exploited".to_owned(),
                reference: "7K3F-9QXD-2".to_owned(),
                href: "/referrals/7K3F-9QXD-2#messages".to_owned(),
                answered: "Answered on 4 June 2026, 9:32am.".to_owned(),
            }]
        } else {
            Vec::new()
        },
        drafts: if full {
            vec![DraftLine {
                pathway: "Child exploitation".to_owned(),
                reference: "7K3F-9QXD-2".to_owned(),
                href: "/drafts/7K3F-9QXD-2".to_owned(),
                about: "Saved on 4 June 2026, 9:32am.".to_owned(),
                ending: "Nobody has sent it. It is deleted on 4 July 2026 unless you save or send it.".to_owned(),
                delete_href: "/drafts/7K3F-9QXD-2/delete".to_owned(),
            }]
        } else {
            Vec::new()
        },
        places: if full {
            vec![PlaceLine {
                title: "Queue of the exploitation hub".to_owned(),
                href: "/queue".to_owned(),
                about: "3 waiting, 1 overdue".to_owned(),
            }]
        } else {
            Vec::new()
        },
    }
}

pub(super) fn before_the_form() -> Vec<Sample> {
    let start = |asks: bool| StartPage {
        frame: somebody().titled("Before you start – Child exploitation").back_to("/"),
        title: "Child exploitation".to_owned(),
        who_for: vec!["For anybody who thinks that a child may be used for sex, crime or work.".to_owned()],
        minutes: 5,
        to_hand: vec![
            "Name and age of the child, or what they look like".to_owned(),
            "What you saw or heard, and when".to_owned(),
        ],
        received_by: "The exploitation hub (Exampleshire Police) will receive it.".to_owned(),
        hours: "Somebody reads referrals from 8am to 8pm every day. The night desk covers outside those hours.".to_owned(),
        contacts: contacts(),
        start_href: "/refer/cse/danger".to_owned(),
        advice_href: if asks { String::new() } else { "/refer/cse/advice".to_owned() },
        refer_href: if asks { "/refer/cse".to_owned() } else { String::new() },
    };
    let danger = |failed| DangerPage {
        frame: somebody().titled("Is anyone in danger now? – Child exploitation").back_to("/refer/cse").failed_if(failed),
        pathway: "Child exploitation".to_owned(),
        hint: "Is the child in danger at this moment?".to_owned(),
        action: "/refer/cse/start".to_owned(),
        form_token: "token-of-the-form".to_owned(),
    };
    let stop = |asks: bool| StopPage {
        frame: somebody().titled("Ring now – Child exploitation").back_to("/refer/cse/danger"),
        pathway: "Child exploitation".to_owned(),
        heading: "Ring now, before you write".to_owned(),
        lines: vec!["A referral is not read at once. Speak to somebody first.".to_owned()],
        contacts: contacts(),
        districts: vec![("leicester".to_owned(), "Leicester".to_owned())],
        district: if asks { String::new() } else { "leicester".to_owned() },
        here: "/refer/cse/ring".to_owned(),
        action: "/refer/cse/start".to_owned(),
        form_token: "token-of-the-form".to_owned(),
        refer_href: if asks { "/refer/cse/danger".to_owned() } else { String::new() },
    };
    vec![
        sample("home", false, &home(true)),
        sample("home-empty", false, &home(false)),
        sample("pathway-start", false, &start(false)),
        sample("advice-start", false, &start(true)),
        sample("pathway-danger", false, &danger(false)),
        sample("pathway-danger-failed", true, &danger(true)),
        sample("pathway-stop", false, &stop(false)),
        sample("advice-stop", false, &stop(true)),
    ]
}

/// Which form fits: the questions, and where they lead.
pub(super) fn screening() -> Vec<Sample> {
    let questions = |failed| ScreeningPage {
        frame: somebody().titled("Which form fits?").back_to("/").failed_if(failed),
        title: "Which form fits?".to_owned(),
        intro: "Answer yes if it may be so. Nothing is kept of these answers.".to_owned(),
        questions: vec![
            ("child".to_owned(), "Is it about somebody under 18?".to_owned(), "If you are not sure, answer yes.".to_owned()),
            ("home".to_owned(), "Is it about somebody at risk at home?".to_owned(), String::new()),
        ],
    };
    let suggestion = |title: &str, href: &str| Suggestion {
        title: title.to_owned(),
        why: "It goes to those who can act today.".to_owned(),
        href: href.to_owned(),
    };
    let forms = |suggested: Vec<Suggestion>| FormsPage {
        frame: somebody().titled("These forms may fit").back_to("/not-sure"),
        heading: "These forms may fit".to_owned(),
        otherwise: if suggested.is_empty() { String::new() } else { "If none of them fits".to_owned() },
        suggested,
        text: "If you are still not sure, ring.".to_owned(),
        others: vec![("Fire protection".to_owned(), "/refer/fire-protection".to_owned())],
        contacts: contacts(),
    };
    vec![
        sample("screening", false, &questions(false)),
        sample("screening-failed", true, &questions(true)),
        sample("screening-forms", false, &forms(vec![suggestion("MARAC", "/refer/marac"), suggestion("Prevent", "")])),
        sample("screening-none", false, &forms(Vec::new())),
    ]
}
