//! What somebody is told of: the list, and marking as read.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::Response,
    routing,
};
use serde::Deserialize;

use super::queue::next_page;
use crate::{
    app::{App, IdempotencyKey, NoticeQuery, NoticeView, Reached},
    domain::notice::NoticePlace,
    web::{
        components::Pagination,
        error::{Answer, Failure, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

/// The notices, newest first.
#[derive(Clone, Template)]
#[template(path = "notices/list.html")]
pub struct NoticesPage {
    /// The frame.
    pub frame: Frame,
    /// The notices of this page.
    pub rows: Vec<NoticeRow>,
    /// Whether only what is unread is shown.
    pub unread_only: bool,
    /// Address of the next page; empty for none.
    pub next: String,
}

/// One notice.
#[derive(Clone)]
pub struct NoticeRow {
    /// Its id.
    pub id: String,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// What happened.
    pub sentence: String,
    /// The name of the member it is about; empty for none.
    pub about: String,
    /// Whom to ask about it: name, role, team and number; empty for nobody.
    pub ask: String,
    /// The reference of what it is about; empty for none.
    pub reference: String,
    /// Where that is; empty for nowhere.
    pub href: String,
    /// Words of the link there, where there is no reference.
    pub link: String,
    /// When, in words.
    pub when: String,
    /// Whether it is for today.
    pub urgent: bool,
    /// Whether nobody it is to has looked.
    pub unread: bool,
}

impl NoticesPage {
    fn pages(&self) -> Option<Pagination> {
        next_page(&self.next)
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/notices", routing::get(show)).route("/notices/{id}/read", routing::post(read))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    cursor: Option<String>,
    unread: Option<String>,
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Query(asked): Query<Asked>) -> Answer {
    let unread = asked.unread.as_deref() == Some("yes");
    let query = NoticeQuery { unread, cursor: asked.cursor, limit: None };
    let page = app.notices(&person.request, &person.caller, &query).await?;
    let only = if unread { "&unread=yes" } else { "" };
    ok(&NoticesPage {
        frame: person.frame.titled("Notices"),
        rows: page.items.iter().map(|view| row(&app, view)).collect(),
        unread_only: unread,
        next: page.next.map(|cursor| format!("/notices?cursor={cursor}{only}")).unwrap_or_default(),
    })
}

fn row(app: &App, view: &NoticeView) -> NoticeRow {
    NoticeRow {
        id: view.id.to_string(),
        form_token: fresh_token(app),
        sentence: view.code.sentence().to_owned(),
        about: view.about.clone().filter(|_| view.ask.is_none()).unwrap_or_default(),
        ask: view.ask.as_ref().map(asked).unwrap_or_default(),
        reference: view.reference.map(|reference| reference.to_string()).unwrap_or_default(),
        href: view.address().unwrap_or_default(),
        link: match view.code.place() {
            NoticePlace::Members => "See whose mail comes back",
            NoticePlace::Mail => "See where your mail goes",
            NoticePlace::Admissions => "See who waits",
            NoticePlace::People => "See the people of your agency",
            NoticePlace::Account => "See your places",
            NoticePlace::Keys => "See what does not agree",
            _ => "See the log",
        }
        .to_owned(),
        when: words::day_and_time(view.at),
        urgent: view.urgent,
        unread: view.read_at.is_none(),
    }
}

/// Whom to ask: `Nia Imaginary, Triager, City front door (Leicester City Council), 0116 496 0000`.
fn asked((by, team): &(Reached, String)) -> String {
    let phone = by.phone.clone().unwrap_or_else(|| "no work number given".to_owned());
    [&by.name, &by.role, team, &phone].map(String::as_str).join(", ")
}

async fn read(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Failure> {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.mark_notice(&person.request, &person.caller, &key, &id).await?;
    Ok(see("/notices"))
}
