//! One section of a draft: shown, saved, saved by itself while it is written, and gone on with after a session ended.

use std::sync::Arc;

use askama::Template;
use axum::{
    Json, Router,
    extract::{Path, Query, RawQuery, State},
    response::{IntoResponse, Response},
    routing,
};
use serde::{Deserialize, Serialize};

use super::{
    addition,
    answers::{of_section, regrouped},
    field::FieldView,
    filled::{Filled, Looked, Opened},
    follow_up,
    kept::{self, InForm, Offer, OfferRow},
    urgent,
};
use crate::{
    app::{App, Error, KeptView, Saved},
    domain::{
        condition::Condition, draft::Part, enquiry::FormKind, kept::KeptForm, progress::Progress, question::Question,
        section::Section, time::Timestamp,
    },
    web::{
        components::{Button, ErrorLink, ErrorSummary},
        error::{Answer, Failure, mend, ok, see},
        limits::{Limits, time_of_day},
        posted::Posted,
        session::SignedIn,
        view::Frame,
    },
};

/// One section of a form. It posts its answers, `csrf_token` and `revision` to `action`.
#[derive(Clone, Template)]
#[template(path = "draft/section.html")]
pub struct SectionPage {
    /// The frame; `failed` when answers need mending.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// The section's heading.
    pub title: String,
    /// Why it is asked, who will see it; empty for none.
    pub intro: String,
    /// What to leave out, where the answers go without a name; empty where they need not.
    pub leave_out: String,
    /// Whether it may follow after sending.
    pub later: bool,
    /// Address that saves the answers.
    pub action: String,
    /// How often the section has been saved: a saving says which one it follows.
    pub revision: i64,
    /// The questions.
    pub fields: Vec<FieldView>,
    /// Answers to questions of this section that no answer in it calls for, kept in case they are asked again.
    pub set_aside: Vec<(String, String)>,
    /// When it was last saved; empty for never.
    pub saved: String,
    /// Address to go on to with what needs mending left for later.
    pub next_href: String,
    /// What was typed when a session had ended.
    pub kept: InForm,
}

impl SectionPage {
    fn questions(&self) -> Result<String, askama::Error> {
        follow_up::html(&self.fields)
    }

    fn summary(&self) -> ErrorSummary {
        let text = "Your answers are saved. You can mend them now, or go on and mend them before you send.";
        let lines: Vec<ErrorLink> = self.fields.iter().flat_map(FieldView::error_links).collect();
        ErrorSummary { description_text: text.to_owned(), ..ErrorSummary::new(lines) }
    }

    fn button() -> Button {
        Button { text: "Save and continue".to_owned(), ..Button::default() }
    }

    fn leave() -> Button {
        Button {
            text: "Save and come back later".to_owned(),
            name: "leave".to_owned(),
            value: "yes".to_owned(),
            classes: "govuk-button--secondary".to_owned(),
            ..Button::default()
        }
    }
}

/// Somebody saved the section in another window: both versions, and nothing lost.
#[derive(Clone, Template)]
#[template(path = "draft/conflict.html")]
pub struct ConflictPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// The section's heading.
    pub title: String,
    /// When the other version was saved.
    pub saved: String,
    /// Where they differ: the question, what is saved, and what was just written.
    pub rows: Vec<(String, String, String)>,
    /// Address that saves what was just written.
    pub action: String,
    /// The saving that it would follow.
    pub revision: i64,
    /// What was just written.
    pub fields: Vec<(String, String)>,
    /// Address of the section as it is saved.
    pub keep_href: String,
}

