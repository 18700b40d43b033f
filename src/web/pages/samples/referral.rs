//! One referral, and the page after sending it.

use super::{
    super::{
        advice::Hinted,
        dialogue::{Dialogue, Said, WriteForm},
        enquiry::ReferPage,
        glance::{Glance, People},
        history::{Act, History},
        print::PrintPage,
        referral::{AnswerSection, ReferralPage},
        sent::SentPage,
    },
    PERSON, Sample, contacts, files, held, sample, shares, somebody, state, work,
};
use crate::domain::enquiry::FormKind;

pub(super) fn referral(words: &str) -> ReferralPage {
    ReferralPage {
        frame: somebody().titled("Referral 7K3F-9QXD-2").back_to("/queue"),
        reference: "7K3F-9QXD-2".to_owned(),
        pathway: "Child exploitation".to_owned(),
        keeps_back: true,
        state: state("Opened", "yellow"),
        glance: Glance {
            headline: format!("{PERSON} · 15 years old {words}"),
            flags: if words.is_empty() {
                Vec::new()
            } else {
                vec!["Do not contact the child: it is not safe.".to_owned(), words.to_owned()]
            },
            first: Some(("#desk".to_owned(), "Take it".to_owned())),
            facts: vec![
                ("Decision".to_owned(), "Due by Saturday 6 June 2026 at 5pm".to_owned()),
                ("Sent by".to_owned(), "Duty desk, Exampleshire Council, 4 June 2026, 9:32am".to_owned()),
                ("Received by".to_owned(), "The exploitation hub, Exampleshire Police".to_owned()),
            ],
        },
        people: People {
            people: vec![("Child".to_owned(), format!("{PERSON} {words}"))],
            contact: vec![("Safe to contact".to_owned(), words.to_owned())],
        },
        history: History {
            acts: vec![Act {
                at: "4 June 2026, 9:32am".to_owned(),
                what: format!("{PERSON} sent it"),
                seen_by: words.to_owned(),
            }],
        },
        notice: words.to_owned(),
        desk: Some(work::desk()),
        decision: Some(work::decision(words)),
        shares: Some(shares::of_team(words)),
        notes: vec![work::note(words)],
        stopped: vec![format!("{PERSON} stopped this at the check: Another way helps more."), words.to_owned()],
        controls: Some(held::controls(words)),
        decides_first: words.is_empty(),
        legal_reason: words.to_owned(),
        print_href: "/referrals/7K3F-9QXD-2/print".to_owned(),
        access_href: "/referrals/7K3F-9QXD-2/access".to_owned(),
        withhold_href: "/referrals/7K3F-9QXD-2/withhold".to_owned(),
        seen_by: vec!["Duty desk, Exampleshire Council".to_owned(), "The exploitation hub, Exampleshire Police".to_owned()],
        partly: words.to_owned(),
        sections: vec![AnswerSection {
            title: "The child".to_owned(),
            readers: words.to_owned(),
            rows: vec![
                ("Name".to_owned(), PERSON.to_owned()),
                ("What are you worried about?".to_owned(), words.to_owned()),
                ("District".to_owned(), String::new()),
            ],
        }],
        added: vec![AnswerSection {
            readers: String::new(),
            title: format!("Added by {PERSON} on 5 June 2026, 9:32am"),
            rows: vec![("Which school?".to_owned(), words.to_owned())],
        }],
        to_add: vec![("School and health".to_owned(), "/referrals/7K3F-9QXD-2/add/school".to_owned())],
        to_amend: vec![("The child".to_owned(), "/referrals/7K3F-9QXD-2/amend/child".to_owned())],
        files: files::list(words),
        kind: FormKind::Referral,
        dialogue: Some(dialogue(words, false)),
        related: vec![("Made of a question:".to_owned(), "7K3F-9QXD-3".to_owned(), "/referrals/7K3F-9QXD-3".to_owned())],
        also_refer: vec![also_refer()],
        refer_href: String::new(),
    }
}

/// On paper.
pub(super) fn print(words: &str, with_apart: bool) -> PrintPage {
    let shown = referral(words);
    PrintPage {
        frame: somebody().titled("Print 7K3F-9QXD-2").back_to("/referrals/7K3F-9QXD-2"),
        heading: "Referral",
        reference: shown.reference,
        pathway: shown.pathway,
        marking: "OFFICIAL-SENSITIVE",
        handling: "Do not copy it. Keep it locked away, and shred it when you are done.",
        printed: format!("{PERSON}, Duty desk, Exampleshire Council, on Thursday 4 June 2026, 9:32am"),
        holds_apart: true,
        with_apart,
        holds_withheld: with_apart,
        facts: vec![("Sent".to_owned(), words.to_owned())],
        sections: shown.sections,
        parts: vec![("Notes", shown.notes)],
        files: shown.files.files,
    }
}

