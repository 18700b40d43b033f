//! Drafts: their tasks, their check, and what else becomes of them.

use super::{
    super::{
        advice::Hinted,
        check::{CheckPage, CheckRow, CheckSection, OpenItem, RulePage},
        deputy::DeputyPage,
        draft::{DeletePage, EndedPage, Task, TasksPage},
        urgent::UrgentPage,
    },
    ATTACK, PERSON, Sample, contacts, held, kept, sample, somebody,
};
use crate::domain::{enquiry::FormKind, progress::Progress};

fn tasks(full: bool) -> TasksPage {
    let task = |title: &str, id: &str, progress| Task {
        title: title.to_owned(),
        href: format!("/drafts/7K3F-9QXD-2/section/{id}"),
        id: id.to_owned(),
        progress,
    };
    TasksPage {
        frame: somebody().titled("Your draft – Child exploitation").back_to("/"),
        pathway: "Child exploitation".to_owned(),
        reference: "7K3F-9QXD-2".to_owned(),
        received_by: "The exploitation hub (Exampleshire Police) will receive it.".to_owned(),
        stopped: if full { String::new() } else { "This person may need protecting".to_owned() },
        minimum: vec![
            task("The child", "child", Progress::Completed),
            task("What you are worried about", "concern", Progress::Incomplete),
            task("Reaching the family safely", "contact", Progress::NotStarted),
        ],
        later: if full { vec![task("School and health", "school", Progress::NotStarted)] } else { Vec::new() },
        files: ("One file goes with it.".to_owned(), "/drafts/7K3F-9QXD-2/files".to_owned()),
        check_href: "/drafts/7K3F-9QXD-2/check".to_owned(),
        shared_with: if full { format!("You and {PERSON} can see this draft and go on with it.") } else { String::new() },
        alone: !full,
        deputy_href: if full { String::new() } else { "/drafts/7K3F-9QXD-2/deputy".to_owned() },
        delete_href: if full { String::new() } else { "/drafts/7K3F-9QXD-2/delete".to_owned() },
        kept: "Last saved on 4 June 2026, 9:32am. If nobody sends it, it is deleted on 4 July 2026.".to_owned(),
    }
}

pub(super) fn check(answer: &str, open: bool, failed: bool) -> CheckPage {
    let row = |field: &str, question: &str, answer: &str| CheckRow {
        field: field.to_owned(),
        question: question.to_owned(),
        answer: answer.to_owned(),
    };
    let item = |text: &str| OpenItem { text: text.to_owned(), href: "/drafts/7K3F-9QXD-2/section/child?look=yes".to_owned() };
    CheckPage {
        frame: somebody().titled("Check your answers – Child exploitation").back_to("/drafts/7K3F-9QXD-2").failed_if(failed),
        pathway: "Child exploitation".to_owned(),
        send_action: "/drafts/7K3F-9QXD-2/send".to_owned(),
        open: if open { vec![item("Enter what you are worried about")] } else { Vec::new() },
        can_follow: vec!["School and health".to_owned()],
        sections: vec![CheckSection {
            title: "The child".to_owned(),
            href: "/drafts/7K3F-9QXD-2/section/child".to_owned(),
            rows: vec![row("concern", "What are you worried about?", answer), row("district", "District", "")],
        }],
        received_by: vec!["The exploitation hub (Exampleshire Police)".to_owned()],
        copies: vec!["City front door (Exampleshire Council): the authority that placed the child must know".to_owned()],
        untold: open,
        read_when: "Somebody will read it by 5pm today, Tuesday 4 June 2026.".to_owned(),
        rung_on: if failed { String::new() } else { "0116 496 0700".to_owned() },
        risk: "High".to_owned(),
        advice: vec![Hinted {
            text: "Think about a modern slavery referral as well.".to_owned(),
            link: if open { String::new() } else { "Also refer: Modern slavery".to_owned() },
            href: if open { String::new() } else { "/refer/modern-slavery".to_owned() },
        }],
        choices: held::choices(answer, failed),
        kind: if open { FormKind::Enquiry } else { FormKind::Referral },
        grown_from: if open { String::new() } else { "7K3F-9QXD-3".to_owned() },
        went_on: if failed { "7K3F-9QXD-5".to_owned() } else { String::new() },
        takes_place_of: if failed { "7K3F-9QXD-4".to_owned() } else { String::new() },
        leave_out: if failed { "Leave out whatever shows who they are.".to_owned() } else { String::new() },
        warning: "The child’s file at school is not told. Tell the school yourself if it is safe to.".to_owned(),
    }
}

pub(super) fn about_drafts() -> Vec<Sample> {
    let delete = DeletePage {
        frame: somebody().titled("Delete this draft? – Child exploitation").back_to("/drafts/7K3F-9QXD-2"),
        pathway: "Child exploitation".to_owned(),
        saved: "4 June 2026, 9:32am".to_owned(),
        action: "/drafts/7K3F-9QXD-2/delete".to_owned(),
        keep_href: "/drafts/7K3F-9QXD-2".to_owned(),
    };
    let stop = RulePage {
        frame: somebody().titled("This cannot be sent – Child exploitation").back_to("/drafts/7K3F-9QXD-2"),
        pathway: "Child exploitation".to_owned(),
        heading: "This is not the way to report it".to_owned(),
        text: "Tell the team that helps people who were harmed.".to_owned(),
        others: vec![("Modern slavery".to_owned(), "/refer/modern-slavery".to_owned())],
        contacts: contacts(),
        change_href: "/drafts/7K3F-9QXD-2/section/child#concern".to_owned(),
        draft_href: "/drafts/7K3F-9QXD-2".to_owned(),
    };
    let urgent = UrgentPage {
        frame: somebody().titled("Could this happen soon? – Prevent").back_to("/drafts/7K3F-9QXD-2"),
        pathway: "Prevent".to_owned(),
        lines: vec!["If somebody may attack, ring 999 now.".to_owned()],
        contacts: contacts(),
        next_href: "/drafts/7K3F-9QXD-2/section/about".to_owned(),
    };
    let ended = EndedPage {
        frame: somebody().titled("This draft was never sent").back_to("/"),
        reference: "7K3F-9QXD-2".to_owned(),
        ended: "It was last saved on 4 June 2026, 9:32am.".to_owned(),
    };
    let deputy = |chosen: &str| DeputyPage {
        frame: somebody().titled("Your deputy").back_to("/account").at("/account"),
        heading: "Who goes on with your drafts if you cannot?".to_owned(),
        taken_off: if chosen.is_empty() { "Your deputy may be involved.".to_owned() } else { String::new() },
        about: "They can see and send the drafts that you begin from now on.".to_owned(),
        action: "/account/deputy".to_owned(),
        people: vec![("0a".to_owned(), PERSON.to_owned())],
        chosen: chosen.to_owned(),
    };
    vec![
        sample("tasks", false, &tasks(true)),
        sample("tasks-alone", false, &tasks(false)),
        sample("draft-delete", false, &delete),
        sample("draft-ended", false, &ended),
        sample("draft-stop", false, &stop),
        sample("draft-urgent", false, &urgent),
        sample("deputy", false, &deputy("0a")),
        sample("deputy-empty", false, &deputy("")),
        sample("kept", false, &kept::page(ATTACK)),
    ]
}