impl ConflictPage {
    fn button() -> Button {
        Button { text: "Save what I just wrote".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/drafts/{reference}/section/{section}", routing::get(show).post(save))
        .route("/drafts/resume", routing::post(resume))
}

/// What the address of a section may say.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// The section was just saved: say what is wrong with it.
    look: Option<String>,
    /// What was saved may mean danger: whom to ring comes before what is next.
    ring: Option<String>,
}

async fn show(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path((reference, section)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    RawQuery(query): RawQuery,
) -> Answer {
    let filled = match Filled::open(&app, &person, &reference).await? {
        Opened::Draft(filled) => filled,
        Opened::Gone(response) => return Ok(response),
    };
    let found = filled.section(&section)?;
    let place = kept::place(KeptForm::Section, filled.view.draft.reference, found);
    let kept = app.kept_form(&person.request, &person.caller, &place).await?;
    let restored = match (&kept, kept::chosen(query.as_deref())) {
        (Some(kept), Some(chosen)) => Some(restored(&filled, found, kept, &chosen)),
        _ => None,
    };
    let shown = restored.as_ref().unwrap_or(&*filled);
    let looked = shown.look();
    if !looked.is_asked(found) {
        return Ok(see(&format!("/drafts/{reference}")));
    }
    // Where the form ends nothing more is asked; what led there can be changed.
    if looked.stop().is_some_and(|rule| !names(found, &rule.when)) {
        return Ok(see(&format!("/drafts/{reference}/check")));
    }
    // What comes too early stands among the tasks, as something that cannot start yet.
    if looked.progress(shown, found) == Progress::Waiting {
        return Ok(see(&format!("/drafts/{reference}")));
    }
    if asked.ring.is_some() && filled.pathway().is_alarming(&looked.answers) {
        return ok(&urgent::page(&app, &person, &filled, &looked, next(&filled, &looked, found)));
    }
    let mut page = page(&person, shown, &looked, found, asked.look.is_some());
    if let Some(kept) = kept {
        let id = kept.id.to_string();
        page.kept = match (&restored, offer(&person, &filled, found, &kept)?) {
            (Some(_), _) => InForm::PutBack(id),
            (None, Some(offer)) => InForm::Offered(offer),
            (None, None) => InForm::Same(id),
        };
    }
    ok(&page)
}

/// The draft as it would be with the chosen answers put back.
fn restored(filled: &Filled, section: &Section, kept: &KeptView, chosen: &[String]) -> Filled {
    let pathway = filled.pathway();
    let standing = of_section(pathway, section, &filled.fields);
    let kept = KeptView { fields: of_section(pathway, section, &kept.fields), ..kept.clone() };
    let fields = kept::put_back(pathway, &standing, &kept, chosen);
    filled.clone().with(&Part { section: section.id.to_string(), fields })
}

fn offer(person: &SignedIn, filled: &Filled, section: &Section, kept: &KeptView) -> Result<Option<Offer>, Failure> {
    let every: Vec<String> = section.questions.iter().map(|question| question.id.to_string()).collect();
    let typed = rows(&restored(filled, section, kept, &every), section.id.as_str())?;
    let standing = rows(filled, section.id.as_str())?;
    let rows = every.into_iter().zip(standing.into_iter().zip(typed));
    let row = |(id, ((question, standing), (_, typed)))| OfferRow { id, question, standing, typed };
    let address = format!("/drafts/{}/section/{}", filled.view.draft.reference, section.id);
    Ok(Offer::new(kept, rows.map(row).collect(), (&person.frame, address)))
}

fn page(person: &SignedIn, filled: &Filled, looked: &Looked<'_>, section: &Section, with_errors: bool) -> SectionPage {
    let pathway = filled.pathway();
    let reference = filled.view.draft.reference;
    let errors = if with_errors { looked.errors_in(section) } else { Vec::new() };
    let fields = looked.given.fields_of(&section.questions, &errors);
    let saved = filled.view.part(section.id.as_str());
    let failed = fields.iter().any(|field| !field.error_links().is_empty());
    SectionPage {
        frame: person
            .frame
            .titled(&format!("{} – {}", section.title, pathway.title))
            .back_to(&format!("/drafts/{reference}"))
            .failed_if(failed),
        pathway: pathway.title.clone(),
        title: section.title.clone(),
        intro: section.intro.clone().unwrap_or_default(),
        leave_out: pathway.leave_out(&looked.answers).unwrap_or_default().to_owned(),
        later: section.later,
        action: format!("/drafts/{reference}/section/{}", section.id),
        revision: saved.map_or(0, |saved| saved.revision),
        set_aside: looked.given.set_aside(section, &fields),
        fields,
        saved: saved.map(|saved| time_of_day(saved.at)).unwrap_or_default(),
        next_href: next(filled, looked, section),
        kept: InForm::Nothing,
    }
}

/// Where to go on after a section: to the next that is not complete; when all that must be answered is, to the page that
/// checks before sending; else to the tasks.
fn next(filled: &Filled, looked: &Looked<'_>, after: &Section) -> String {
    let here = format!("/drafts/{}", filled.view.draft.reference);
    let is_open = |section: &&Section| {
        let progress = looked.progress(filled, section);
        let can_go_on = !matches!(progress, Progress::Completed | Progress::Waiting);
        section.later == after.later && looked.is_asked(section) && can_go_on
    };
    // An enquiry is one screen and has no more tasks: the next thing to do is to look at it once more.
    let is_enquiry = filled.pathway().kind == FormKind::Enquiry;
    let sections = &filled.pathway().sections;
    let mut following = sections.iter().skip_while(|section| section.id != after.id).skip(1);
    match following.find(is_open) {
        Some(section) => format!("{here}/section/{}", section.id),
        None if is_enquiry || (!after.later && !sections.iter().any(|section| is_open(&section))) => format!("{here}/check"),
        None => here,
    }
}

/// What a script is told of a saving.
#[derive(Serialize)]
struct Told {
    at: String,
    revision: i64,
    session: Limits,
}

async fn save(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path((reference, section)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    save_section(&app, &person, (&reference, &section), &posted).await
}

async fn save_section(app: &App, person: &SignedIn, (reference, section): (&str, &str), posted: &Posted) -> Answer {
    let by_itself = !posted.value("autosave").is_empty();
    let expected = posted.value("revision").parse().unwrap_or(0);
    // Which fields there are is the draft's own pathway's to say, and it takes opening the draft to know that one: what is
    // nobody's is left out when it is read, so it does no harm here.
    let pathway = app.draft_pathway(&person.request, &person.caller, reference).await?;
    let found = pathway.pathway.sections.iter().find(|known| known.id.as_str() == section).ok_or(Failure(Error::Unseen))?;
    // "Add another" and "Remove" save the section as they leave it, and show it again.
    let regrouped = regrouped(&pathway.pathway, posted.fields());
    let fields = of_section(&pathway.pathway, found, regrouped.as_deref().unwrap_or_else(|| posted.fields()));
    let part = Part { section: section.to_owned(), fields };
    let saved = app.save_draft(&person.request, &person.caller, (reference, expected), &part).await?;
    if matches!(saved, Saved::Done { .. }) && !by_itself {
        kept::used(app, person, posted).await?;
    }
    let decides_party =
        pathway.pathway.check.as_ref().is_some_and(|check| found.questions.iter().any(|question| question.id == check.party));
    // Whoever is said to be involved reads nothing more, whether the page is left or not.
    if decides_party
        && matches!(saved, Saved::Done { .. })
        && let Opened::Draft(filled) = Filled::open(app, person, reference).await?
        && app.take_party_off(&person.request, &person.caller, (&filled.view, &filled.look().answers)).await?
        && !by_itself
    {
        return Ok(see(&format!("/drafts/{reference}/deputy?party=yes")));
    }
    match saved {
        Saved::Done { at, revision } if by_itself => Ok(told(person, at, revision)),
        Saved::Done { .. } if regrouped.is_some() => {
            Ok(see(&format!("/drafts/{reference}/section/{section}{}", place(posted, &part.fields))))
        }
        Saved::Done { .. } => go_on(app, person, (reference, section), posted).await,
        Saved::Stale(view) => {
            let filled = Filled::of(app, person, *view).await?;
            let standing = filled.view.part(section).ok_or(Failure(Error::Unseen))?;
            // The very same words, sent twice, are no conflict.
            if standing.part.fields == part.fields {
                if by_itself {
                    return Ok(told(person, standing.at, standing.revision));
                }
                return go_on(app, person, (reference, section), posted).await;
            }
            conflict(person, filled, part, (by_itself, posted.value("kept")))
        }
    }
}

/// Where the page goes on after "Add another" or "Remove": at the item that was added, or at the group.
fn place(posted: &Posted, fields: &[(String, String)]) -> String {
    let id = posted.value("add");
    if id.is_empty() {
        return posted.value("remove").split_once('.').map_or_else(String::new, |(id, _)| format!("#{id}"));
    }
    let items = fields.iter().find(|(name, _)| *name == format!("{id}-items")).map(|(_, count)| count.as_str());
    items.map_or_else(String::new, |count| format!("#{id}-item-{count}"))
}

fn told(person: &SignedIn, at: Timestamp, revision: i64) -> Response {
    Json(Told { at: time_of_day(at), revision, session: Limits::of(&person.caller, person.request.at) }).into_response()
}

/// After a saving: to what needs mending, or on.
async fn go_on(app: &App, person: &SignedIn, (reference, section): (&str, &str), posted: &Posted) -> Answer {
    let here = format!("/drafts/{reference}");
    if !posted.value("leave").is_empty() {
        return Ok(see(&here));
    }
    let filled = match Filled::open(app, person, reference).await? {
        Opened::Draft(filled) => filled,
        Opened::Gone(response) => return Ok(response),
    };
    let found = filled.section(section)?;
    let looked = filled.look();
    if app.take_party_off(&person.request, &person.caller, (&filled.view, &looked.answers)).await? {
        return Ok(see(&format!("{here}/deputy?party=yes")));
    }
    if looked.stop().is_some_and(|rule| names(found, &rule.when)) {
        return Ok(see(&format!("{here}/check")));
    }
    if !looked.errors_in(found).is_empty() {
        return Ok(see(&format!("{here}/section/{section}?look=yes")));
    }
    if filled.pathway().alarms(found, &looked.answers) {
        return Ok(see(&format!("{here}/section/{section}?ring=yes")));
    }
    Ok(see(&next(&filled, &looked, found)))
}

/// Whether a section asks something that a condition looks at.
fn names(section: &Section, condition: &Condition) -> bool {
    condition.questions().into_iter().any(|id| section.questions.iter().any(|question| question.id == *id))
}

fn conflict(person: &SignedIn, filled: Filled, part: Part, (by_itself, kept): (bool, &str)) -> Answer {
    if by_itself {
        return Ok(http::StatusCode::CONFLICT.into_response());
    }
    let reference = filled.view.draft.reference;
    let (title, pathway) = (filled.section(&part.section)?.title.clone(), filled.pathway().title.clone());
    let standing = filled.view.part(&part.section).ok_or(Failure(Error::Unseen))?;
    let (saved, revision) = (time_of_day(standing.at), standing.revision);
    let ours = rows(&filled, &part.section)?;
    let changed = filled.with(&part);
    let theirs = rows(&changed, &part.section)?;
    let kept = Some(("kept".to_owned(), kept.to_owned())).filter(|(_, id)| !id.is_empty());
    let rows = ours.into_iter().zip(theirs).filter(|(standing, written)| standing.1 != written.1);
    let keep_href = format!("/drafts/{reference}/section/{}", part.section);
    mend(&ConflictPage {
        frame: person.frame.titled(&format!("Saved in another window – {pathway}")).back_to(&keep_href),
        pathway,
        title,
        saved,
        rows: rows.map(|((question, standing), (_, written))| (question, standing, written)).collect(),
        action: keep_href.clone(),
        revision,
        fields: part.fields.into_iter().chain(kept).collect(),
        keep_href,
    })
}

/// Every question of a section with its answer in words, or as it was typed where it does not fit.
fn rows(filled: &Filled, section: &str) -> Result<Vec<(String, String)>, Failure> {
    let looked = filled.look();
    let section = filled.section(section)?;
    let row =
        |question: &Question| (question.short.clone(), kept::words(filled.pathway(), &looked.answers, &filled.fields, question));
    Ok(section.questions.iter().map(row).collect())
}

/// Answers that came when nobody was signed in any more: saved now, and shown again. What would have been added to a referral
/// is only shown again: nothing is sent that nobody has looked at.
async fn resume(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    let address = posted.value("kept_at").to_owned();
    if let Some((reference, section)) = address.strip_prefix("/referrals/").and_then(|rest| rest.split_once("/add/")) {
        return addition::again(&app, &person, (reference, section), &posted).await;
    }
    let mut parts = address.strip_prefix("/drafts/").unwrap_or_default().split("/section/");
    let (Some(reference), Some(section), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Failure(Error::Malformed("The form does not say where its answers belong.")));
    };
    let answer = save_section(&app, &person, (reference, section), &posted).await?;
    // Saved, it is shown again rather than gone on from: whoever was interrupted looks first.
    if answer.status() == http::StatusCode::SEE_OTHER {
        return Ok(see(&format!("/drafts/{reference}/section/{section}")));
    }
    Ok(answer)
}
