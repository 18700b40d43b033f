//! Before the form: what a pathway is for, and whether anyone is in danger now.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    routing,
};
use serde::Deserialize;

use super::receiver::Receiver;
use crate::{
    app::{App, Error, IdempotencyKey},
    domain::{
        answers::Answers,
        code::Code,
        draft::Part,
        enquiry::FormKind,
        pathway::Pathway,
        question::{Kind, YES_OR_NOT_SURE},
        section::Ring,
    },
    web::{
        components::{Button, ErrorLink, ErrorSummary, Fieldset, Hint, InsetText, Label, Radio, Radios, Select, SelectItem},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

/// The start page of one pathway.
#[derive(Clone, Template)]
#[template(path = "pathway/start.html")]
pub struct StartPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway; the heading.
    pub title: String,
    /// Who it is for; one paragraph each.
    pub who_for: Vec<String>,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// What to have to hand.
    pub to_hand: Vec<String>,
    /// Who will receive it, as a sentence.
    pub received_by: String,
    /// When a human reads it, and who covers outside those hours.
    pub hours: String,
    /// Whom to ring when this service is down.
    pub contacts: Vec<Contact>,
    /// Address of the question about danger.
    pub start_href: String,
    /// Where advice is asked for without naming anybody; empty where it is not, or where this is that page.
    pub advice_href: String,
    /// Where to refer instead of asking; empty where this is about referring.
    pub refer_href: String,
}

impl StartPage {
    fn emergency() -> InsetText {
        let text = "If anyone is in immediate danger, ring 999 now. Make this record afterwards.";
        InsetText { text: text.to_owned(), ..InsetText::default() }
    }

    fn button(&self) -> Button {
        Button { text: "Start now".to_owned(), href: self.start_href.clone(), is_start_button: true, ..Button::default() }
    }
}

const CHOOSE: &str = "Select yes if anyone is in danger now";

/// "Is anyone in danger now?", asked before every form; posts the answer, `csrf_token` and `form_token` to `action`.
#[derive(Clone, Template)]
#[template(path = "pathway/danger.html")]
pub struct DangerPage {
    /// The frame; `failed` when no answer was chosen.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// The pathway's own question, which says what danger means here.
    pub hint: String,
    /// Address that the answer goes to.
    pub action: String,
    /// The same for all presses of the button: one form begins one draft.
    pub form_token: String,
}

/// The question about danger; `is_heading` where the page has no other heading.
pub(super) fn danger_radios(size: &str, is_heading: bool, failed: bool, hint: &str) -> Radios {
    let mut fieldset = Fieldset::new("Is anyone in danger now?", size);
    if let Some(legend) = &mut fieldset.legend {
        legend.is_page_heading = is_heading;
    }
    let item = |value: &str, text: &str| Radio { value: value.to_owned(), text: text.to_owned(), ..Radio::default() };
    Radios {
        name: "danger".to_owned(),
        fieldset: Some(fieldset),
        hint: Some(Hint { text: hint.to_owned() }),
        error_message: failed.then(|| CHOOSE.into()),
        items: vec![item("yes", YES_OR_NOT_SURE), item("no", "No")],
        ..Radios::default()
    }
}

impl DangerPage {
    pub(super) fn summary() -> ErrorSummary {
        ErrorSummary::new(vec![ErrorLink { href: "#danger".to_owned(), text: CHOOSE.to_owned() }])
    }

    fn radios(&self) -> Radios {
        danger_radios("govuk-fieldset__legend--l", true, self.frame.failed, &self.hint)
    }

    fn button() -> Button {
        Button { text: "Continue".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// Whom to ring now; and the record can still be made. Posts as the question before it does.
#[derive(Clone, Template)]
#[template(path = "pathway/stop.html")]
pub struct StopPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// The heading.
    pub heading: String,
    /// What to do, line by line.
    pub lines: Vec<String>,
    /// Whom to ring, the most urgent first.
    pub contacts: Vec<Contact>,
    /// The districts to choose among, where whom to ring depends on one: code and name.
    pub districts: Vec<(String, String)>,
    /// The code of the district chosen; empty for none.
    pub district: String,
    /// Address of this page.
    pub here: String,
    /// Address that begins the record.
    pub action: String,
    /// See [`DangerPage::form_token`].
    pub form_token: String,
    /// Where to refer instead of asking; empty where this is about referring.
    pub refer_href: String,
}

/// Somebody to ring.
#[derive(Clone)]
pub struct Contact {
    /// Who.
    pub who: String,
    /// The number as it is read out, such as `0116 496 0123`.
    pub number: String,
    /// When they answer.
    pub when: String,
}

impl Contact {
    /// The number as a telephone's address.
    pub(super) fn dial(&self) -> String {
        self.number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

impl StopPage {
    fn button(&self) -> Button {
        let classes = "govuk-button--secondary".to_owned();
        let text = if self.refer_href.is_empty() { "Make the record" } else { "Ask all the same" };
        Button { text: text.to_owned(), classes, prevent_double_click: Some(true), ..Button::default() }
    }

    fn select(&self) -> Select {
        let item = |(code, name): &(String, String)| SelectItem { value: Some(code.clone()), text: name.clone(), selected: None };
        let any = SelectItem { value: Some(String::new()), text: "Not known".to_owned(), selected: None };
        Select {
            id: "district".to_owned(),
            name: "district".to_owned(),
            label: Label::from("Where is it?"),
            items: std::iter::once(any).chain(self.districts.iter().map(item)).collect(),
            value: self.district.clone(),
            ..Select::default()
        }
    }

    fn show() -> Button {
        let classes = "govuk-button--secondary".to_owned();
        Button { text: "Show whom to ring there".to_owned(), classes, ..Button::default() }
    }
}

/// Whom a pathway says to ring at this hour, for a district or wherever it is.
pub(super) fn contacts(app: &App, person: &SignedIn, pathway: &Pathway, district: Option<&Code>) -> Vec<Contact> {
    let at_work = app.is_working_time(person.request.at);
    let theirs = pathway.danger.ring_in(district, at_work).into_iter().map(|ring| contact(ring, at_work));
    theirs.chain(helpline(app).filter(|_| pathway.danger.leaves_open(district))).collect()
}

/// Whoever runs the hub, as somebody to ring where nobody nearer is named.
pub(super) fn helpline(app: &App) -> Option<Contact> {
    app.helpline().map(|line| Contact {
        who: format!("{}, which runs this service, if you do not know whom to ring", app.partnership()),
        number: line.number().to_owned(),
        when: line.hours().unwrap_or_default().to_owned(),
    })
}

/// The numbers for when the service is down: among them, once, of whoever runs it.
fn when_down(contacts: Vec<Contact>, helpline: Option<Contact>) -> Vec<Contact> {
    let is_new = |line: &Contact| contacts.iter().all(|contact| contact.number != line.number);
    let line = helpline.filter(is_new);
    contacts.into_iter().chain(line).collect()
}

/// Somebody to ring, as a page shows them, at work hours or outside them.
pub(super) fn contact(ring: &Ring, at_work: bool) -> Contact {
    Contact {
        who: ring.who.clone(),
        number: ring.number.clone(),
        when: match &ring.hours {
            Some(hours) if !ring.answering.answers(at_work) => format!("Not answering now. {hours}"),
            Some(hours) => format!("Answering now. {hours}"),
            None => String::new(),
        },
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/refer/{pathway}", routing::get(start))
        .route("/refer/{pathway}/danger", routing::get(danger))
        .route("/refer/{pathway}/ring", routing::get(ring))
        .route("/refer/{pathway}/start", routing::post(begin))
}

/// Where the pages of a form begin.
pub(super) fn base(id: &str, kind: FormKind) -> String {
    match kind {
        FormKind::Referral => format!("/refer/{id}"),
        FormKind::Enquiry => format!("/refer/{id}/advice"),
    }
}

async fn start(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    start_of(&app, &person, (&id, FormKind::Referral)).await
}

/// The start page of a form.
pub(super) async fn start_of(app: &App, person: &SignedIn, (id, kind): (&str, FormKind)) -> Answer {
    let pathway = app.start_form(&person.request, &person.caller, (id, kind)).await?.pathway;
    let receiver = Receiver::of(app, &pathway, &Answers::default()).await?;
    let base = base(id, kind);
    let (back, refer_href) = match kind {
        FormKind::Referral => ("/".to_owned(), String::new()),
        FormKind::Enquiry => (format!("/refer/{id}"), format!("/refer/{id}")),
    };
    ok(&StartPage {
        frame: person.frame.titled(&format!("Before you start – {}", pathway.title)).back_to(&back),
        title: pathway.title.clone(),
        who_for: vec![pathway.description.clone()],
        minutes: pathway.minutes.into(),
        to_hand: pathway.to_hand.clone(),
        received_by: receiver.who,
        hours: receiver.when,
        contacts: when_down(contacts(app, person, &pathway, None), helpline(app)),
        start_href: format!("{base}/danger"),
        advice_href: if pathway.enquiry.is_some() { format!("{base}/advice") } else { String::new() },
        refer_href,
    })
}

fn danger_page(app: &App, person: &SignedIn, pathway: &Pathway, form_token: &str, failed: bool) -> DangerPage {
    let base = base(pathway.id.as_str(), pathway.kind);
    DangerPage {
        frame: person.frame.titled(&format!("Is anyone in danger now? – {}", pathway.title)).back_to(&base).failed_if(failed),
        pathway: pathway.title.clone(),
        hint: pathway.question(&pathway.danger.question).map(|question| question.label.clone()).unwrap_or_default(),
        action: format!("{base}/start"),
        form_token: IdempotencyKey::parse(form_token).map_or_else(|_| fresh_token(app), |_| form_token.to_owned()),
    }
}

async fn danger(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    danger_of(&app, &person, (&id, FormKind::Referral)).await
}

/// The question about danger before a form.
pub(super) async fn danger_of(app: &App, person: &SignedIn, form: (&str, FormKind)) -> Answer {
    let pathway = app.start_form(&person.request, &person.caller, form).await?.pathway;
    ok(&danger_page(app, person, &pathway, "", false))
}

/// Where it is: a bare code, so it may stand in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Where {
    district: String,
}

async fn ring(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, Query(at): Query<Where>) -> Answer {
    ring_of(&app, &person, (&id, FormKind::Referral), &at).await
}

/// Whom to ring now, before a form.
pub(super) async fn ring_of(app: &App, person: &SignedIn, (id, kind): (&str, FormKind), at: &Where) -> Answer {
    let pathway = app.start_form(&person.request, &person.caller, (id, kind)).await?.pathway;
    let offered = districts(&pathway);
    let district = Code::parse(&at.district).ok().filter(|code| offered.iter().any(|(known, _)| known == code.as_str()));
    let depends = pathway.danger.ring.iter().any(|ring| !ring.districts.is_empty());
    let base = base(id, kind);
    ok(&StopPage {
        frame: person.frame.titled(&format!("Ring now – {}", pathway.title)).back_to(&format!("{base}/danger")),
        pathway: pathway.title.clone(),
        heading: pathway.danger.title.clone(),
        lines: pathway.danger.lines.clone(),
        contacts: contacts(app, person, &pathway, district.as_ref()),
        districts: if depends { offered } else { Vec::new() },
        district: district.map(|code| code.to_string()).unwrap_or_default(),
        refer_href: match kind {
            FormKind::Referral => String::new(),
            FormKind::Enquiry => format!("/refer/{id}/danger"),
        },
        here: format!("{base}/ring"),
        action: format!("{base}/start"),
        form_token: fresh_token(app),
    })
}

/// The districts that a pathway asks about: code and name.
fn districts(pathway: &Pathway) -> Vec<(String, String)> {
    let kind = pathway.district.as_ref().and_then(|id| pathway.question(id)).map(|question| &question.kind);
    match kind {
        Some(Kind::Choice(choices)) => choices.iter().map(|choice| (choice.code.to_string(), choice.title.clone())).collect(),
        _ => Vec::new(),
    }
}

/// The answer to the question about danger: a record is begun, after whom to ring where somebody is in danger.
async fn begin(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    begin_of(&app, &person, (&id, FormKind::Referral), &posted).await
}

/// The answer to the question about danger, before a form.
pub(super) async fn begin_of(app: &App, person: &SignedIn, (id, kind): (&str, FormKind), posted: &Posted) -> Answer {
    let pathway = app.start_form(&person.request, &person.caller, (id, kind)).await?.pathway;
    let answer = posted.value("danger");
    match (answer, posted.value("rung")) {
        ("yes", "") => return Ok(see(&format!("{}/ring", base(id, kind)))),
        ("yes" | "no", _) => {}
        _ => return mend(&danger_page(app, person, &pathway, posted.value("form_token"), true)),
    }
    let first = beginning(&pathway, answer)?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let begun = app.start_draft(&person.request, &person.caller, &key, ((id, kind), &first)).await?;
    // Said already, to hear whom to ring: it is not asked again. Pressed twice, it stands there once.
    if let Some(area) = area(&pathway, posted.value("district")).filter(|area| area.section != first.section && !begun.replayed) {
        app.save_draft(&person.request, &person.caller, (&begun.value.to_string(), 0), &area).await?;
    }
    let begun = begun.value;
    Ok(see(&match kind {
        FormKind::Referral => format!("/drafts/{begun}"),
        // It has one section only.
        FormKind::Enquiry => format!("/drafts/{begun}/section/{}", first.section),
    }))
}

/// The section that asks for the area, with the area that was chosen; none where none was.
fn area(pathway: &Pathway, code: &str) -> Option<Part> {
    let question = pathway.district.as_ref()?;
    let is_offered = districts(pathway).iter().any(|(known, _)| known == code);
    let section = pathway.section_of(question).filter(|_| is_offered)?;
    Some(Part { section: section.id.to_string(), fields: vec![(question.to_string(), code.to_owned())] })
}

/// The section that a draft begins with: the answer about danger.
pub(super) fn beginning(pathway: &Pathway, answer: &str) -> Result<Part, Failure> {
    let question = &pathway.danger.question;
    let section = pathway.section_of(question).ok_or(Failure(Error::Unseen))?;
    Ok(Part { section: section.id.to_string(), fields: vec![(question.to_string(), answer.to_owned())] })
}
