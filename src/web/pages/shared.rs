//! What was shared with the reader: the list, and one referral of it. They see the chosen items, by the same hand that showed them
//! to whoever shared them, and nothing else.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    routing,
};
use serde::Deserialize;

use super::{
    decision::DecidedLine,
    file::FileList,
    queue::{ListLink, heads, next_page},
    referral::{AnswerSection, NoteLine, added, partly, sections},
    share_box::law,
};
use crate::{
    app::{App, FeedbackView, ListQuery, MessageView, NoteView, ReferralView, ShareView, SharedItem, flags},
    domain::{action::Action, sharing::Shared},
    web::{
        components::{Cell, Pagination, SummaryList, SummaryRow, Table},
        error::{Answer, ok},
        session::SignedIn,
        view::Frame,
        words,
    },
};

/// The items of a share as their reader sees them.
#[derive(Clone, Template)]
#[template(path = "share/shown.html")]
pub struct Shown {
    /// What the reader must see first, the gravest before the others.
    pub flags: Vec<String>,
    /// That how people are reached safely is not part of it, and what to do; empty where it is.
    pub partly: String,
    /// The answers, in parts.
    pub sections: Vec<AnswerSection>,
    /// What was added, each with who and when.
    pub added: Vec<AnswerSection>,
    /// What was decided, for the file.
    pub decisions: Vec<DecidedLine>,
    /// What the referrer was told, and when.
    pub told: Vec<NoteLine>,
    /// Words that went with acts.
    pub notes: Vec<NoteLine>,
    /// What was said: who and when, and the words.
    pub said: Vec<NoteLine>,
    /// The files; none where there is none.
    pub files: Option<FileList>,
}

impl Shown {
    /// All that a reader of this view is shown of content.
    pub(super) fn of(person: &SignedIn, view: &ReferralView) -> Self {
        let told = |told: &FeedbackView| NoteLine {
            title: if told.title.is_empty() { "What the referrer was told".to_owned() } else { told.title.clone() },
            from: told.at.words(),
            text: told.text.clone(),
        };
        let said = |message: &MessageView| NoteLine {
            title: format!("Message by {}", message.from),
            from: message.at.words(),
            text: message.text.clone(),
        };
        let note = |note: &NoteView| NoteLine {
            title: words::note(note.kind).to_owned(),
            from: format!("{}, {}", note.from, note.at.words()),
            text: note.text.clone(),
        };
        let files = FileList::of(view, &person.frame);
        Self {
            flags: flags(view),
            partly: partly(view),
            sections: sections(view),
            added: (0..view.additions.len()).map(|at| added(view, at)).collect(),
            decisions: view.decisions.iter().map(|decision| DecidedLine::of(view, decision)).collect(),
            told: view.feedback.iter().map(told).collect(),
            notes: view.notes.iter().map(note).collect(),
            said: view.messages.iter().map(said).collect(),
            files: (!files.files.is_empty()).then_some(files),
        }
    }
}

/// A referral of which the reader sees what was shared with them.
#[derive(Clone, Template)]
#[template(path = "share/received.html")]
pub struct SharedPage {
    /// The frame.
    pub frame: Frame,
    /// The reference.
    pub reference: String,
    /// Name of the pathway.
    pub pathway: String,
    /// What the reader sees of it, in a sentence.
    pub intro: &'static str,
    /// Each share: names and words.
    pub shares: Vec<Vec<(String, String)>>,
    /// What was shared.
    pub shown: Shown,
    /// Where it stands who has seen it; empty where the reader may not look.
    pub access_href: String,
}

impl SharedPage {
    fn lists(&self) -> Vec<SummaryList> {
        let list = |share: &Vec<(String, String)>| SummaryList {
            rows: share.iter().map(|(key, words)| SummaryRow::words(key, words)).collect(),
            ..SummaryList::default()
        };
        self.shares.iter().map(list).collect()
    }
}

/// That what somebody was given may not hold any more.
const CHANGED: &str = "Answers of this referral were changed after this was shared with you. What you read may not hold any more: \
                       ask the team that shared it before you rely on it.";

