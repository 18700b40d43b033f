//! Check answers before sending: what is said, who receives it and when, and what still stands in the way.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::{
    advice::{self, Hinted, hints},
    choices::{self, ChoicesView},
    draft_files,
    filled::{Filled, Looked, Opened, to_send},
    pathway::{Contact, contacts},
    receiver::{Receiver, Receives},
};
use crate::{
    app::{App, DraftView, Error, Sending},
    domain::{
        answers::{Answer as Given, Answers, FieldError},
        code::{PathwayId, QuestionId},
        enquiry::FormKind,
        pathway::Pathway,
        progress::Progress,
        question::Question,
        reference::Reference,
        rule::Rule,
        section::Section,
    },
    web::{
        components::{Button, InsetText, WarningText},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::SignedIn,
        view::Frame,
        words,
    },
};

/// All answers, who will receive them, what is still open, and the button that sends.
#[derive(Clone, Template)]
#[template(path = "draft/check.html")]
pub struct CheckPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// Address that sends.
    pub send_action: String,
    /// What must be mended or added first: the section, what to do and its address. Empty when it can be sent.
    pub open: Vec<OpenItem>,
    /// Sections that may follow after sending and are not complete.
    pub can_follow: Vec<String>,
    /// The answers to read, in parts.
    pub sections: Vec<CheckSection>,
    /// Who will receive it: one line for each team or person.
    pub received_by: Vec<String>,
    /// Who is told in the same act, and why.
    pub copies: Vec<String>,
    /// Whether those are not told, because it goes by name.
    pub untold: bool,
    /// When a human will read it, as a sentence; empty where nobody could.
    pub read_when: String,
    /// Where the team rings the sender; empty where they gave no number.
    pub rung_on: String,
    /// The risk that these answers give; empty for none.
    pub risk: String,
    /// What these answers make worth a thought; never in the way of sending.
    pub advice: Vec<Hinted>,
    /// What to leave out, where the answers go without a name; empty where they need not.
    pub leave_out: String,
    /// Consequences worth a warning; empty for none.
    pub warning: String,
    /// What is chosen beside the answers.
    pub choices: ChoicesView,
    /// Which of the pathway's forms is sent.
    pub kind: FormKind,
    /// Where a referral comes from: the reference of the question that it is made of; empty for none.
    pub grown_from: String,
    /// The reference of what was stopped at the check, and what this takes the place of; empty for none.
    pub takes_place_of: String,
    /// The reference of what was to be put right and has gone on to its receivers meanwhile; empty for none.
    pub went_on: String,
}

/// One thing that stands in the way of sending.
#[derive(Clone)]
pub struct OpenItem {
    /// What to do.
    pub text: String,
    /// Where.
    pub href: String,
}

/// A part of the answers.
#[derive(Clone)]
pub struct CheckSection {
    /// Its heading.
    pub title: String,
    /// Where its answers are changed.
    pub href: String,
    /// Its answers.
    pub rows: Vec<CheckRow>,
}

/// One answer.
#[derive(Clone)]
pub struct CheckRow {
    /// Id of its field.
    pub field: String,
    /// The question.
    pub question: String,
    /// The answer in words; empty shows "Not provided".
    pub answer: String,
}

impl CheckPage {
    fn reading(&self) -> InsetText {
        InsetText { text: self.read_when.clone(), ..InsetText::default() }
    }

    fn warning(&self) -> WarningText {
        WarningText { text: self.warning.clone(), ..WarningText::default() }
    }

    /// To be read before a question is sent; nothing for a referral.
    fn advice(&self) -> Result<String, askama::Error> {
        advice::html(&self.advice)
    }

    fn leave_out(&self) -> Option<InsetText> {
        (!self.leave_out.is_empty()).then(|| InsetText { text: self.leave_out.clone(), ..InsetText::default() })
    }

    fn nameless(&self) -> Option<InsetText> {
        let text =
            "Read it once more. A name, an address, a date of birth, a school or a job can tell who it is about: take it out.";
        (self.kind == FormKind::Enquiry).then(|| InsetText { text: text.to_owned(), ..InsetText::default() })
    }