/// A question in which nobody is named, answered; with what is wrong with another answer.
pub(super) fn question(words: &str, failed: bool) -> ReferralPage {
    ReferralPage {
        frame: somebody().titled("Question 7K3F-9QXD-3").back_to("/sent").failed_if(failed),
        reference: "7K3F-9QXD-3".to_owned(),
        kind: FormKind::Enquiry,
        controls: None,
        added: Vec::new(),
        to_add: Vec::new(),
        to_amend: Vec::new(),
        stopped: Vec::new(),
        dialogue: Some(dialogue(words, failed)),
        also_refer: Vec::new(),
        refer_href: "/referrals/7K3F-9QXD-3/refer".to_owned(),
        ..referral(words)
    }
}

fn also_refer() -> Hinted {
    Hinted {
        text: "Think about a modern slavery referral as well.".to_owned(),
        link: "Also refer: Modern slavery".to_owned(),
        href: "/refer/modern-slavery".to_owned(),
    }
}

fn dialogue(words: &str, failed: bool) -> Dialogue {
    Dialogue {
        heading: "Messages".to_owned(),
        waiting: "You wait for an answer from the referrer since 5 June 2026 at 9:32am.".to_owned(),
        said: vec![Said {
            head: format!("{PERSON}, 5 June 2026, 9:32am"),
            seen_by: "The exploitation hub (Exampleshire Police) only".to_owned(),
            text: words.to_owned(),
        }],
        form: Some(WriteForm {
            csrf_token: "token-of-the-session".to_owned(),
            form_token: "token-of-the-form".to_owned(),
            action: "/referrals/7K3F-9QXD-2/messages".to_owned(),
            label: "Your answer".to_owned(),
            hint: "Answer in general.".to_owned(),
            audiences: vec![
                ("shared".to_owned(), "Everybody who can see this referral".to_owned()),
                ("casework".to_owned(), "The exploitation hub (Exampleshire Police) only".to_owned()),
            ],
            audience: "shared".to_owned(),
            text: words.to_owned(),
            errors: if failed { vec![("text".to_owned(), "Enter a message".to_owned())] } else { Vec::new() },
        }),
    }
}

pub(super) fn refer(words: &str, failed: bool) -> Sample {
    let page = ReferPage {
        frame: somebody().titled("Make this a referral – Child exploitation").back_to("/referrals/7K3F-9QXD-3").failed_if(failed),
        reference: "7K3F-9QXD-3".to_owned(),
        pathway: "Child exploitation".to_owned(),
        hint: "Could somebody be hurt at any moment?".to_owned(),
        carried: vec![("What was seen".to_owned(), words.to_owned())],
        action: "/referrals/7K3F-9QXD-3/refer".to_owned(),
        form_token: "token-of-the-form".to_owned(),
    };
    sample(if failed { "refer-failed" } else { "refer" }, failed, &page)
}

pub(super) fn sent() -> Vec<Sample> {
    let sent = SentPage {
        frame: somebody().titled("Referral sent – Child exploitation"),
        kind: FormKind::Referral,
        reference: "7K3F-9QXD-2".to_owned(),
        pathway: "Child exploitation".to_owned(),
        received_by: "The exploitation hub (Exampleshire Police)".to_owned(),
        also_refer: vec![also_refer()],
        checked_first: String::new(),
        read_when: "Somebody will read it by 5pm today, Tuesday 4 June 2026.".to_owned(),
        steps: vec!["The team decides by 6 June 2026.".to_owned(), "You hear what was decided under My referrals.".to_owned()],
        kept_back: vec![
            "Home address: never to Exampleshire Police; not for paper, and shared onward only where it is ticked by itself."
                .to_owned(),
        ],
        contacts: contacts(),
        named: Vec::new(),
        is_named: false,
        are_several: false,
        to_add: vec![("School and health".to_owned(), "/referrals/7K3F-9QXD-2/add/school".to_owned())],
        view_href: "/referrals/7K3F-9QXD-2".to_owned(),
        print_href: "/referrals/7K3F-9QXD-2/print".to_owned(),
        another_href: "/".to_owned(),
    };
    let named = SentPage { is_named: true, are_several: true, named: sent.contacts.clone(), ..sent.clone() };
    vec![sample("sent", false, &sent), sample("sent-by-name", false, &named)]
}
