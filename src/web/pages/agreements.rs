//! The register of agreements between agencies to share: read by everybody, kept by administrators and the operator.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use crate::{
    app::{AgreementView, App, Error, IdempotencyKey},
    domain::{agreement::NewAgreement, ids::AgencyId, legal::Purpose, part_date::whole_date},
    web::{
        components::{
            Button, Checkbox, Checkboxes, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, Input, SummaryList, SummaryRow,
        },
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

const HREF: &str = "/agreements";

/// The register.
#[derive(Clone, Template)]
#[template(path = "agreements/list.html")]
pub struct AgreementsPage {
    /// The frame.
    pub frame: Frame,
    /// The agreements, by title.
    pub agreements: Vec<AgreementLine>,
    /// Whether the reader may add one.
    pub may_add: bool,
}

/// One agreement.
#[derive(Clone)]
pub struct AgreementLine {
    /// Its title.
    pub title: String,
    /// What it says: names and words.
    pub facts: Vec<(String, String)>,
    /// Where it is ended; empty where the reader may not.
    pub end_href: String,
    /// Names the ending, so that it is done once.
    pub form_token: String,
}

impl AgreementsPage {
    fn add() -> Button {
        Button { text: "Add an agreement".to_owned(), href: format!("{HREF}/new"), ..Button::default() }
    }
}

impl AgreementLine {
    fn list(&self) -> SummaryList {
        let rows = self.facts.iter().map(|(key, words)| SummaryRow::words(key, words));
        SummaryList { rows: rows.collect(), ..SummaryList::default() }
    }

    fn end(&self) -> Button {
        let classes = "govuk-button--secondary".to_owned();
        let text = format!("End this agreement: {}", self.title);
        Button { text, classes, prevent_double_click: Some(true), ..Button::default() }
    }

    fn of(app: &App, view: &AgreementView) -> Self {
        let terms = &view.agreement.terms;
        let purposes: Vec<_> = terms.purposes.iter().map(|purpose| words::purpose(*purpose)).collect();
        let standing = match (&view.agreement.ended_at, view.in_force, view.review_due) {
            (Some(at), ..) => format!("Ended on {}", at.words()),
            (None, true, true) => "In force. The day of its review has passed".to_owned(),
            (None, true, false) => "In force".to_owned(),
            (None, false, _) => "Not in force".to_owned(),
        };
        let pathways = if view.pathways.is_empty() { "All".to_owned() } else { view.pathways.join("; ") };
        let review = terms.review.map_or_else(String::new, day);
        let facts = [
            ("State", standing),
            ("Agencies", view.parties.join("; ")),
            ("Pathways", pathways),
            ("For", purposes.join("; ")),
            ("From", day(terms.starts)),
            ("Until", terms.ends.map_or_else(|| "No end".to_owned(), day)),
            ("Review", review),
        ];
        Self {
            title: terms.title.clone(),
            facts: facts.into_iter().filter(|(_, words)| !words.is_empty()).map(|(key, words)| (key.to_owned(), words)).collect(),
            end_href: if view.may_end { format!("{HREF}/{}/end", view.agreement.id) } else { String::new() },
            form_token: fresh_token(app),
        }
    }
}

/// A day in words.
fn day(day: jiff::civil::Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// An agreement as it is being written.
#[derive(Clone, Default)]
pub struct Written {
    /// Its title.
    pub title: String,
    /// The agencies ticked, by id.
    pub agencies: Vec<String>,
    /// The pathways ticked, by id.
    pub pathways: Vec<String>,
    /// The purposes ticked, codes.
    pub purposes: Vec<String>,
    /// The first day, as typed.
    pub starts: String,
    /// The last day, as typed.
    pub ends: String,
    /// The day of its review, as typed.
    pub review: String,
}

/// The form.
#[derive(Clone, Template)]
#[template(path = "agreements/new.html")]
pub struct NewAgreementPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// The agencies: id and name.
    pub agencies: Vec<(String, String)>,
    /// The pathways: id and title.
    pub pathways: Vec<(String, String)>,
    /// What is written.
    pub written: Written,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl NewAgreementPage {
    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn title(&self) -> Input {
        Input {
            name: "title".to_owned(),
            label: "What is it called?".into(),
            hint: Some("Everybody reads the register. Name no person.".into()),
            error_message: self.error("title"),
            value: self.written.title.clone(),
            autocomplete: "off".to_owned(),
            ..Input::default()
        }
    }

    fn ticks(&self, name: &str, (legend, hint): (&str, &str), all: &[(String, String)], values: &[String]) -> Checkboxes {
        let item =
            |(value, text): &(String, String)| Checkbox { value: value.clone(), text: text.clone(), ..Checkbox::default() };
        Checkboxes {
            name: name.to_owned(),
            fieldset: Some(Fieldset::new(legend, "govuk-fieldset__legend--m")),
            hint: (!hint.is_empty()).then(|| Hint::from(hint)),
            error_message: self.error(name),
            items: all.iter().map(item).collect(),
            values: values.to_vec(),
            ..Checkboxes::default()
        }
    }

    fn agencies(&self) -> Checkboxes {
        self.ticks("agencies", ("Which agencies agreed?", ""), &self.agencies, &self.written.agencies)
    }

    fn pathways(&self) -> Checkboxes {
        let asked = ("Which pathways does it cover?", "Tick none for all of them.");
        self.ticks("pathways", asked, &self.pathways, &self.written.pathways)
    }

    fn purposes(&self) -> Checkboxes {
        let all: Vec<_> =
            Purpose::ALL.iter().map(|purpose| (purpose.code().to_owned(), words::purpose(*purpose).to_owned())).collect();
        self.ticks("purposes", ("What is it for?", ""), &all, &self.written.purposes)
    }

    fn date(&self, name: &str, label: &str, value: &str) -> Input {
        Input {
            name: name.to_owned(),
            label: label.into(),
            hint: Some("For example, 27/3/2026.".into()),
            error_message: self.error(name),
            value: value.to_owned(),
            classes: "govuk-input--width-10".to_owned(),
            autocomplete: "off".to_owned(),
            ..Input::default()
        }
    }

    fn dates(&self) -> [Input; 3] {
        let Written { starts, ends, review, .. } = &self.written;
        [
            self.date("starts", "Its first day", starts),
            self.date("ends", "Its last day (optional)", ends),
            self.date("review", "When is it looked at again? (optional)", review),
        ]
    }

    fn button() -> Button {
        Button { text: "Add this agreement".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(HREF, routing::get(show).post(add))
        .route("/agreements/new", routing::get(ask))
        .route("/agreements/{id}/end", routing::post(end))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let agreements = app.agreements(&person.caller).await?;
    ok(&AgreementsPage {
        frame: person.frame.titled("Agreements to share").at(HREF),
        agreements: agreements.iter().map(|view| AgreementLine::of(&app, view)).collect(),
        may_add: app.keeps_agreements(&person.caller),
    })
}

async fn ask(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    if !app.keeps_agreements(&person.caller) {
        return Ok(see(HREF));
    }
    ok(&form(&app, &person, Written::default()).await?)
}

async fn form(app: &App, person: &SignedIn, written: Written) -> Result<NewAgreementPage, Error> {
    let agencies = app.agency_names().await?.into_iter().map(|agency| (agency.id.to_string(), agency.name));
    let pathway = |versioned: crate::app::Versioned| (versioned.pathway.id.to_string(), versioned.pathway.title.clone());
    Ok(NewAgreementPage {
        frame: person.frame.titled("Add an agreement").back_to(HREF).at(HREF),
        form_token: fresh_token(app),
        agencies: agencies.collect(),
        pathways: app.pathways().into_iter().map(pathway).collect(),
        written,
        errors: Vec::new(),
    })
}

async fn add(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    const MANY: [&str; 3] = ["agencies", "pathways", "purposes"];
    let known = |(name, _): &(String, String)| {
        MANY.contains(&name.as_str()) || ["form_token", "title", "starts", "ends", "review"].contains(&name.as_str())
    };
    if !posted.fields().iter().all(known) {
        return Err(Failure(Error::Malformed("The form has fields that do not belong to it.")));
    }
    let values = |name: &str| -> Vec<String> { posted.values(name).map(str::to_owned).collect() };
    let written = Written {
        title: posted.value("title").to_owned(),
        agencies: values("agencies"),
        pathways: values("pathways"),
        purposes: values("purposes"),
        starts: posted.value("starts").trim().to_owned(),
        ends: posted.value("ends").trim().to_owned(),
        review: posted.value("review").trim().to_owned(),
    };
    let given = |text: &str| (!text.is_empty()).then(|| whole_date(text));
    let new = NewAgreement {
        title: written.title.clone(),
        parties: written.agencies.iter().filter_map(|id| AgencyId::parse(id).ok()).collect(),
        pathways: written.pathways.clone(),
        purposes: written.purposes.iter().filter_map(|code| Purpose::parse(code)).collect(),
        starts: whole_date(&written.starts),
        ends: given(&written.ends),
        review: given(&written.review),
    };
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    match app.add_agreement(&person.request, &person.caller, &key, &new).await {
        Ok(_) => Ok(see(HREF)),
        Err(Error::Invalid(errors)) => {
            let form = form(&app, &person, written).await?;
            let errors = errors.iter().map(|error| (error.name(), error.message.clone())).collect();
            mend(&NewAgreementPage { frame: form.frame.clone().failed_if(true), errors, ..form })
        }
        Err(other) => Err(Failure(other)),
    }
}

async fn end(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.end_agreement(&person.request, &person.caller, &key, &id).await?;
    Ok(see(HREF))
}
