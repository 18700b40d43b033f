//! Mail about notices: the page on which its link lands, where one's own goes, and whose comes back.

use std::sync::Arc;

use askama::Template;
use axum::{Router, extract::State, routing};

use crate::{
    app::{App, Error, FailingView},
    domain::{
        ids::UserId,
        mailing::{MailAddress, MailHours},
    },
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, Input, Label, Radio, Radios},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, Visit},
        view::Frame,
        words,
    },
};

/// Where the link of a mail lands. The session's cookie is not sent with a link from elsewhere; it is with the one here. The
/// page is the same for everybody and takes nothing from the address, so it tells nothing and leads nowhere else.
#[derive(Clone, Template)]
#[template(path = "mail/open.html")]
pub struct OpenPage {
    /// The frame.
    pub frame: Frame,
}

/// Where one's own mail goes.
#[derive(Clone, Template)]
#[template(path = "mail/own.html")]
pub struct OwnMailPage {
    /// The frame; `failed` when the address is none.
    pub frame: Frame,
    /// Whether the hub sends mail.
    pub sends: bool,
    /// Whether no more goes there because mail came back.
    pub stopped: bool,
    /// The address; empty for no mail.
    pub typed: String,
    /// When mail may come.
    pub hours: MailHours,
    /// Whether what is not urgent waits for working hours unless its person says otherwise.
    pub agency_waits: bool,
}

/// Whose mail comes back.
#[derive(Clone, Template)]
#[template(path = "mail/failing.html")]
pub struct FailingPage {
    /// The frame.
    pub frame: Frame,
    /// Whether the hub sends mail.
    pub sends: bool,
    /// Whether what is not urgent waits for working hours unless its person says otherwise.
    pub waits: bool,
    /// The people.
    pub people: Vec<FailingLine>,
}

/// Somebody whose mail comes back.
#[derive(Clone)]
pub struct FailingLine {
    /// The account's id.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// Since when, in words.
    pub about: String,
}

const WORKING: &str = "Only from 7am to 8pm on working days";
const ANY: &str = "At any hour";

/// The choices of hours: codes and words.
fn choices<const N: usize>(name: &str, legend: &str, items: [(&str, String); N], chosen: &str) -> Radios {
    Radios {
        name: name.to_owned(),
        fieldset: Some(Fieldset::new(legend, "govuk-fieldset__legend--s")),
        hint: Some(Hint::from("What is for today comes at once, at any hour.")),
        items: items.into_iter().map(|(value, text)| Radio { value: value.to_owned(), text, ..Radio::default() }).collect(),
        value: chosen.to_owned(),
        ..Radios::default()
    }
}

const WRONG: &str = "Enter a mail address, such as name@agency.example, or leave it blank";

impl OwnMailPage {
    fn summary(&self) -> Option<ErrorSummary> {
        let link = ErrorLink { href: "#address".to_owned(), text: WRONG.to_owned() };
        self.frame.failed.then(|| ErrorSummary::new(vec![link]))
    }

    fn address(&self) -> Input {
        Input {
            name: "address".to_owned(),
            kind: "email".to_owned(),
            label: Label::from("Your mail address at work"),
            hint: Some(Hint::from("Leave it blank for no mail. It is kept sealed and shown to nobody else.")),
            error_message: self.frame.failed.then(|| ErrorMessage { text: WRONG.to_owned() }),
            value: self.typed.clone(),
            autocomplete: "email".to_owned(),
            ..Input::default()
        }
    }

    fn quiet(&self) -> Radios {
        let agency = if self.agency_waits { WORKING } else { ANY };
        let agency = format!("As my agency says: {}", words::lower(agency));
        let items = [
            (MailHours::Agency.code(), agency),
            (MailHours::Working.code(), WORKING.to_owned()),
            (MailHours::Any.code(), ANY.to_owned()),
        ];
        choices("hours", "When may mail come?", items, self.hours.code())
    }

    fn button() -> Button {
        Button { text: "Save".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

impl FailingPage {
    fn hours(&self) -> Radios {
        let items = [(MailHours::Working.code(), WORKING.to_owned()), (MailHours::Any.code(), ANY.to_owned())];
        let chosen = if self.waits { MailHours::Working } else { MailHours::Any };
        choices("hours", "When does mail come, unless they say otherwise?", items, chosen.code())
    }

    fn button() -> Button {
        Button { text: "Save".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/open", routing::get(open))
        .route("/account/mail", routing::get(own).post(set))
        .route("/members/mail", routing::get(failing).post(resume))
        .route("/members/mail/hours", routing::post(set_hours))
}

async fn open(visit: Visit) -> Answer {
    ok(&OpenPage { frame: visit.frame.titled("You came from a mail") })
}

async fn own(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    // Looking at it is looking at one's account.
    app.read_account(&person.request, &person.caller).await?;
    let mailbox = app.own_mailbox(&person.caller).await?;
    ok(&OwnMailPage {
        frame: person.frame.titled("Mail about notices").back_to("/account").at("/account"),
        sends: app.sends_mail(),
        stopped: mailbox.as_ref().is_some_and(|mailbox| mailbox.stopped_at.is_some()),
        typed: mailbox.as_ref().map(|mailbox| mailbox.address.as_str().to_owned()).unwrap_or_default(),
        hours: mailbox.map_or(MailHours::Agency, |mailbox| mailbox.hours),
        agency_waits: app.mail_hours(&person.caller).await?,
    })
}

async fn set(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    let typed = posted.value("address").trim();
    let hours = MailHours::parse(posted.value("hours")).unwrap_or(MailHours::Agency);
    let address = match typed {
        "" => None,
        typed => match MailAddress::parse(typed) {
            Ok(address) => Some(address),
            Err(_) => {
                return mend(&OwnMailPage {
                    frame: person.frame.titled("Mail about notices").back_to("/account").at("/account").failed_if(true),
                    sends: app.sends_mail(),
                    stopped: false,
                    typed: typed.to_owned(),
                    hours,
                    agency_waits: app.mail_hours(&person.caller).await?,
                });
            }
        },
    };
    app.set_mailbox(&person.request, &person.caller, address.as_ref(), hours).await?;
    Ok(see("/account"))
}

async fn failing(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let line = |view: FailingView| FailingLine {
        id: view.user.to_string(),
        name: view.name,
        about: match (view.stopped_at, view.failed_at) {
            (Some(at), _) => format!("No mail is sent since {}.", words::day_and_time(at)),
            (None, Some(at)) => format!("Mail came back on {}.", words::day_and_time(at)),
            (None, None) => String::new(),
        },
    };
    let people = app.failing_mailboxes(&person.request, &person.caller).await?;
    ok(&FailingPage {
        frame: person.frame.titled("Mail to your people").at("/members/mail"),
        sends: app.sends_mail(),
        waits: app.mail_hours(&person.caller).await?,
        people: people.into_iter().map(line).collect(),
    })
}

async fn resume(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    // Who may not do this is refused before it is said that nobody is meant.
    let user = UserId::parse(posted.value("member")).unwrap_or(UserId::from_bytes([0; 16]));
    app.resume_mail(&person.request, &person.caller, user).await.map_err(|error: Error| Failure(error))?;
    Ok(see("/members/mail"))
}

async fn set_hours(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    // Whatever is no choice of hours leaves people the quiet ones.
    let quiet = posted.value("hours") != MailHours::Any.code();
    app.set_mail_hours(&person.request, &person.caller, quiet).await?;
    Ok(see("/members/mail"))
}
