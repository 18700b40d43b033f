//! Sharing part of a referral.

use super::{
    super::{
        agreements::{self, AgreementLine, AgreementsPage, NewAgreementPage},
        share::SharePreviewPage,
        share_box::{RecallPage, ShareBox, ShareLine},
        share_choices::{Choice, PartChoice},
        share_form::{SharePage, Written},
        share_openers::{Opener, Openers},
        shared::{SharedListPage, SharedPage, SharedRow, Shown},
        sharing::{About, SharingPage},
    },
    PERSON, Sample, files, referral, sample, somebody, work,
};
use crate::domain::{
    ids::{EntryId, UserId},
    sharing::Shared,
};

const HREF: &str = "/referrals/7K3F-9QXD-2";

fn openers(words: &str) -> Openers {
    let opener = |byte, ring: &str| Opener {
        user: UserId::from_bytes([byte; 16]),
        who: format!("{PERSON}, {words}, Health safeguarding (Exampleshire Trust)"),
        ring: ring.to_owned(),
        did: vec!["Opened it once, 5 June 2026 at 10am".to_owned()],
    };
    // One gave a number at work, the other none.
    Openers { people: if words.is_empty() { Vec::new() } else { vec![opener(1, "0116 496 0000"), opener(2, "")] } }
}

fn line(words: &str) -> ShareLine {
    ShareLine {
        to: "Health safeguarding (Exampleshire Trust)".to_owned(),
        what: "The answers as sent, 4 June 2026 at 9:32am".to_owned(),
        by: format!("Shared by {PERSON}, 5 June 2026 at 9:32am."),
        law: "A public task, for keeping people safe".to_owned(),
        reason: words.to_owned(),
        changed: words.to_owned(),
        ended: String::new(),
        opened: openers(words),
        gives: Shared::Items,
        end_href: format!("{HREF}/shares/1/recall"),
    }
}

pub(super) fn of_team(words: &str) -> ShareBox {
    ShareBox {
        share_href: format!("{HREF}/share"),
        shares: vec![line(words)],
        links: vec![("Let another team read along".to_owned(), format!("{HREF}/casework-access"))],
    }
}

fn written(words: &str) -> Written {
    Written {
        entries: vec![EntryId::from_bytes([1; 16]).to_string()],
        basis: "public-task".to_owned(),
        purpose: "safeguarding".to_owned(),
        reason: words.to_owned(),
        urgent: true,
        revision: 3,
        ..Written::default()
    }
}

fn form(words: &str, failed: bool) -> SharePage {
    let choice = |byte, text: &str| Choice {
        id: EntryId::from_bytes([byte; 16]),
        text: text.to_owned(),
        hint: "Only your team reads this now.".to_owned(),
    };
    SharePage {
        frame: somebody().titled("Share part of this referral").back_to(HREF).failed_if(failed),
        href: HREF.to_owned(),
        notice: words.to_owned(),
        by_name: failed,
        teams: vec![("1".to_owned(), "Health safeguarding, Exampleshire Trust".to_owned())],
        choices: vec![choice(1, "The answers as sent, 4 June 2026 at 9:32am"), choice(2, words)],
        withheld: vec![("withheld-lives_at".to_owned(), "Home address".to_owned(), "Never to Exampleshire Police.".to_owned())],
        parts: vec![PartChoice {
            value: "section-child".to_owned(),
            title: "The child".to_owned(),
            answers: vec![("answer-child_name".to_owned(), "Name".to_owned(), words.to_owned())],
        }],
        agreements: vec![("1".to_owned(), "Children at risk (not in force)".to_owned())],
        own_law: "a public task, for keeping people safe".to_owned(),
        written: written(words),
        errors: if failed {
            ["team", "user", "entries", "basis", "purpose", "reason"]
                .map(|field| (field.to_owned(), "Say what".to_owned()))
                .to_vec()
        } else {
            Vec::new()
        },
    }
}

fn shown(words: &str) -> Shown {
    let page = referral::referral(words);
    Shown {
        flags: vec![words.to_owned()],
        partly: words.to_owned(),
        sections: page.sections,
        added: page.added,
        decisions: work::decision(words).decisions,
        told: vec![work::note(words)],
        notes: vec![work::note(words)],
        said: vec![work::note(words)],
        files: Some(files::list(words)),
    }
}

fn received(words: &str) -> SharedPage {
    SharedPage {
        frame: somebody().titled("Shared with you: 7K3F-9QXD-2").back_to("/shared"),
        reference: "7K3F-9QXD-2".to_owned(),
        pathway: "Child exploitation".to_owned(),
        intro: "You see what was chosen for you.",
        shares: vec![vec![("Shared by".to_owned(), format!("{PERSON}, The exploitation hub"))]],
        shown: shown(words),
        access_href: "/referrals/7K3F-9QXD-2/access".to_owned(),
    }
}