/// The page of a referral that was opened by a share.
pub(super) fn page(person: &SignedIn, view: &ReferralView) -> SharedPage {
    let share = |share: &ShareView| {
        let (name, team, agency) = &share.by;
        let what = match share.what {
            Shared::Items => "",
            Shared::Casework => {
                "You can read what that team writes for itself: its notes, its messages among themselves, and what it decided, with \
                 the reasons and the grade. Until it ends this"
            }
        };
        let rows = [
            ("Shared by", format!("{name}, {team}, {agency}")),
            ("Shared on", share.at.words()),
            ("Shared with", share.to.clone()),
            ("What", what.to_owned()),
            ("Law", law(share)),
            ("Why", share.reason.clone()),
            ("Changed since", if share.changed_since { CHANGED.to_owned() } else { String::new() }),
            ("How soon", if share.urgent { "It cannot wait".to_owned() } else { String::new() }),
        ];
        rows.into_iter().filter(|(_, words)| !words.is_empty()).map(|(key, words)| (key.to_owned(), words)).collect()
    };
    let reference = view.referral.reference.to_string();
    SharedPage {
        frame: person.frame.titled(&format!("Shared with you: {reference}")).back_to("/shared").at("/shared"),
        pathway: view.course.pathway.title.clone(),
        intro: intro(&view.shares),
        shares: view.shares.iter().map(share).collect(),
        shown: Shown::of(person, view),
        access_href: if view.actions.contains(&Action::ReadAccess) {
            format!("/referrals/{}/access", view.referral.reference)
        } else {
            String::new()
        },
        reference,
    }
}

/// What somebody sees of a referral by these shares.
fn intro(shares: &[ShareView]) -> &'static str {
    let has = |what| shares.iter().any(|share| share.what == what);
    match (has(Shared::Casework), has(Shared::Items)) {
        (true, true) => {
            "You read what the receiving team writes for itself, and what was chosen for you. You see nothing else of this referral."
        }
        (true, false) => {
            "You read what the receiving team writes for itself. You do not see what was sent to it, unless that team repeats it in \
             its own words."
        }
        _ => "You see what was chosen for you, and nothing else of this referral.",
    }
}

/// The list, the latest first.
#[derive(Clone, Template)]
#[template(path = "share/list.html")]
pub struct SharedListPage {
    /// The frame.
    pub frame: Frame,
    /// The referrals of this page.
    pub rows: Vec<SharedRow>,
    /// Address of the next page; empty for none.
    pub next: String,
}

/// One referral.
#[derive(Clone)]
pub struct SharedRow {
    /// Its reference.
    pub reference: String,
    /// Its address.
    pub href: String,
    /// Name of the pathway.
    pub pathway: String,
    /// Who shared it.
    pub by: String,
    /// With whom.
    pub to: String,
    /// When, and that it cannot wait.
    pub shared: String,
    /// Whether it cannot wait.
    pub urgent: bool,
}

impl SharedListPage {
    fn table(&self) -> Result<Table, askama::Error> {
        let row = |row: &SharedRow| -> Result<Vec<Cell>, askama::Error> {
            let mut reference = Cell::of(&ListLink { href: &row.href, text: &row.reference })?;
            "app-table__reference".clone_into(&mut reference.classes);
            let classes = if row.urgent { "govuk-!-font-weight-bold" } else { "" }.to_owned();
            Ok(vec![
                reference,
                Cell::words(&row.pathway),
                Cell::words(&row.by),
                Cell::words(&row.to),
                Cell { classes, ..Cell::words(&row.shared) },
            ])
        };
        Ok(Table {
            caption: "Shared with you or your teams, the latest first".to_owned(),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Reference", "Pathway", "Shared by", "Shared with", "When"])),
            rows: self.rows.iter().map(row).collect::<Result<_, _>>()?,
            first_cell_is_header: true,
            stacks: true,
            ..Table::default()
        })
    }

    fn pages(&self) -> Option<Pagination> {
        next_page(&self.next)
    }
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/shared", routing::get(show))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    cursor: Option<String>,
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Query(asked): Query<Asked>) -> Answer {
    let query = ListQuery { cursor: asked.cursor, ..ListQuery::default() };
    let page = app.shared_with(&person.request, &person.caller, &query).await?;
    let row = |item: SharedItem| SharedRow {
        reference: item.reference.to_string(),
        href: format!("/referrals/{}", item.reference),
        pathway: item.pathway_title,
        by: format!("{}, {}", item.by.0, item.by.1),
        to: item.to,
        shared: if item.urgent { format!("{}. It cannot wait", item.at.words()) } else { item.at.words() },
        urgent: item.urgent,
    };
    ok(&SharedListPage {
        frame: person.frame.titled("Shared with us").at("/shared"),
        rows: page.items.into_iter().map(row).collect(),
        next: page.next.map(|cursor| format!("/shared?cursor={cursor}")).unwrap_or_default(),
    })
}
