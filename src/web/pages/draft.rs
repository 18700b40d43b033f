//! A draft: its sections as tasks, and what its owner may do with it as a whole.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing,
};
use http::StatusCode;

use super::{
    filled::{Filled, Looked, Opened},
    receiver::Receiver,
};
use crate::{
    app::App,
    domain::{draft, enquiry::FormKind, progress::Progress, reference::Reference, section::Section, time::Timestamp},
    web::{
        components::{Button, InsetText, WarningText},
        error::{Answer, Failure, ok, page, see},
        session::SignedIn,
        view::Frame,
        words,
    },
};

/// The sections of a draft, as tasks.
#[derive(Clone, Template)]
#[template(path = "draft/tasks.html")]
pub struct TasksPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway; the heading.
    pub pathway: String,
    /// The reference that the referral will keep.
    pub reference: String,
    /// Who will receive it, as a sentence.
    pub received_by: String,
    /// Why it cannot be sent as this form, whatever else is written; empty where it can.
    pub stopped: String,
    /// What must be answered before sending.
    pub minimum: Vec<Task>,
    /// What may follow after sending.
    pub later: Vec<Task>,
    /// Which files it has, in words, and the address where they are added and taken out; both blank where it takes none.
    pub files: (String, String),
    /// Address of the page that checks before sending.
    pub check_href: String,
    /// Who else can go on with it, in words.
    pub shared_with: String,
    /// Whether nobody else can.
    pub alone: bool,
    /// Address where that is changed; empty where the reader may not.
    pub deputy_href: String,
    /// Address where the draft is deleted; empty where the reader may not.
    pub delete_href: String,
    /// When it was last saved, and when it will be deleted.
    pub kept: String,
}

/// One section as a task.
#[derive(Clone)]
pub struct Task {
    /// Its title.
    pub title: String,
    /// Its address.
    pub href: String,
    /// Its code, for the ids of the page.
    pub id: String,
    /// How far it has come.
    pub progress: Progress,
}

impl Task {
    /// How far it has come, in words.
    pub fn status(&self) -> &'static str {
        match self.progress {
            Progress::Waiting => "Cannot start yet",
            Progress::NotStarted => "Not started",
            Progress::Incomplete => "Incomplete",
            Progress::Completed => "Completed",
        }
    }

    /// Whether it can be gone into.
    fn is_open(&self) -> bool {
        self.progress != Progress::Waiting
    }

    /// The colour of its tag; empty for plain words.
    pub fn colour(&self) -> &'static str {
        match self.progress {
            // Plain words: there is nothing to do here yet.
            Progress::NotStarted => "grey",
            Progress::Incomplete => "blue",
            Progress::Waiting | Progress::Completed => "",
        }
    }
}

impl TasksPage {
    fn done(&self) -> usize {
        self.minimum.iter().filter(|task| task.progress == Progress::Completed).count()
    }

    fn button(&self) -> Button {
        Button { text: "Check your answers".to_owned(), href: self.check_href.clone(), ..Button::default() }
    }

    fn warning() -> WarningText {
        let text = "Nobody else can go on with this draft. If you cannot sign in, it waits until you can.";
        WarningText { text: text.to_owned(), ..WarningText::default() }
    }
}

/// "Do you want to delete this draft?"
#[derive(Clone, Template)]
#[template(path = "draft/delete.html")]
pub struct DeletePage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// When it was last saved.
    pub saved: String,
    /// Address that deletes.
    pub action: String,
    /// Address of the draft.
    pub keep_href: String,
}

impl DeletePage {
    fn button() -> Button {
        let classes = "govuk-button--warning".to_owned();
        Button { text: "Delete this draft".to_owned(), classes, prevent_double_click: Some(true), ..Button::default() }
    }

    fn emergency() -> InsetText {
        let text = "A draft has reached nobody. If anyone is in immediate danger, ring 999.";
        InsetText { text: text.to_owned(), ..InsetText::default() }
    }
}

/// A draft that ended and was never sent.
#[derive(Clone, Template)]
#[template(path = "draft/ended.html")]
pub struct EndedPage {
    /// The frame.
    pub frame: Frame,
    /// Its reference.
    pub reference: String,
    /// What became of it, as a sentence.
    pub ended: String,
}