fn list(rows: usize, words: &str) -> SharedListPage {
    let row = |at: usize| SharedRow {
        reference: format!("7K3F-9QXD-{at}"),
        href: format!("/referrals/7K3F-9QXD-{at}"),
        pathway: "Child exploitation".to_owned(),
        by: "The exploitation hub, Exampleshire Police".to_owned(),
        to: words.to_owned(),
        shared: "5 June 2026 at 9:32am".to_owned(),
        urgent: at == 0,
    };
    SharedListPage { frame: somebody().titled("Shared with us"), rows: (0..rows).map(row).collect(), next: String::new() }
}

fn reason(words: &str, about: About, failed: bool) -> SharingPage {
    SharingPage {
        frame: somebody().titled("Let another team read along").back_to(HREF).failed_if(failed),
        form_token: "token-of-the-form".to_owned(),
        href: HREF.to_owned(),
        about,
        notice: words.to_owned(),
        revision: 3,
        withheld: "Some answers are withheld from Exampleshire Police.".to_owned(),
        teams: vec![("1".to_owned(), "Health safeguarding, Exampleshire Trust".to_owned())],
        team: String::new(),
        user: String::new(),
        basis: String::new(),
        purpose: "safeguarding".to_owned(),
        reason: words.to_owned(),
        errors: if failed { vec![("reason".to_owned(), "Say why".to_owned())] } else { Vec::new() },
    }
}

fn register(words: &str) -> AgreementsPage {
    let line = AgreementLine {
        title: "Children at risk".to_owned(),
        facts: vec![("Agencies".to_owned(), words.to_owned())],
        end_href: "/agreements/1/end".to_owned(),
        form_token: "token-of-the-form".to_owned(),
    };
    AgreementsPage {
        frame: somebody().titled("Agreements to share"),
        agreements: if words.is_empty() { Vec::new() } else { vec![line] },
        may_add: true,
    }
}

fn agreement(words: &str, failed: bool) -> NewAgreementPage {
    NewAgreementPage {
        frame: somebody().titled("Add an agreement").back_to("/agreements").failed_if(failed),
        form_token: "token-of-the-form".to_owned(),
        agencies: vec![("1".to_owned(), "Exampleshire Police".to_owned()), ("2".to_owned(), "Exampleshire Trust".to_owned())],
        pathways: vec![("child-exploitation".to_owned(), "Child exploitation".to_owned())],
        written: agreements::Written { title: words.to_owned(), starts: words.to_owned(), ..agreements::Written::default() },
        errors: if failed {
            ["title", "agencies", "purposes", "starts"].map(|field| (field.to_owned(), "Say what".to_owned())).to_vec()
        } else {
            Vec::new()
        },
    }
}

pub(super) fn pages(state: &str, words: &str) -> Vec<Sample> {
    let preview = SharePreviewPage {
        frame: somebody().titled("What they will see").back_to(&format!("{HREF}/share")),
        form_token: "token-of-the-form".to_owned(),
        href: HREF.to_owned(),
        facts: vec![("For".to_owned(), "Health safeguarding (Exampleshire Trust)".to_owned())],
        beside: vec![words.to_owned(), "They do not see where it stands, or who else holds it.".to_owned()],
        shown: shown(words),
        against_consent: true,
        written: written(words),
    };
    let recall = RecallPage {
        frame: somebody().titled("Recall what was shared").back_to(HREF),
        form_token: "token-of-the-form".to_owned(),
        action: format!("{HREF}/shares/1/recall"),
        line: line(words),
    };
    let end = RecallPage { line: ShareLine { gives: Shared::Casework, ..line(words) }, ..recall.clone() };
    vec![
        sample(&format!("share{state}"), false, &form(words, false)),
        sample(&format!("share-failed{state}"), true, &form(words, true)),
        sample(&format!("share-preview{state}"), false, &preview),
        sample(&format!("share-recall{state}"), false, &recall),
        sample(&format!("access-end{state}"), false, &end),
        sample(&format!("declined{state}"), false, &reason(words, About::Declined, false)),
        sample(&format!("access{state}"), false, &reason(words, About::Access, false)),
        sample(&format!("access-failed{state}"), true, &reason(words, About::Access, true)),
        sample(&format!("agreements{state}"), false, &register(words)),
        sample(&format!("agreement-new{state}"), false, &agreement(words, false)),
        sample(&format!("agreement-failed{state}"), true, &agreement(words, true)),
        sample(&format!("shared{state}"), false, &received(words)),
        sample(&format!("shared-list{state}"), false, &list(if words.is_empty() { 0 } else { 2 }, words)),
    ]
}
