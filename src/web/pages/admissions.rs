//! Who waits for the key of a team: the list of its leads, and the page on which one compares keys and hands it over, or not.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use crate::{
    app::{Admission, App, IdempotencyKey, ResetView, WaitingMember},
    domain::{
        admission::NotAdmitted,
        ids::{TeamId, UserId},
    },
    web::{
        components::{
            Button, Checkbox, Checkboxes, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Radio, Radios, SummaryList,
            SummaryRow, WarningText,
        },
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

pub(super) const HREF: &str = "/admissions";

const COMPARED: &str = "compared";
const FINGERPRINT: &str = "fingerprint";
const OLDER: &str = "older";
const WHY: &str = "why";
const FORM_TOKEN: &str = "form_token";
const YES: &str = "yes";

/// Everybody who waits for a key that the reader can hand over.
#[derive(Clone, Template)]
#[template(path = "admissions/list.html")]
pub struct AdmissionsPage {
    /// The frame.
    pub frame: Frame,
    /// Those who are ready.
    pub ready: Vec<WaitingLine>,
    /// Those who have not joined yet.
    pub invited: Vec<WaitingLine>,
}

/// Somebody who waits.
#[derive(Clone)]
pub struct WaitingLine {
    /// Their name.
    pub name: String,
    /// Where their key is compared.
    pub href: String,
    /// Role, team and agency, as a sentence.
    pub about: String,
}

impl From<&WaitingMember> for WaitingLine {
    fn from(member: &WaitingMember) -> Self {
        Self {
            name: member.name.clone(),
            href: address(member),
            about: format!("{} in {}, of {}.", member.role.title(), member.team_name, member.agency),
        }
    }
}

/// One of them, whose key is to be compared; posted to its own address, and to `…/refuse`.
#[derive(Clone, Template)]
#[template(path = "admissions/member.html")]
pub struct AdmissionPage {
    /// The frame; `failed` when something must be mended.
    pub frame: Frame,
    /// Their name.
    pub name: String,
    /// What they sign in with.
    pub username: String,
    /// Role and team.
    pub place: String,
    /// Their agency.
    pub agency: String,
    /// Where they are rung; empty for not said.
    pub phone: String,
    /// Their key's fingerprint, in groups; empty while they have none.
    pub fingerprint: String,
    /// That their key is new after a reset; empty where it is not.
    pub reset: String,
    /// Whether the reader made that reset, so that another lead compares the key.
    pub reset_by_reader: bool,
    /// Whether the team had keys before its present one.
    pub older: bool,
    /// This page.
    pub href: String,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// That the comparison was not ticked; empty for nothing wrong.
    pub not_compared: String,
    /// That no reason was chosen; empty for nothing wrong.
    pub no_reason: String,
}

impl AdmissionPage {
    fn summary(&self) -> Option<ErrorSummary> {
        let errors = [(COMPARED, &self.not_compared), (WHY, &self.no_reason)];
        let link = |(field, words): &(&str, &String)| ErrorLink { href: format!("#{field}"), text: (*words).clone() };
        let links: Vec<_> = errors.iter().filter(|(_, words)| !words.is_empty()).map(link).collect();
        (!links.is_empty()).then(|| ErrorSummary::new(links))
    }

    fn facts(&self) -> SummaryList {
        let phone = if self.phone.is_empty() { "They gave none" } else { &self.phone };
        let rows = vec![
            SummaryRow::words("User name", &self.username),
            SummaryRow::words("Place", &self.place),
            SummaryRow::words("Agency", &self.agency),
            SummaryRow::words("Work phone number", phone),
        ];
        SummaryList { rows, ..SummaryList::default() }
    }

    /// The groups of the fingerprint, two lines of four, to be read out.
    fn groups(&self) -> Vec<&str> {
        self.fingerprint.split(' ').collect()
    }

    fn warning() -> WarningText {
        let text =
            "Ring a number that you know from elsewhere, or meet them. Whoever can write to this page can write what it says.";
        WarningText { text: text.to_owned(), ..WarningText::default() }
    }

    fn compared(&self) -> Checkboxes {
        let error = (!self.not_compared.is_empty()).then(|| ErrorMessage { text: self.not_compared.clone() });
        let mut items = vec![Checkbox {
            value: YES.to_owned(),
            text: "They read all eight groups to me, and all are the same".to_owned(),
            ..Checkbox::default()
        }];
        if self.older {
            items.push(Checkbox {
                name: OLDER.to_owned(),
                id: OLDER.to_owned(),
                value: YES.to_owned(),
                text: "They may also open what the team received before its present key".to_owned(),
                ..Checkbox::default()
            });
        }
        Checkboxes {
            name: COMPARED.to_owned(),
            fieldset: Some(Fieldset::new("Before you hand the key over", "govuk-fieldset__legend--s")),
            error_message: error,
            items,
            ..Checkboxes::default()
        }
    }

    fn why(&self) -> Radios {
        let error = (!self.no_reason.is_empty()).then(|| ErrorMessage { text: self.no_reason.clone() });
        let item =
            |why: NotAdmitted, text: &str| Radio { value: why.code().to_owned(), text: text.to_owned(), ..Radio::default() };
        Radios {
            name: WHY.to_owned(),
            fieldset: Some(Fieldset::new("Why not?", "govuk-fieldset__legend--s")),
            error_message: error,
            items: vec![
                item(NotAdmitted::OtherKey, "What they read to me is not what stands here"),
                item(NotAdmitted::NotExpected, "They are not to work in this team"),
            ],
            ..Radios::default()
        }
    }

    fn admit() -> Button {
        Button { text: "Hand over the team’s key".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }

    fn refuse() -> Button {
        Button {
            text: "Do not hand it over".to_owned(),
            classes: "govuk-button--warning".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(HREF, routing::get(list))
        .route("/admissions/{team}/{id}", routing::get(show).post(admit))
        .route("/admissions/{team}/{id}/refuse", routing::post(refuse))
}

fn address(member: &WaitingMember) -> String {
    format!("{HREF}/{}/{}", member.team, member.user)
}

/// Whom an address names; a text that cannot be an id is looked up as one that nobody has, and found like it.
fn named((team, user): &(String, String)) -> (TeamId, UserId) {
    let team = TeamId::parse(team).unwrap_or_else(|_| TeamId::from_bytes([0; 16]));
    (team, UserId::parse(user).unwrap_or_else(|_| UserId::from_bytes([0; 16])))
}

/// That a key is new, so that nobody hands anything over because they know its owner.
fn reset_words(reset: &ResetView) -> String {
    format!(
        "Their key is new: {} reset their password on {}. Whoever had the code of that reset can sign in as them. Hand the key over \
         only when they themselves read you the fingerprint.",
        reset.by,
        reset.at.words()
    )
}

async fn list(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let (ready, invited): (Vec<_>, Vec<_>) =
        app.admissions(&person.request, &person.caller).await?.into_iter().partition(|member| member.fingerprint.is_some());
    ok(&AdmissionsPage {
        frame: person.frame.titled("New members").back_to("/"),
        ready: ready.iter().map(WaitingLine::from).collect(),
        invited: invited.iter().map(WaitingLine::from).collect(),
    })
}

async fn page(app: &App, person: &SignedIn, path: &(String, String)) -> Result<AdmissionPage, Failure> {
    let member = app.admission(&person.request, &person.caller, named(path)).await?;
    Ok(AdmissionPage {
        // A name never stands in a title: titles end up in histories.
        frame: person.frame.titled("Somebody who waits – New members").back_to(HREF),
        place: format!("{} in {}", member.role.title(), member.team_name),
        href: address(&member),
        name: member.name,
        username: member.username,
        agency: member.agency,
        phone: member.phone.unwrap_or_default(),
        fingerprint: member.fingerprint.unwrap_or_default(),
        reset: member.reset.as_ref().map(reset_words).unwrap_or_default(),
        reset_by_reader: member.reset_by_caller,
        older: member.has_older_keys,
        form_token: fresh_token(app),
        not_compared: String::new(),
        no_reason: String::new(),
    })
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Path(path): Path<(String, String)>) -> Answer {
    ok(&page(&app, &person, &path).await?)
}

async fn admit(State(app): State<Arc<App>>, person: SignedIn, Path(path): Path<(String, String)>, posted: Posted) -> Answer {
    posted.only(&[COMPARED, FINGERPRINT, OLDER, FORM_TOKEN])?;
    if posted.value(COMPARED) != YES {
        let shown = page(&app, &person, &path).await?;
        let words = "Tick that you have compared the key with them. If you have not, do that first".to_owned();
        return mend(&AdmissionPage { frame: shown.frame.failed_if(true), not_compared: words, ..shown });
    }
    let (team, user) = named(&path);
    let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
    let fingerprint = posted.value(FINGERPRINT).to_owned();
    let admission = Admission { team, user, fingerprint, older: posted.value(OLDER) == YES };
    app.admit(&person.request, &person.caller, &key, &admission).await?;
    Ok(see(HREF))
}

async fn refuse(State(app): State<Arc<App>>, person: SignedIn, Path(path): Path<(String, String)>, posted: Posted) -> Answer {
    posted.only(&[WHY, FORM_TOKEN])?;
    let Some(why) = NotAdmitted::parse(posted.value(WHY)) else {
        let shown = page(&app, &person, &path).await?;
        let words = "Choose why they do not get the key".to_owned();
        return mend(&AdmissionPage { frame: shown.frame.failed_if(true), no_reason: words, ..shown });
    };
    let (team, user) = named(&path);
    let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
    app.refuse_member(&person.request, &person.caller, &key, (team, user, why)).await?;
    Ok(see(HREF))
}
