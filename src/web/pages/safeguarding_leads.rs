//! Who checks for an agency, named by its administrator.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    routing,
};
use serde::Deserialize;

use crate::{
    app::{App, Error, Founder, LeadView, SafeguardingLead},
    domain::{ids::UserId, part_date::whole_date, time::Timestamp},
    web::{
        components::{
            Button, Checkbox, Checkboxes, ErrorLink, ErrorSummary, Fieldset, Hint, Input, Label, NotificationBanner, WarningText,
        },
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::SignedIn,
        view::Frame,
    },
};

const HREF: &str = "/safeguarding-leads";
const LEAD: &str = "lead";
/// Before the id of an account: until when that person is away.
const AWAY: &str = "away-";

/// Everybody who checks or could, with when they are away.
#[derive(Clone, Template)]
#[template(path = "leads/leads.html")]
pub struct LeadsPage {
    /// The frame; `failed` when a date cannot be read.
    pub frame: Frame,
    /// Name of the agency.
    pub agency: String,
    /// The people to choose among.
    pub people: Vec<LeadLine>,
    /// Whether the choice was just kept.
    pub kept: bool,
}

/// Somebody who checks or could.
#[derive(Clone)]
pub struct LeadLine {
    /// The account's id.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// Whether they check.
    pub checks: bool,
    /// When they are back, as typed; blank where they are there.
    pub away: String,
    /// What is wrong with that; empty for nothing.
    pub error: String,
}

impl LeadsPage {
    fn summary(&self) -> ErrorSummary {
        let wrong = self.people.iter().filter(|line| !line.error.is_empty());
        ErrorSummary::new(wrong.map(|line| ErrorLink { href: format!("#{AWAY}{}", line.id), text: line.error.clone() }).collect())
    }

    fn banner() -> NotificationBanner {
        NotificationBanner {
            text: "Your choice is kept.".to_owned(),
            kind: "success".to_owned(),
            ..NotificationBanner::default()
        }
    }

    fn choice(&self) -> Checkboxes {
        let item = |line: &LeadLine| Checkbox { value: line.id.clone(), text: line.name.clone(), ..Checkbox::default() };
        Checkboxes {
            name: LEAD.to_owned(),
            fieldset: Some(Fieldset::new("Who checks for your agency?", "govuk-fieldset__legend--m")),
            hint: Some(Hint::from(
                "People whose account is ready and who work on referrals. Two or more, so that somebody is there.",
            )),
            items: self.people.iter().map(item).collect(),
            values: self.people.iter().filter(|line| line.checks).map(|line| line.id.clone()).collect(),
            ..Checkboxes::default()
        }
    }

    /// When each who checks is back.
    fn away(&self) -> Vec<Input> {
        let input = |line: &LeadLine| Input {
            name: format!("{AWAY}{}", line.id),
            label: Label::from(format!("{} is away until", line.name).as_str()),
            hint: Some(Hint::from("The day they are back, for example 27/3/2026. Leave it blank if they are there.")),
            error_message: (!line.error.is_empty()).then(|| line.error.as_str().into()),
            value: line.away.clone(),
            classes: "govuk-input--width-10".to_owned(),
            autocomplete: "off".to_owned(),
            ..Input::default()
        };
        self.people.iter().filter(|line| line.checks).map(input).collect()
    }

    /// What follows when nobody checks.
    fn warning(&self) -> Option<WarningText> {
        let there = self.people.iter().any(|line| line.checks && line.away.is_empty());
        let text = "While nobody who checks is there, what must be checked goes to the receiving team at once.";
        (!there).then(|| WarningText { text: text.to_owned(), ..WarningText::default() })
    }

    fn button() -> Button {
        Button { text: "Save".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// This page's routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route(HREF, routing::get(show).post(set))
}

async fn page(app: &App, person: &SignedIn) -> Result<LeadsPage, Failure> {
    let line = |view: LeadView| LeadLine {
        id: view.user.to_string(),
        name: view.name.as_str().to_owned(),
        checks: view.checks,
        // Who is back is there.
        away: view
            .away_until
            .filter(|until| *until > person.request.at)
            .map(|until| until.uk_date().strftime("%-d/%-m/%Y").to_string())
            .unwrap_or_default(),
        error: String::new(),
    };
    let people = app.safeguarding_leads(&person.request, &person.caller).await?;
    Ok(LeadsPage {
        frame: person.frame.titled("Who checks").at(HREF),
        agency: person.caller.main().map(|named| named.agency.as_str().to_owned()).unwrap_or_default(),
        people: people.into_iter().map(line).collect(),
        kept: false,
    })
}

/// Where the page is come back to after saving.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Came {
    kept: String,
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Query(came): Query<Came>) -> Answer {
    ok(&LeadsPage { kept: came.kept == "yes", ..page(&app, &person).await? })
}

async fn set(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    let shown = page(&app, &person).await?;
    let chosen: Vec<&str> = posted.fields().iter().filter(|(name, _)| name == LEAD).map(|(_, value)| value.as_str()).collect();
    let mut people = shown.people.clone();
    let mut leads = Vec::new();
    for line in &mut people {
        line.checks = chosen.contains(&line.id.as_str());
        posted.value(&format!("{AWAY}{}", line.id)).trim().clone_into(&mut line.away);
        if !line.checks {
            continue;
        }
        let back = whole_date(&line.away).and_then(Timestamp::midnight);
        if back.is_none() && !line.away.is_empty() {
            line.error = format!("The day that {} is back must be a real date, such as 27/3/2026", line.name);
        }
        let user = UserId::parse(&line.id).map_err(|_| Error::Malformed("This is nobody who can be chosen."))?;
        leads.push(SafeguardingLead { user, away_until: back });
    }
    if chosen.iter().any(|id| people.iter().all(|line| line.id != *id)) {
        return Err(Failure(Error::Malformed("This is nobody who can be chosen.")));
    }
    if people.iter().any(|line| !line.error.is_empty()) {
        return mend(&LeadsPage { frame: shown.frame.failed_if(true), people, ..shown });
    }
    let founder = Founder::Caller(&person.caller);
    app.set_safeguarding_leads(&person.request, &founder, person.caller.agency(), &leads).await?;
    Ok(see(&format!("{HREF}?kept=yes")))
}
