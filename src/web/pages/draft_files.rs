//! The files of a draft: which there are, adding one, taking one out.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    routing,
};

use super::{
    check::{CheckRow, CheckSection},
    file::{self, AddFile},
    filled::{Filled, Opened},
};
use crate::{
    app::{App, Arrived, Error, FileView, IdempotencyKey, Onto},
    domain::{enquiry::FormKind, file::MOST_IN_DRAFT},
    web::{
        components::{Button, SummaryList, SummaryRow},
        error::{Answer, ok, page, see},
        session::{SignedIn, fresh_token},
        streams,
        view::Frame,
    },
};

/// The files of a draft, and the form that adds one.
#[derive(Clone, Template)]
#[template(path = "draft/files.html")]
pub struct DraftFilesPage {
    /// The frame; `failed` when the file was not taken.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// What files must not show, where the answers go without a name; empty where they may.
    pub leave_out: String,
    /// The files.
    pub files: Vec<DraftFile>,
    /// Address that adds one.
    pub action: String,
    /// Names the adding, so that it is done once.
    pub form_token: String,
    /// The form's fields; none when no more files are taken.
    pub add: Option<AddFile>,
    /// Why none are taken; blank where one is.
    pub closed: String,
    /// Address of the draft.
    pub draft_href: String,
}

/// One file.
#[derive(Clone)]
pub struct DraftFile {
    /// What it is called.
    pub name: String,
    /// What it is, and how large.
    pub about: String,
    /// What it shows; blank when nobody said.
    pub description: String,
    /// Who added it, and when.
    pub added: String,
    /// What a scanner made of it.
    pub scan: String,
    /// Address of its content, as a download.
    pub href: String,
    /// Address that takes it out.
    pub remove_href: String,
}

impl DraftFile {
    fn facts(&self) -> SummaryList {
        let all =
            [("What it shows", &self.description), ("File", &self.about), ("Added by", &self.added), ("Virus scan", &self.scan)];
        let rows = all.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| SummaryRow::words(key, value));
        SummaryList { rows: rows.collect(), ..SummaryList::default() }
    }
}

impl DraftFilesPage {
    fn button() -> Button {
        Button { text: "Add this file".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/drafts/{reference}/files", routing::get(show).post(add))
        .route("/drafts/{reference}/files/{id}", routing::get(download))
        .route("/drafts/{reference}/files/{id}/remove", routing::post(remove))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    match Filled::open(&app, &person, &reference).await? {
        Opened::Draft(filled) => ok(&view(&app, &person, &filled)),
        Opened::Gone(response) => Ok(response),
    }
}

fn view(app: &App, person: &SignedIn, filled: &Filled) -> DraftFilesPage {
    let here = format!("/drafts/{}", filled.view.draft.reference);
    let pathway = filled.pathway().title.clone();
    let is_full = i64::try_from(filled.view.files.len()).unwrap_or(i64::MAX) >= MOST_IN_DRAFT;
    let closed = match filled.pathway().kind {
        FormKind::Enquiry => "A question for advice takes no files. They could say whom it is about.",
        FormKind::Referral if is_full => "This draft has as many files as fit. You can add more after sending.",
        FormKind::Referral => "",
    };
    DraftFilesPage {
        frame: person.frame.titled(&format!("Files – {pathway}")).back_to(&here),
        pathway,
        leave_out: filled.pathway().leave_out(&filled.look().answers).unwrap_or_default().to_owned(),
        files: filled.view.files.iter().map(|file| line(&here, file)).collect(),
        action: format!("{here}/files"),
        form_token: fresh_token(app),
        add: closed.is_empty().then(AddFile::default),
        closed: closed.to_owned(),
        draft_href: here,
    }
}

fn line(draft: &str, file: &FileView) -> DraftFile {
    DraftFile {
        name: file.name.as_str().to_owned(),
        about: file::about(file),
        description: file.description.clone(),
        added: format!("{}, {}", file.from, file.at.words()),
        scan: file::scanned(file.scan).to_owned(),
        href: format!("{draft}/files/{}", file.id),
        remove_href: format!("{draft}/files/{}/remove", file.id),
    }
}

/// The files as the page before sending lists them; none when there are none.
pub(super) fn to_check(filled: &Filled) -> Option<CheckSection> {
    let row = |file: &FileView| CheckRow {
        field: "files".to_owned(),
        question: file.name.as_str().to_owned(),
        answer: [file::about(file), file.description.clone()].join("\n").trim_end().to_owned(),
    };
    let rows: Vec<CheckRow> = filled.view.files.iter().map(row).collect();
    let href = format!("/drafts/{}/files", filled.view.draft.reference);
    (!rows.is_empty()).then(|| CheckSection { title: "Files".to_owned(), href, rows })
}

async fn add(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, request: Request<Body>) -> Answer {
    let (added, description) = match streams::receive(&app, &person, Onto::Draft(&reference), request).await {
        Ok(arrived) => {
            let description = arrived.field("description").to_owned();
            (attach(&app, &person, &reference, arrived).await, description)
        }
        Err(error) => (Err(error), String::new()),
    };
    let (status, errors) = match added {
        Ok(()) => return Ok(see(&format!("/drafts/{reference}/files"))),
        Err(error) => file::faults(error)?,
    };
    let filled = match Filled::open(&app, &person, &reference).await? {
        Opened::Draft(filled) => filled,
        Opened::Gone(response) => return Ok(response),
    };
    let shown = view(&app, &person, &filled);
    let frame = shown.frame.clone().failed_if(true);
    page(status, &DraftFilesPage { frame, add: Some(AddFile { description, errors }), ..shown })
}

async fn attach(app: &App, person: &SignedIn, reference: &str, arrived: Arrived) -> Result<(), Error> {
    arrived.only(&["csrf_token", "form_token", "description"])?;
    let key = IdempotencyKey::parse(arrived.field("form_token"))?;
    app.attach_to_draft(&person.request, &person.caller, &key, (reference, arrived)).await?;
    Ok(())
}

async fn download(State(app): State<Arc<App>>, person: SignedIn, Path((reference, id)): Path<(String, String)>) -> Answer {
    Ok(streams::given(app.download_from_draft(&person.request, &person.caller, (&reference, &id)).await?))
}

async fn remove(State(app): State<Arc<App>>, person: SignedIn, Path((reference, id)): Path<(String, String)>) -> Answer {
    app.remove_from_draft(&person.request, &person.caller, (&reference, &id)).await?;
    Ok(see(&format!("/drafts/{reference}/files")))
}
