//! Sharing part of a referral: a form with nothing ticked, and a page that shows exactly what the recipient will see.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};
use http::StatusCode;

use super::{assignment::acted_on, shared::Shown};
use crate::{
    app::{AgreementView, App, Error, IdempotencyKey, ReferralView, SharePreview},
    domain::{
        action::Action,
        agreement::Fit,
        answers::FieldError,
        compartment::{CompartmentKind, EntryKind},
        ids::{AgreementId, EntryId, TeamId},
        legal::{Basis, Purpose},
        sharing::{NewShare, ShareTo},
        time::Timestamp,
    },
    web::{
        components::{
            Button, Checkbox, Checkboxes, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, Input, Label,
            NotificationBanner, Select, SelectItem, SummaryList, SummaryRow, Textarea, WarningText,
        },
        error::{Answer, Failure, mend, ok, page, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

/// An item that can be shared, as the form offers it.
#[derive(Clone)]
pub struct Choice {
    /// Its id.
    pub id: EntryId,
    /// What it is.
    pub text: String,
    /// Who reads it now, and how it begins.
    pub hint: String,
}

/// What of a referral its reader could share.
pub(super) fn choices(view: &ReferralView) -> Vec<Choice> {
    let items = view.entries.iter().filter(|entry| entry.kind.can_be_shared() && entry.compartment.can_be_shared_from()).filter(
        |entry| {
            let stopped = |id| view.files.iter().any(|file| file.id == id && file.is_quarantined);
            !stopped(entry.id)
        },
    );
    let choice = |entry: &crate::app::EntryView| {
        let (text, begins) = named(view, entry.id, entry.kind, entry.at);
        let read_by = match entry.compartment {
            CompartmentKind::Casework => "Only your team reads this now.",
            _ => "Everybody who can see this referral reads this now.",
        };
        let hint = if begins.is_empty() { read_by.to_owned() } else { format!("{} {read_by}", beginning(&begins)) };
        Choice { id: entry.id, text, hint }
    };
    items.map(choice).collect()
}

/// What an item is, with who wrote it and when; and its words.
fn named(view: &ReferralView, id: EntryId, kind: EntryKind, at: Timestamp) -> (String, String) {
    let by = |what: &str, from: &str| format!("{what} by {from}, {}", at.words());
    let own = |what: &str| (format!("{what}, {}", at.words()), String::new());
    match kind {
        EntryKind::Submission => own("The answers as sent"),
        EntryKind::Message => {
            let found = view.messages.iter().find(|message| message.id == id);
            found.map_or_else(|| own("Message"), |message| (by("Message", &message.from), message.text.clone()))
        }
        EntryKind::Addition | EntryKind::Amendment => {
            let what = if kind == EntryKind::Amendment { "Answers changed" } else { "Answers added" };
            let found = view.additions.iter().find(|addition| addition.id == id);
            found.map_or_else(|| own(what), |addition| (by(what, &addition.from), String::new()))
        }
        EntryKind::Decision => {
            let found = view.decisions.iter().find(|decision| decision.id == id);
            found.map_or_else(
                || own("Decision for the file"),
                |decision| (by(&format!("Decision for the file: {}", decision.outcome.1), &decision.by), decision.reason.clone()),
            )
        }
        EntryKind::Feedback => {
            let found = view.feedback.iter().find(|told| told.id == id);
            let words = found.map(|told| told.text.clone()).unwrap_or_default();
            (format!("What the referrer was told, {}", at.words()), words)
        }
        EntryKind::Attachment => {
            let found = view.files.iter().find(|file| file.id == id);
            found.map_or_else(
                || own("File"),
                |file| (by(&format!("File {}", file.name.as_str()), &file.from), file.description.clone()),
            )
        }
        kind => {
            let found = view.notes.iter().find(|note| note.id == id);
            found.map_or_else(|| own(words::note(kind)), |note| (by(words::note(kind), &note.from), note.text.clone()))
        }
    }
}

/// How a text begins, so that one item is told from another.
fn beginning(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = text.replace('\n', " ");
    match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("“{}…”", line.get(..cut).unwrap_or_default()),
        None => format!("“{line}”"),
    }
}

/// A share as it is being written.
#[derive(Clone, Default)]
pub struct Written {
    /// The team; empty for none.
    pub team: String,
    /// The one person of it; empty for all.
    pub user: String,
    /// What is ticked.
    pub entries: Vec<String>,
    /// The lawful basis, a code.
    pub basis: String,
    /// The purpose, a code.
    pub purpose: String,
    /// Why.
    pub reason: String,
    /// The agreement; empty for none.
    pub agreement: String,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// The revision that was seen.
    pub revision: i64,
}

impl Written {
    fn read(posted: &Posted) -> Result<Self, Error> {
        const NAMES: [&str; 10] =
            ["form_token", "step", "revision", "team", "user", "basis", "purpose", "reason", "agreement", "urgent"];
        posted.only_with_many(&NAMES, "entries")?;
        let value = |name: &str| posted.value(name).to_owned();
        Ok(Self {
            team: value("team"),
            user: value("user"),
            entries: posted.values("entries").map(str::to_owned).collect(),
            basis: value("basis"),
            purpose: value("purpose"),
            reason: value("reason"),
            agreement: value("agreement"),
            urgent: !posted.value("urgent").is_empty(),
            // What is no revision is none that anything stands at.
            revision: posted.value("revision").parse().unwrap_or(0),
        })
    }

    fn share(&self) -> NewShare {
        NewShare {
            to: ShareTo { team: TeamId::parse(&self.team).ok(), person: self.user.clone() },
            entries: self.entries.iter().filter_map(|id| EntryId::parse(id).ok()).collect(),
            basis: Basis::parse(&self.basis),
            purpose: Purpose::parse(&self.purpose),
            reason: self.reason.clone(),
            // An id that is none is asked again, like one that is not there.
            agreement: (!self.agreement.is_empty())
                .then(|| AgreementId::parse(&self.agreement).unwrap_or(AgreementId::from_bytes([0; 16]))),
            urgent: self.urgent,
            revision: Some(self.revision),
        }
    }
}

/// The form.
#[derive(Clone, Template)]
#[template(path = "share/form.html")]
pub struct SharePage {
    /// The frame.
    pub frame: Frame,
    /// Address of the referral.
    pub href: String,
    /// What came between, when the writer was too late; empty for nothing.
    pub notice: String,
    /// The teams: id and name with agency.
    pub teams: Vec<(String, String)>,
    /// What can be shared.
    pub choices: Vec<Choice>,
    /// The agreements of the register: id and words.
    pub agreements: Vec<(String, String)>,
    /// What needs no reason: basis and purpose in words.
    pub own_law: String,
    /// What is written.
    pub written: Written,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl SharePage {
    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn banner(&self) -> NotificationBanner {
        NotificationBanner { text: self.notice.clone(), ..NotificationBanner::default() }
    }

    fn team(&self) -> Select {
        let none = SelectItem { value: Some(String::new()), text: "Choose a team".to_owned(), selected: None };
        let item = |(id, name): &(String, String)| SelectItem { value: Some(id.clone()), text: name.clone(), selected: None };
        Select {
            name: "team".to_owned(),
            label: Label::from("Which team is it for?"),
            error_message: self.error("team"),
            items: std::iter::once(none).chain(self.teams.iter().map(item)).collect(),
            value: self.written.team.clone(),
            ..Select::default()
        }
    }

    fn user(&self) -> Input {
        Input {
            name: "user".to_owned(),
            label: "Is it for one person of that team alone? (optional)".into(),
            hint: Some("Their user name. Leave this empty for everybody who works in the team.".into()),
            error_message: self.error("user"),
            value: self.written.user.clone(),
            autocomplete: "off".to_owned(),
            spellcheck: Some(false),
            ..Input::default()
        }
    }

    fn entries(&self) -> Checkboxes {
        let item = |choice: &Choice| Checkbox {
            value: choice.id.to_string(),
            text: choice.text.clone(),
            hint: Some(Hint::from(choice.hint.as_str())),
            ..Checkbox::default()
        };
        Checkboxes {
            name: "entries".to_owned(),
            fieldset: Some(Fieldset::new("What do you share?", "govuk-fieldset__legend--m")),
            hint: Some(Hint::from(
                "Tick only what they need. What is kept apart for other teams, and who told, is never part of a share. What is \
                 written later is not part of it either.",
            )),
            error_message: self.error("entries"),
            items: self.choices.iter().map(item).collect(),
            values: self.written.entries.clone(),
            ..Checkboxes::default()
        }
    }

    fn basis(&self) -> Select {
        let item = |basis: &Basis| SelectItem {
            value: Some(basis.code().to_owned()),
            text: words::basis(*basis).to_owned(),
            selected: None,
        };
        Select {
            name: "basis".to_owned(),
            label: Label::from("What do you rest on?"),
            error_message: self.error("basis"),
            items: Basis::ALL.iter().map(item).collect(),
            value: self.written.basis.clone(),
            ..Select::default()
        }
    }

    fn purpose(&self) -> Select {
        let item = |purpose: &Purpose| SelectItem {
            value: Some(purpose.code().to_owned()),
            text: words::sentence(words::purpose(*purpose)).trim_end_matches('.').to_owned(),
            selected: None,
        };
        Select {
            name: "purpose".to_owned(),
            label: Label::from("For which purpose?"),
            error_message: self.error("purpose"),
            items: Purpose::ALL.iter().map(item).collect(),
            value: self.written.purpose.clone(),
            ..Select::default()
        }
    }

    fn reason(&self) -> Textarea {
        Textarea {
            name: "reason".to_owned(),
            label: "Why do you share it?".into(),
            hint: Some(Hint {
                text: format!("For your team’s file. You can leave it out where you rest on {}.", self.own_law)
            }),
            error_message: self.error("reason"),
            value: self.written.reason.clone(),
            rows: Some(3),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    fn agreement(&self) -> Select {
        let none = SelectItem { value: Some(String::new()), text: "None".to_owned(), selected: None };
        let item = |(id, name): &(String, String)| SelectItem { value: Some(id.clone()), text: name.clone(), selected: None };
        Select {
            name: "agreement".to_owned(),
            label: Label::from("Under which agreement? (optional)"),
            hint: Some(Hint::from("One that has lapsed or covers something else is recorded, and stops nothing.")),
            error_message: self.error("agreement"),
            items: std::iter::once(none).chain(self.agreements.iter().map(item)).collect(),
            value: self.written.agreement.clone(),
            ..Select::default()
        }
    }

    fn urgent(&self) -> Checkboxes {
        let tick = Checkbox {
            value: "yes".to_owned(),
            text: "It cannot wait".to_owned(),
            hint: Some(Hint::from("It stands at the top of what was shared with them. Ring them as well.")),
            checked: Some(self.written.urgent),
            ..Checkbox::default()
        };
        Checkboxes {
            name: "urgent".to_owned(),
            fieldset: Some(Fieldset::new("How soon do they need it?", "govuk-fieldset__legend--m")),
            items: vec![tick],
            ..Checkboxes::default()
        }
    }

    fn button() -> Button {
        Button {
            text: "See what they will see".to_owned(),
            name: "step".to_owned(),
            value: "preview".to_owned(),
            ..Button::default()
        }
    }
}

/// What the recipient will see, before it is shared.
#[derive(Clone, Template)]
#[template(path = "share/preview.html")]
pub struct SharePreviewPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// With whom, who reads it, on what law: names and words.
    pub facts: Vec<(String, String)>,
    /// What they see of the referral beside that, and what gives away who sent it.
    pub beside: Vec<String>,
    /// Exactly what they will see.
    pub shown: Shown,
    /// What is written.
    pub written: Written,
}

impl SharePreviewPage {
    fn list(&self) -> SummaryList {
        let rows = self.facts.iter().map(|(key, words)| SummaryRow::words(key, words));
        SummaryList { rows: rows.collect(), ..SummaryList::default() }
    }

    fn warning() -> WarningText {
        let text = "You can recall it. What they have opened or copied by then they know.";
        WarningText { text: text.to_owned(), icon_fallback_text: "Warning".to_owned() }
    }

    fn send() -> Button {
        Button {
            text: "Share it".to_owned(),
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

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}/share", routing::get(ask).post(share))
}

async fn ask(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    if !view.actions.contains(&Action::Share) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    let (basis, purpose) = app.own_law(&person.caller, &view).await?;
    let written = Written {
        basis: basis.code().to_owned(),
        purpose: purpose.code().to_owned(),
        revision: view.referral.revision,
        ..Written::default()
    };
    ok(&form(&app, &person, &view, written).await?)
}

async fn form(app: &App, person: &SignedIn, view: &ReferralView, written: Written) -> Result<SharePage, Error> {
    let href = format!("/referrals/{}", view.referral.reference);
    let (basis, purpose) = app.own_law(&person.caller, view).await?;
    let teams = app.share_teams(&view.referral).await?;
    let named = |view: &AgreementView| {
        let standing = if view.in_force { "" } else { " (not in force)" };
        (view.agreement.id.to_string(), format!("{}{standing}", view.agreement.terms.title))
    };
    Ok(SharePage {
        agreements: app.agreements(&person.caller).await?.iter().map(named).collect(),
        frame: person.frame.titled("Share part of this referral").back_to(&href).at("/queue").acting_on(acted_on(view)),
        href,
        notice: String::new(),
        teams: teams.into_iter().map(|team| (team.id.to_string(), format!("{}, {}", team.name, team.agency))).collect(),
        choices: choices(view),
        own_law: format!("{}, for {}", words::lower(words::basis(basis)), words::purpose(purpose)),
        written,
        errors: Vec::new(),
    })
}

async fn share(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    let written = Written::read(&posted)?;
    match posted.value("step") {
        "send" => {
            let key = IdempotencyKey::parse(posted.value("form_token"))?;
            match app.share(&person.request, &person.caller, &key, (&reference, &written.share())).await {
                Ok(_) => Ok(see(&format!("/referrals/{reference}#shares"))),
                Err(Error::Invalid(errors)) => again(&app, &person, &reference, written, &errors).await,
                Err(Error::Conflict(why)) => too_late(&app, &person, &reference, (written, why)).await,
                Err(other) => Err(Failure(other)),
            }
        }
        "edit" => again(&app, &person, &reference, written, &[]).await,
        _ => Box::pin(preview(&app, &person, &reference, written)).await,
    }
}

async fn preview(app: &App, person: &SignedIn, reference: &str, written: Written) -> Answer {
    let preview = match app.preview_share(&person.request, &person.caller, (reference, &written.share())).await {
        Ok(preview) => preview,
        Err(Error::Invalid(errors)) => return again(app, person, reference, written, &errors).await,
        Err(other) => return Err(Failure(other)),
    };
    let href = format!("/referrals/{reference}");
    let readers = match preview.readers {
        1 => "One person can open it. Each opening is on record.".to_owned(),
        many => format!("{many} people who work there can open it. Each opening is on record."),
    };
    let share = written.share();
    let law = share
        .basis
        .zip(share.purpose)
        .map_or_else(String::new, |(basis, purpose)| format!("{}, for {}", words::basis(basis), words::purpose(purpose)));
    let facts = [
        ("For", preview.to.clone()),
        ("Who reads it", readers),
        ("Law", law),
        ("Why", written.reason.trim().to_owned()),
        ("Agreement", agreed(&preview.agreement)),
        ("How soon", if written.urgent { "It cannot wait".to_owned() } else { String::new() }),
    ];
    ok(&SharePreviewPage {
        frame: person.frame.titled("What they will see").back_to(&format!("{href}/share")).at("/queue"),
        form_token: fresh_token(app),
        facts: facts.into_iter().filter(|(_, words)| !words.is_empty()).map(|(key, words)| (key.to_owned(), words)).collect(),
        beside: beside(&preview),
        shown: Shown::of(app, person, &preview.view),
        href,
        written: Written { revision: preview.revision, ..written },
    })
}

/// What the recipient learns beside the items themselves, line by line.
fn beside(preview: &SharePreview) -> Vec<String> {
    let mut lines =
        vec!["They see the reference, the pathway, your name, your team and agency, and all that stands below.".to_owned()];
    let names = |text: &String| preview.senders.iter().any(|name| text.contains(name.as_str()));
    let items = preview.view.entries.iter().map(|entry| named(&preview.view, entry.id, entry.kind, entry.at).0);
    let items: Vec<String> = items.filter(names).collect();
    lines.push(if items.is_empty() {
        "No heading names who sent the referral. Read the words through: they can give it away.".to_owned()
    } else {
        format!("These items name who sent the referral: {}.", items.join("; "))
    });
    lines.push(if preview.may_hold_more {
        "This pathway can give them answers that are kept apart. If they hold any, they also see who sent the referral, where it \
         stands and who holds it."
            .to_owned()
    } else {
        "They do not see where it stands, or who else holds it.".to_owned()
    });
    lines
}

/// How a share stands to the agreement named, before it is made.
fn agreed((title, fit): &(Option<String>, Fit)) -> String {
    let warning = match fit {
        Fit::None | Fit::InForce => "",
        Fit::Lapsed => ". It is not in force. You can share all the same; this is recorded",
        Fit::Other => ". It covers something else. You can share all the same; this is recorded",
    };
    title.as_ref().map_or_else(|| "None named".to_owned(), |title| format!("{title}{warning}"))
}

/// The form again, with what is to be mended.
async fn again(app: &App, person: &SignedIn, reference: &str, written: Written, errors: &[FieldError]) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let form = form(app, person, &view, written).await?;
    if errors.is_empty() {
        return ok(&form);
    }
    let errors = errors.iter().map(|error| (error.name(), error.message.clone())).collect();
    mend(&SharePage { frame: form.frame.clone().failed_if(true), errors, ..form })
}

/// The form with all that was written, for somebody who was overtaken.
async fn too_late(app: &App, person: &SignedIn, reference: &str, (written, why): (Written, &str)) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let revision = view.referral.revision;
    let form = form(app, person, &view, Written { revision, ..written }).await?;
    let notice = format!("Nothing was shared: {why}. What you wrote is kept here.");
    page(StatusCode::CONFLICT, &SharePage { notice, ..form })
}
