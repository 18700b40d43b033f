//! One referral, and the page after sending it.

use super::{
    super::{
        referral::{AnswerSection, ReferralPage},
        sent::SentPage,
    },
    PERSON, Sample, contacts, files, held, sample, somebody, state,
};

pub(super) fn referral(words: &str) -> ReferralPage {
    ReferralPage {
        frame: somebody().titled("Referral 7K3F-9QXD-2").back_to("/queue"),
        reference: "7K3F-9QXD-2".to_owned(),
        pathway: "Child exploitation".to_owned(),
        state: state("Opened", "yellow"),
        due: "Decision due by 6 June 2026, 5pm".to_owned(),
        sent: "4 June 2026, 9:32am".to_owned(),
        sent_by: "Duty desk, Exampleshire Council".to_owned(),
        received_by: "The exploitation hub, Exampleshire Police".to_owned(),
        stopped: vec![format!("{PERSON} stopped this at the check: Another way helps more."), words.to_owned()],
        controls: Some(held::controls(words)),
        legal_reason: words.to_owned(),
        seen_by: vec!["Duty desk, Exampleshire Council".to_owned(), "The exploitation hub, Exampleshire Police".to_owned()],
        sections: vec![AnswerSection {
            title: "The child".to_owned(),
            rows: vec![
                ("Name".to_owned(), PERSON.to_owned()),
                ("What are you worried about?".to_owned(), words.to_owned()),
                ("District".to_owned(), String::new()),
            ],
        }],
        added: vec![AnswerSection {
            title: format!("Added by {PERSON} on 5 June 2026, 9:32am"),
            rows: vec![("Which school?".to_owned(), words.to_owned())],
        }],
        to_add: vec![("School and health".to_owned(), "/referrals/7K3F-9QXD-2/add/school".to_owned())],
        files: files::list(words),
    }
}

pub(super) fn sent() -> Sample {
    let sent = SentPage {
        frame: somebody().titled("Referral sent – Child exploitation"),
        reference: "7K3F-9QXD-2".to_owned(),
        pathway: "Child exploitation".to_owned(),
        received_by: "The exploitation hub (Exampleshire Police)".to_owned(),
        checked_first: String::new(),
        read_when: "Somebody will read it by 5pm today, Tuesday 4 June 2026.".to_owned(),
        steps: vec!["The team decides by 6 June 2026.".to_owned(), "You hear what was decided under My referrals.".to_owned()],
        contacts: contacts(),
        to_add: vec![("School and health".to_owned(), "/referrals/7K3F-9QXD-2/add/school".to_owned())],
        view_href: "/referrals/7K3F-9QXD-2".to_owned(),
        another_href: "/".to_owned(),
    };
    sample("sent", false, &sent)
}