impl EndedPage {
    /// The answer for a draft that ended by time, or was deleted; with when it was last saved.
    pub(super) fn of(person: &SignedIn, (reference, by_time, saved): (Reference, bool, Timestamp)) -> Result<Response, Failure> {
        let ended = if by_time {
            format!(
                "It was last saved on {}, nobody sent it for 30 days, and it was deleted on {}.",
                saved.words(),
                words::day(draft::ends_at(saved))
            )
        } else {
            format!("It was last saved on {} and deleted by whoever began it.", saved.words())
        };
        let frame = person.frame.titled("This draft was never sent").back_to("/");
        page(StatusCode::GONE, &Self { frame, reference: reference.to_string(), ended })
    }

    fn emergency() -> InsetText {
        let text = "Nobody received it. If anyone is in immediate danger, ring 999. If it still matters, send it anew.";
        InsetText { text: text.to_owned(), ..InsetText::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/drafts/{reference}", routing::get(tasks))
        .route("/drafts/{reference}/delete", routing::get(ask_delete).post(delete))
}

/// The tasks of the sections that are asked, of one kind.
pub(super) fn tasks_of(filled: &Filled, looked: &Looked<'_>, later: bool) -> Vec<Task> {
    let asked = |section: &&Section| section.later == later && looked.is_asked(section);
    let task = |section: &Section| Task {
        title: section.title.clone(),
        href: format!("/drafts/{}/section/{}", filled.view.draft.reference, section.id),
        id: section.id.to_string(),
        progress: looked.progress(filled, section),
    };
    filled.pathway().sections.iter().filter(asked).map(task).collect()
}

fn files(count: usize) -> String {
    match count {
        0 => "No files have been added. You do not need any.".to_owned(),
        1 => "One file goes with it.".to_owned(),
        more => format!("{more} files go with it."),
    }
}

async fn tasks(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let filled = match Filled::open(&app, &person, &reference).await? {
        Opened::Draft(filled) => filled,
        Opened::Gone(response) => return Ok(response),
    };
    let (view, pathway) = (&filled.view, filled.pathway());
    let looked = filled.look();
    let receiver = Receiver::of(&app, pathway, &looked.answers).await?;
    let reference = view.draft.reference;
    let own = |address: String| if view.own { address } else { String::new() };
    let shared_with = match (&view.deputy, view.own) {
        (Some(deputy), true) => format!("You and {deputy} can see this draft and go on with it."),
        (_, false) => format!("{} began this draft. You can go on with it and send it.", view.owner),
        (None, true) => String::new(),
    };
    ok(&TasksPage {
        frame: person.frame.titled(&format!("Your draft – {}", pathway.title)).back_to("/"),
        pathway: pathway.title.clone(),
        reference: reference.to_string(),
        received_by: receiver.who,
        stopped: looked.stop().and_then(|rule| rule.title.clone()).unwrap_or_default(),
        minimum: tasks_of(&filled, &looked, false),
        later: tasks_of(&filled, &looked, true),
        files: match pathway.kind {
            // A question for advice takes none: they could say whom it is about.
            FormKind::Enquiry => (String::new(), String::new()),
            FormKind::Referral => (files(view.files.len()), format!("/drafts/{reference}/files")),
        },
        check_href: format!("/drafts/{reference}/check"),
        shared_with,
        alone: view.own && view.deputy.is_none(),
        deputy_href: own(format!("/drafts/{reference}/deputy")),
        delete_href: own(format!("/drafts/{reference}/delete")),
        kept: format!(
            "Last saved on {}. If nobody sends it, it is deleted on {}.",
            view.draft.saved_at.words(),
            words::day(draft::ends_at(view.draft.saved_at))
        ),
    })
}

async fn ask_delete(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let filled = match Filled::open(&app, &person, &reference).await? {
        Opened::Draft(filled) => filled,
        Opened::Gone(response) => return Ok(response),
    };
    let draft = &filled.view.draft;
    let here = format!("/drafts/{}", draft.reference);
    ok(&DeletePage {
        frame: person.frame.titled(&format!("Delete this draft? – {}", filled.pathway().title)).back_to(&here),
        pathway: filled.pathway().title.clone(),
        saved: draft.saved_at.words(),
        action: format!("{here}/delete"),
        keep_href: here,
    })
}

async fn delete(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    app.delete_draft(&person.request, &person.caller, &reference).await?;
    Ok(see("/"))
}
