//! Files on a referral, and adding one.

use super::{
    super::{
        draft_files::{DraftFile, DraftFilesPage},
        file::{AddFile, AddFilePage, FileLine, FileList},
        quarantine::{QuarantinePage, Stopping},
    },
    PERSON, Sample, sample, somebody,
};

/// The form for adding a file, good and failed.
pub(super) fn pages(state: &str, answer: &str) -> [Sample; 8] {
    [
        sample(&format!("form-file{state}"), false, &add(answer, false)),
        sample(&format!("form-file-failed{state}"), true, &add(answer, true)),
        sample(&format!("draft-files{state}"), false, &of_draft(answer, false)),
        sample(&format!("draft-files-failed{state}"), true, &of_draft(answer, true)),
        sample(&format!("quarantine{state}"), false, &quarantine(Stopping::Stop, answer, false)),
        sample(&format!("quarantine-failed{state}"), true, &quarantine(Stopping::Stop, answer, true)),
        sample(&format!("let-out{state}"), false, &quarantine(Stopping::LetOut, answer, false)),
        sample(&format!("let-out-failed{state}"), true, &quarantine(Stopping::LetOut, answer, true)),
    ]
}

pub(super) fn list(words: &str) -> FileList {
    let href = "/referrals/7K3F-9QXD-2/files/0192f3c0000070008000000000abcd00";
    let line = |name: &str, quarantined| FileLine {
        name: name.to_owned(),
        about: "JPEG picture, 2.5 MB".to_owned(),
        description: words.to_owned(),
        added: format!("{PERSON}, 4 June 2026, 9:40am"),
        scan: "Not scanned. Open it with care".to_owned(),
        seen_by: "Everybody who can see this referral: the sender’s side and the exploitation hub".to_owned(),
        quarantined,
        href: href.to_owned(),
        original_href: format!("{href}/original"),
        stopped: if quarantined {
            "Put there on 4 June 2026 at 9:40am by somebody else who can read it.".to_owned()
        } else {
            String::new()
        },
        quarantine_href: format!("{href}/quarantine"),
        let_out_href: format!("{href}/quarantine/end"),
    };
    FileList {
        files: if words.is_empty() {
            Vec::new()
        } else {
            vec![line("a-photograph-with-a-rather-long-name-that-somebody-gave-it.jpg", false), line("stopped.pdf", true)]
        },
        add_href: "/referrals/7K3F-9QXD-2/files/new".to_owned(),
        csrf_token: "token-of-the-session".to_owned(),
    }
}

fn add(words: &str, failed: bool) -> AddFilePage {
    let audience = |code: &str, words: &str| (code.to_owned(), words.to_owned());
    AddFilePage {
        frame: somebody().titled("Add a file – Referral 7K3F-9QXD-2").back_to("/referrals/7K3F-9QXD-2").failed_if(failed),
        reference: "7K3F-9QXD-2".to_owned(),
        action: "/referrals/7K3F-9QXD-2/files".to_owned(),
        form_token: "token-of-the-form".to_owned(),
        add: asked(words, failed),
        withheld: "Some answers are withheld from Exampleshire Police.".to_owned(),
        // The sender is asked nothing: there is one audience.
        audiences: [
            audience("shared", "Everybody who can see this referral"),
            audience("casework", "The exploitation hub (Exampleshire Police) only"),
        ]
        .into_iter()
        .take(if words.is_empty() && !failed { 1 } else { 2 })
        .collect(),
        chosen: if failed { String::new() } else { "shared".to_owned() },
    }
}

fn asked(words: &str, failed: bool) -> AddFile {
    let error = |field: &str, words: &str| (field.to_owned(), words.to_owned());
    let errors = [
        error("file", "Choose a file"),
        error("description", "Description must be 300 characters or less"),
        error("audience", "Choose who can see it"),
    ];
    AddFile { description: words.to_owned(), errors: errors.into_iter().filter(|_| failed).collect() }
}

/// The files of a draft: some, none, too many.
fn of_draft(words: &str, failed: bool) -> DraftFilesPage {
    let file = |name: &str, description: &str| DraftFile {
        name: name.to_owned(),
        about: "JPEG picture, 2.5 MB".to_owned(),
        description: description.to_owned(),
        added: format!("{PERSON}, 4 June 2026, 9:40am"),
        scan: "Scanned when it was added. Nothing was found".to_owned(),
        href: "/drafts/7K3F-9QXD-2/files/0123".to_owned(),
        remove_href: "/drafts/7K3F-9QXD-2/files/0a/remove".to_owned(),
    };
    let mut add = asked(words, failed);
    add.errors.retain(|(field, _)| field != "audience");
    DraftFilesPage {
        frame: somebody().titled("Files – Child exploitation").back_to("/drafts/7K3F-9QXD-2").failed_if(failed),
        pathway: "Child exploitation".to_owned(),
        leave_out: if failed { "Leave out whatever shows who they are.".to_owned() } else { String::new() },
        files: if words.is_empty() { Vec::new() } else { vec![file("stairs.jpg", words), file("letter.pdf", "")] },
        action: "/drafts/7K3F-9QXD-2/files".to_owned(),
        form_token: "token-of-the-form".to_owned(),
        add: (failed || words.is_empty()).then_some(add),
        closed: "This draft has as many files as fit. You can add more after sending.".to_owned(),
        draft_href: "/drafts/7K3F-9QXD-2".to_owned(),
    }
}

/// Stopping a file, and letting it out again.
fn quarantine(of: Stopping, words: &str, failed: bool) -> QuarantinePage {
    QuarantinePage {
        frame: somebody().titled(of.heading()).back_to("/referrals/7K3F-9QXD-2#files").failed_if(failed),
        form_token: "token-of-the-form".to_owned(),
        of,
        name: "a-photograph-with-a-rather-long-name-that-somebody-gave-it.jpg".to_owned(),
        description: words.to_owned(),
        stopped: "Put there on 4 June 2026 at 9:40am by somebody else who can read it.".to_owned(),
        team: "Exploitation hub (Exampleshire Police)".to_owned(),
        href: "/referrals/7K3F-9QXD-2/files/0192f3c0000070008000000000abcd00".to_owned(),
        reasons: vec![("harmful".to_owned(), "It may harm the computer or phone that opens it".to_owned())],
        error: if failed { "Choose why".to_owned() } else { String::new() },
    }
}