    fn button(&self) -> Button {
        Button { text: format!("Send {}", words::thing(self.kind)), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// Where the form ends: these answers cannot be sent as this pathway, and other ways begin.
#[derive(Clone, Template)]
#[template(path = "draft/stop.html")]
pub struct RulePage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// The heading.
    pub heading: String,
    /// What it means, and what to do.
    pub text: String,
    /// The pathways offered instead: name and address.
    pub others: Vec<(String, String)>,
    /// Whom to ring, the most urgent first.
    pub contacts: Vec<Contact>,
    /// Address of the answer that leads here.
    pub change_href: String,
    /// Address of the draft.
    pub draft_href: String,
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/drafts/{reference}/check", routing::get(check)).route("/drafts/{reference}/send", routing::post(send))
}

async fn check(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let filled = match Filled::open(&app, &person, &reference).await? {
        Opened::Draft(filled) => filled,
        Opened::Gone(response) => return Ok(response),
    };
    let looked = filled.look();
    if let Some(rule) = looked.stop() {
        return ok(&stop(&app, &person, &filled, rule));
    }
    ok(&page(&app, &person, &filled, &looked).await?)
}

async fn send(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    let (sender, today) = (app.sender_kind(&person.caller).await?, person.request.at.uk_date());
    // What is no reference is looked up like one, so that it counts and looks like a draft that cannot be seen.
    let wanted = Reference::parse(&reference).unwrap_or(Reference::NOBODYS);
    let sent = match choices::read(&posted) {
        Ok(choices) => {
            let sending = |view: &DraftView| {
                let answers = to_send(view, sender, today)?;
                Ok(Sending { choices: choices.clone(), ..Sending::from(answers) })
            };
            app.send_draft(&person.request, &person.caller, wanted, sending).await
        }
        Err(error) => Err(error),
    };
    match sent {
        Ok(sent) => Ok(see(&format!("/referrals/{}/sent", sent.value.reference))),
        Err(Error::Invalid(errors)) => again(&app, &person, &wanted.to_string(), &posted, &errors).await,
        Err(other) => Err(Failure(other)),
    }
}

/// The page again: with what is wrong with the choices, or else with what is open among the answers.
async fn again(app: &App, person: &SignedIn, reference: &str, posted: &Posted, errors: &[FieldError]) -> Answer {
    let filled = match Filled::open(app, person, reference).await? {
        Opened::Draft(filled) => filled,
        Opened::Gone(response) => return Ok(response),
    };
    let shown = page(app, person, &filled, &filled.look()).await?;
    match shown.choices.clone().mended(posted, errors) {
        Some(choices) if shown.open.is_empty() => mend(&CheckPage { frame: shown.frame.failed_if(true), choices, ..shown }),
        _ => Ok(see(&format!("/drafts/{reference}/check"))),
    }
}

async fn page(app: &App, person: &SignedIn, filled: &Filled, looked: &Looked<'_>) -> Result<CheckPage, Failure> {
    let (pathway, answers) = (filled.pathway(), &looked.answers);
    let reference = filled.view.draft.reference;
    let mut open = open(filled, looked);
    let is_named = pathway.is_conflicted(answers);
    let area_is_open = pathway.district.as_ref().is_some_and(|district| answers.get(district).is_none());
    let choices = ChoicesView::of(app, person, pathway, answers).await?.keeping_back(&filled.view.withheld);
    let receives = match app.preview(&person.request, &person.caller, pathway, (&filled.view.draft, answers)).await {
        // Until the area is said, one team would be named that may not be the one.
        Ok(_) if area_is_open && !is_named => {
            let Receiver { who, when } = Receiver::of(app, pathway, answers).await?;
            Receives { lines: vec![who], copies: Vec::new(), when }
        }
        Ok(preview) => {
            let team = if choices.teams.is_empty() { &preview.from } else { "the one that you choose below" };
            Receives::of(app, pathway, answers, (&preview, team))
        }
        Err(Error::Conflict(why)) => {
            open.push(OpenItem { text: words::sentence(why), href: format!("/drafts/{reference}") });
            // Whom to ring instead may not be known to whoever reads this.
            let ring = app
                .helpline()
                .map(|line| format!("{}, which runs this service, can say whom to ring: {}", app.partnership(), line.words()));
            let lines = std::iter::once(words::sentence(why)).chain(ring).collect();
            Receives { lines, copies: Vec::new(), when: String::new() }
        }
        // Who may be a party cannot send it, whatever is mended.
        Err(Error::Invalid(errors)) => {
            open.extend(errors.iter().map(|error| item(filled, &error.field, &error.message)));
            Receives { lines: errors.into_iter().map(|error| error.message).collect(), copies: Vec::new(), when: String::new() }
        }
        Err(other) => return Err(Failure(other)),
    };
    let stopped = filled.view.stopped.map(|reference| reference.to_string()).unwrap_or_default();
    let gone_on = match filled.view.stopped {
        Some(reference) => app.went_on_meanwhile(&person.caller, reference).await?,
        None => false,
    };
    Ok(CheckPage {
        frame: person.frame.titled(&format!("Check your answers – {}", pathway.title)).back_to(&format!("/drafts/{reference}")),
        pathway: pathway.title.clone(),
        send_action: format!("/drafts/{reference}/send"),
        open,
        can_follow: later(filled, looked),
        sections: sections(filled, looked),
        received_by: receives.lines,
        copies: receives.copies,
        untold: is_named,
        choices,
        kind: pathway.kind,
        grown_from: filled.view.enquiry.map(|reference| reference.to_string()).unwrap_or_default(),
        takes_place_of: if gone_on { String::new() } else { stopped.clone() },
        went_on: if gone_on { stopped } else { String::new() },
        read_when: receives.when,
        rung_on: app.work_contact(&person.caller).await?.phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        risk: pathway.risk_words(answers).unwrap_or_default(),
        advice: hints(app, pathway, (answers, person.request.at.uk_date()), filled.sender, &format!("/drafts/{reference}")),
        leave_out: pathway.leave_out(answers).unwrap_or_default().to_owned(),
        warning: warning(pathway, answers),
    })
}

/// What cannot wait for anybody to read this; empty for nothing.
fn warning(pathway: &Pathway, answers: &Answers) -> String {
    let emergency = &pathway.route(answers).emergency;
    match answers.get(&pathway.danger.question) {
        Some(Given::YesNo(true)) => format!("You said that somebody may be in danger now. {emergency}"),
        _ if pathway.is_alarming(answers) => format!("This may become dangerous soon. {emergency}"),
        _ => String::new(),
    }
}

/// What stands in the way of sending, in the order of the form.
fn open(filled: &Filled, looked: &Looked<'_>) -> Vec<OpenItem> {
    let errors = looked.errors.iter().map(|error| item(filled, &error.field, &error.message));
    errors.chain(looked.broken.iter().map(|rule| item(filled, &rule.question, &rule.message))).collect()
}

/// Something to do about a question.
fn item(filled: &Filled, field: &QuestionId, text: &str) -> OpenItem {
    let here = format!("/drafts/{}", filled.view.draft.reference);
    let section = filled.pathway().section_of(field);
    let href = section.map_or_else(|| here.clone(), |section| format!("{here}/section/{}?look=yes", section.id));
    OpenItem { text: text.to_owned(), href }
}

/// The sections that may follow and are not complete, by title.
fn later(filled: &Filled, looked: &Looked<'_>) -> Vec<String> {
    let open = super::draft::tasks_of(filled, looked, true).into_iter();
    open.filter(|task| task.progress != Progress::Completed).map(|task| task.title).collect()
}

fn sections(filled: &Filled, looked: &Looked<'_>) -> Vec<CheckSection> {
    let reference = filled.view.draft.reference;
    let section = |section: &Section| {
        let asked = section.questions.iter().filter(|question| looked.given.shown.iter().any(|shown| shown.id == question.id));
        let row = |question: &Question| CheckRow {
            field: question.id.to_string(),
            question: question.short.clone(),
            answer: looked.answers.get(&question.id).map(|answer| answer.words(question)).unwrap_or_default(),
        };
        CheckSection {
            title: section.title.clone(),
            href: format!("/drafts/{reference}/section/{}", section.id),
            rows: asked.map(row).collect(),
        }
    };
    // A section that may follow and has not been begun has nothing to check.
    let begun = |wanted: &&Section| !wanted.later || filled.is_begun(wanted);
    let all = filled.pathway().sections.iter().filter(begun).map(section);
    all.filter(|section| !section.rows.is_empty()).chain(draft_files::to_check(filled)).collect()
}

/// The grade that these answers give, in the words of the question that gave it.
fn stop(app: &App, person: &SignedIn, filled: &Filled, rule: &Rule) -> RulePage {
    let pathway = filled.pathway();
    let reference = filled.view.draft.reference;
    let other = |id: &PathwayId| {
        let versioned = app.pathway(id.as_str())?;
        Some((versioned.pathway.title.clone(), format!("/refer/{id}")))
    };
    let change = pathway.section_of(&rule.question).map(|section| format!("/section/{}#{}", section.id, rule.question));
    RulePage {
        frame: person.frame.titled(&format!("This cannot be sent – {}", pathway.title)).back_to(&format!("/drafts/{reference}")),
        pathway: pathway.title.clone(),
        heading: rule.title.clone().unwrap_or_default(),
        text: rule.text.clone().unwrap_or_default(),
        others: rule.pathways.iter().filter_map(other).collect(),
        contacts: contacts(app, person, pathway, None),
        change_href: format!("/drafts/{reference}{}", change.unwrap_or_default()),
        draft_href: format!("/drafts/{reference}"),
    }
}
