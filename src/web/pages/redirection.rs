//! Passing a referral to another team, or on to another pathway: a form, and a page that says who will get what.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::assignment::{acted_on, instead};
use crate::{
    app::{App, Destination, Error, IdempotencyKey, Redirection, RedirectionPreview, ReferralView},
    domain::{action::Action, answers::FieldError, ids::TeamId, message::Audience, urgency::Urgency},
    web::{
        components::{
            Button, ErrorLink, ErrorMessage, ErrorSummary, Hint, Label, Select, SelectItem, SummaryList, SummaryRow, Textarea,
            WarningText,
        },
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

/// To whom it goes and why, as it is being written.
#[derive(Clone, Default)]
pub struct Written {
    /// The id of a team, after the id of another pathway and a stroke where it goes on to that; empty for none.
    pub team: String,
    /// Why.
    pub text: String,
    /// The revision that was seen.
    pub revision: i64,
}

impl Written {
    fn read(posted: &Posted) -> Result<Self, Error> {
        posted.only(&["form_token", "step", "revision", "team", "text"])?;
        Ok(Self {
            team: posted.value("team").to_owned(),
            text: posted.value("text").to_owned(),
            // What is no revision is none that anything stands at.
            revision: posted.value("revision").parse().unwrap_or(0),
        })
    }

    fn redirection(&self) -> Redirection {
        let (pathway, team) = match self.team.split_once('/') {
            Some((pathway, team)) => (Some(pathway.to_owned()), team),
            None => (None, self.team.as_str()),
        };
        Redirection { team: TeamId::parse(team).ok(), pathway, text: self.text.clone(), revision: self.revision }
    }
}

/// To whom it goes, and why.
#[derive(Clone, Template)]
#[template(path = "referral/redirect.html")]
pub struct RedirectPage {
    /// The frame.
    pub frame: Frame,
    /// Address of the referral.
    pub href: String,
    /// The places to choose from: as [`Written::team`], and in words.
    pub places: Vec<(String, String)>,
    /// What is written.
    pub written: Written,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl RedirectPage {
    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn teams(&self) -> Select {
        let none = SelectItem { value: Some(String::new()), text: "Choose a team".to_owned(), selected: None };
        let item = |(id, name): &(String, String)| SelectItem { value: Some(id.clone()), text: name.clone(), selected: None };
        Select {
            name: "team".to_owned(),
            label: Label::from("Which team is it for?"),
            hint: Some(Hint::from(
                "The teams for the same kind of referral stand first. Below them are those who receive another kind: it is \
                 then worked on as that.",
            )),
            error_message: self.error("team"),
            items: std::iter::once(none).chain(self.places.iter().map(item)).collect(),
            value: self.written.team.clone(),
            ..Select::default()
        }
    }

    fn text(&self) -> Textarea {
        Textarea {
            name: "text".to_owned(),
            label: "Why is it passed on?".into(),
            hint: Some(Hint::from("The next page says who reads this.")),
            error_message: self.error("text"),
            value: self.written.text.clone(),
            rows: Some(4),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    fn button() -> Button {
        Button {
            text: "See who will get it".to_owned(),
            name: "step".to_owned(),
            value: "preview".to_owned(),
            ..Button::default()
        }
    }
}

/// Who will get what, before it is passed on.
#[derive(Clone, Template)]
#[template(path = "referral/redirect_preview.html")]
pub struct RedirectPreviewPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// Who gets it, as what, and by when they must decide.
    pub facts: Vec<(String, String)>,
    /// That nobody reads there now what is for today; empty where that is not so.
    pub unread: String,
    /// What they get, and what they do not.
    pub goes: Vec<String>,
    /// What becomes of it for whoever passes it on.
    pub after: String,
    /// What is written.
    pub written: Written,
}

impl RedirectPreviewPage {
    fn list(&self) -> SummaryList {
        let rows = self.facts.iter().map(|(key, words)| SummaryRow::words(key, words));
        SummaryList { rows: rows.collect(), ..SummaryList::default() }
    }

    fn warning(text: &str) -> WarningText {
        WarningText { text: text.to_owned(), ..WarningText::default() }
    }

    fn send() -> Button {
        Button {
            text: "Pass it on".to_owned(),
            name: "step".to_owned(),
            value: "send".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }

    fn change() -> Button {
        Button {
            text: "Change it".to_owned(),
            name: "step".to_owned(),
            value: "edit".to_owned(),
            classes: "govuk-button--secondary".to_owned(),
            ..Button::default()
        }
    }
}

/// These pages' route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}/redirect", routing::get(ask).post(redirect))
}

async fn ask(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    if !view.actions.contains(&Action::RedirectReferral) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    let written = Written { revision: view.referral.revision, ..Written::default() };
    ok(&form(&app, &person, &view, written).await?)
}

async fn form(app: &App, person: &SignedIn, view: &ReferralView, written: Written) -> Result<RedirectPage, Failure> {
    let href = format!("/referrals/{}", view.referral.reference);
    let places = app.destinations(&person.caller, &view.referral).await?;
    Ok(RedirectPage {
        frame: person.frame.titled("Pass this referral on").back_to(&href).at("/queue").acting_on(acted_on(view)),
        places: places.iter().map(place).collect(),
        written,
        errors: Vec::new(),
        href,
    })
}

fn place(Destination { pathway, team }: &Destination) -> (String, String) {
    let name = format!("{}, {}", team.name, team.agency);
    match pathway {
        None => (team.id.to_string(), name),
        Some(course) => (format!("{}/{}", course.pathway.id, team.id), format!("{}: {name}", course.pathway.title)),
    }
}

async fn redirect(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    let written = Written::read(&posted)?;
    let done = match posted.value("step") {
        "send" => {
            let key = IdempotencyKey::parse(posted.value("form_token"))?;
            let asked = (reference.as_str(), &written.redirection());
            // Mostly the team sees it no more.
            app.redirect_referral(&person.request, &person.caller, &key, asked).await.map(|_| see("/queue"))
        }
        "edit" => return again(&app, &person, &reference, written, &[]).await,
        _ => Box::pin(preview(&app, &person, &reference, &written)).await,
    };
    match done {
        Ok(answer) => Ok(answer),
        Err(Error::Invalid(errors)) => again(&app, &person, &reference, written, &errors).await,
        Err(Error::Conflict(_)) => {
            let notice = "This referral changed while you wrote, so it was not passed on. Look again first.";
            instead(&app, &person, &reference, notice).await
        }
        Err(other) => Err(Failure(other)),
    }
}

async fn preview(app: &App, person: &SignedIn, reference: &str, written: &Written) -> Result<axum::response::Response, Error> {
    let asked = (reference, &written.redirection());
    let found = Box::pin(app.preview_redirection(&person.request, &person.caller, asked)).await?;
    let href = format!("/referrals/{}", found.view.referral.reference);
    let page = RedirectPreviewPage {
        frame: person
            .frame
            .titled("Who will get this referral")
            .back_to(&format!("{href}/redirect"))
            .at("/queue")
            .acting_on(acted_on(&found.view)),
        form_token: fresh_token(app),
        facts: facts(&found, written, person),
        unread: nobody_reads(&found),
        goes: goes(&found),
        after: after(&found).to_owned(),
        written: written.clone(),
        href,
    };
    ok(&page).map_err(|Failure(error)| error)
}

fn facts(found: &RedirectionPreview, written: &Written, person: &SignedIn) -> Vec<(String, String)> {
    let (team, agency) = &found.to;
    let readers = match found.readers {
        1 => "One person who works there".to_owned(),
        many => format!("{many} people who work there"),
    };
    let now = &found.view.course.pathway.title;
    let kind = found.pathway.as_ref().map(|course| format!("{}. It is {now} until then", course.pathway.title));
    let read_by = if found.is_told { "The new team and the referrer" } else { "Only your team: it goes into your notes" };
    let facts = [
        ("For", Some(format!("{team}, {agency}"))),
        ("As", kind),
        ("Who can open it", Some(readers)),
        ("They read", found.desk.as_ref().map(|desk| words::hours(&desk.hours))),
        ("Outside those hours", Some(covers(found))),
        ("Decision", Some(words::due(found.due_at, person.request.at))),
        ("Reading along", (!found.reads_along.is_empty()).then(|| format!("Ends for {}", found.reads_along.join("; ")))),
        ("Why", Some(written.text.trim().to_owned())),
        ("Who reads why", Some(read_by.to_owned())),
    ];
    facts.into_iter().filter_map(|(key, words)| Some((key.to_owned(), words?))).collect()
}

/// Who looks when nobody of the new desk does.
fn covers(found: &RedirectionPreview) -> String {
    match (&found.covered_by, &found.desk) {
        (Some(cover), _) => format!("{cover} covers and gets it as well: it is for today"),
        (None, Some(desk)) if !is_for_today(found) => {
            format!("Nobody reads it. {} covers, for what is for today alone", desk.cover)
        }
        _ => "Nobody else gets it".to_owned(),
    }
}

fn is_for_today(found: &RedirectionPreview) -> bool {
    found.view.referral.urgency == Urgency::Today.code()
}

/// That what is for today goes to a desk where nobody reads now; empty where that is not so.
fn nobody_reads(found: &RedirectionPreview) -> String {
    let team = &found.to.0;
    let desk = found.desk.as_ref().filter(|_| is_for_today(found));
    let Some((desk, next)) = desk.and_then(|desk| Some((desk, desk.reads_next?))) else { return String::new() };
    let cover = match &found.covered_by {
        Some(cover) => format!("{cover} gets it as well: ring them, so that somebody looks now."),
        None => "Nobody covers for them there: ring before you pass it on.".to_owned(),
    };
    format!("This is for today, and {team} reads next on {}. {cover} {}", next.words(), desk.emergency)
}

/// What goes and what does not, line by line.
fn goes(found: &RedirectionPreview) -> Vec<String> {
    let view = &found.view;
    let shared = |audience: Audience| audience == Audience::Shared;
    let counted = |number: usize, what: &str| match number {
        0 => None,
        1 => Some(format!("1 {what} with the referrer")),
        many => Some(format!("{many} {what}s with the referrer")),
    };
    let messages = view.messages.iter().filter(|message| shared(message.audience)).count();
    let files = view.files.iter().filter(|file| shared(file.audience)).count();
    let told = (!view.feedback.is_empty()).then(|| "what the referrer was told of your decision".to_owned());
    let answers = Some("the answers, as they were sent and changed since".to_owned());
    [answers, counted(messages, "message"), counted(files, "file"), told].into_iter().flatten().collect()
}

const fn after(found: &RedirectionPreview) -> &'static str {
    match (found.stays, found.pathway.is_some()) {
        (true, _) => {
            "It stays with your team, unopened and with nobody, and its clocks begin anew. The referrer is told that it moved."
        }
        (false, true) => {
            "The new team gets none of your team’s notes, decisions and files, and nothing that is kept apart. Its clocks begin \
             anew. The referrer is told that it moved. Your team sees the referral no more."
        }
        (false, false) => {
            "The new team gets none of your team’s notes, decisions and files, and nothing that is kept apart. The referrer is \
             told that it moved. Your team sees the referral no more."
        }
    }
}

/// The form again, with what is to be mended.
async fn again(app: &App, person: &SignedIn, reference: &str, written: Written, errors: &[FieldError]) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    if !view.actions.contains(&Action::RedirectReferral) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    let form = form(app, person, &view, written).await?;
    if errors.is_empty() {
        return ok(&form);
    }
    // The page has one choice for both.
    let field = |error: &FieldError| if error.name() == "pathway" { "team".to_owned() } else { error.name() };
    let mut errors: Vec<_> = errors.iter().map(|error| (field(error), error.message.clone())).collect();
    errors.dedup_by(|one, other| one.0 == other.0);
    mend(&RedirectPage { frame: form.frame.clone().failed_if(true), errors, ..form })
}
