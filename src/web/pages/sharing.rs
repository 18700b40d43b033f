//! Beside shares: that something is not shared, and that others read along in the team's own words. Each is a team, a reason and a
//! button.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};
use http::StatusCode;

use super::{
    assignment::acted_on,
    keep_back, law,
    share_box::{RecallPage, ShareLine},
};
use crate::{
    app::{Added, Answered, App, Declined, Error, IdempotencyKey, NewAccess, ReferralView},
    domain::{
        action::Action,
        ids::TeamId,
        legal::{Basis, Purpose},
        sharing::{ShareTo, Shared},
    },
    web::{
        components::{
            Button, ErrorLink, ErrorMessage, ErrorSummary, Hint, Input, Label, NotificationBanner, Select, SelectItem, Textarea,
            WarningText,
        },
        error::{Answer, Failure, mend, ok, page, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

/// What a page of a team and a reason is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Not sharing.
    Declined,
    /// Reading along.
    Access,
}

impl About {
    const fn action(self) -> Action {
        match self {
            Self::Declined => Action::DeclineToShare,
            Self::Access => Action::GiveCaseworkAccess,
        }
    }

    const fn way(self) -> &'static str {
        match self {
            Self::Declined => "not-shared",
            Self::Access => "casework-access",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Declined => "Record that you do not share this",
            Self::Access => "Let another team read along",
        }
    }
}

/// A team and a reason.
#[derive(Clone, Template)]
#[template(path = "share/reason.html")]
pub struct SharingPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// What it is for.
    pub about: About,
    /// What came between, when the writer was too late; empty for nothing.
    pub notice: String,
    /// The revision that the page shows.
    pub revision: i64,
    /// That some answers are withheld, and the team's words could say the same; empty for those who know of none.
    pub withheld: String,
    /// The teams: id and name with agency.
    pub teams: Vec<(String, String)>,
    /// The one chosen.
    pub team: String,
    /// The one person of it; empty for all.
    pub user: String,
    /// The lawful basis, a code; for reading along alone.
    pub basis: String,
    /// The purpose, a code; likewise.
    pub purpose: String,
    /// What was written.
    pub reason: String,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl SharingPage {
    fn title(&self) -> &'static str {
        self.about.title()
    }

    fn way(&self) -> &'static str {
        self.about.way()
    }

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

    fn teams(&self) -> Select {
        let none = SelectItem { value: Some(String::new()), text: "Choose a team".to_owned(), selected: None };
        let item = |(id, name): &(String, String)| SelectItem { value: Some(id.clone()), text: name.clone(), selected: None };
        let label = match self.about {
            About::Declined => "With which team do you not share it?",
            About::Access => "Which team reads along?",
        };
        Select {
            name: "team".to_owned(),
            label: Label::from(label),
            error_message: self.error("team"),
            items: std::iter::once(none).chain(self.teams.iter().map(item)).collect(),
            value: self.team.clone(),
            ..Select::default()
        }
    }

    /// For reading along alone.
    fn user(&self) -> Option<Input> {
        (self.about == About::Access).then(|| Input {
            name: "user".to_owned(),
            label: "Is it for one person of that team alone? (optional)".into(),
            hint: Some("Their user name. Leave this empty for everybody who works in the team.".into()),
            error_message: self.error("user"),
            value: self.user.clone(),
            autocomplete: "off".to_owned(),
            spellcheck: Some(false),
            ..Input::default()
        })
    }

    /// For reading along alone: not sharing rests on nothing.
    fn basis(&self) -> Option<Select> {
        (self.about == About::Access).then(|| law::basis(&self.basis, self.error("basis")))
    }

    fn purpose(&self) -> Option<Select> {
        (self.about == About::Access).then(|| law::purpose(&self.purpose, self.error("purpose")))
    }

    fn reason(&self) -> Textarea {
        let hint = match self.about {
            About::Declined => "For your team’s file. Whoever reads along reads it, too.",
            About::Access => "For your team’s file. Whoever reads along reads it on their page, too.",
        };
        Textarea {
            name: "reason".to_owned(),
            label: "Why?".into(),
            hint: Some(Hint::from(hint)),
            error_message: self.error("reason"),
            value: self.reason.clone(),
            rows: Some(4),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    fn warning(&self) -> Option<WarningText> {
        let text = "They read all that your team writes for itself on this referral: what is there now, and what is written until \
                    you end it. What is kept apart for other teams, and who told, is no part of it.";
        let warning = || WarningText { text: text.to_owned(), icon_fallback_text: "Warning".to_owned() };
        (self.about == About::Access).then(warning)
    }

    fn button(&self) -> Button {
        let text = match self.about {
            About::Declined => "Record it",
            About::Access => "Let them read along",
        };
        Button { text: text.to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/referrals/{reference}/not-shared", routing::get(ask_decline).post(decline))
        .route("/referrals/{reference}/casework-access", routing::get(ask_access).post(give_access))
        .route("/referrals/{reference}/casework-access/{id}/end", routing::get(ask_end).post(end))
}

async fn ask_decline(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    ask(&app, &person, &reference, About::Declined).await
}

async fn ask_access(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    ask(&app, &person, &reference, About::Access).await
}

async fn ask(app: &App, person: &SignedIn, reference: &str, about: About) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    if !view.actions.contains(&about.action()) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    ok(&blank(app, person, &view, about).await?)
}

async fn blank(app: &App, person: &SignedIn, view: &ReferralView, about: About) -> Result<SharingPage, Error> {
    let href = format!("/referrals/{}", view.referral.reference);
    let teams = app.share_teams(&view.referral).await?;
    Ok(SharingPage {
        frame: person.frame.titled(about.title()).back_to(&href).at("/queue").acting_on(acted_on(view)),
        form_token: fresh_token(app),
        about,
        notice: String::new(),
        revision: view.referral.revision,
        withheld: match about {
            About::Declined => String::new(),
            About::Access => keep_back::beside(
                view,
                "Read your team’s own words first, the files too: they can say what is withheld, and whoever reads along reads them.",
            ),
        },
        teams: teams.into_iter().map(|team| (team.id.to_string(), format!("{}, {}", team.name, team.agency))).collect(),
        team: String::new(),
        user: String::new(),
        basis: String::new(),
        purpose: String::new(),
        reason: String::new(),
        errors: Vec::new(),
        href,
    })
}

async fn decline(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "revision", "team", "reason"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let declined = Declined { team: TeamId::parse(posted.value("team")).ok(), reason: posted.value("reason").to_owned() };
    let done = app.decline_to_share(&person.request, &person.caller, &key, (&reference, &declined)).await;
    after(&app, &person, (&reference, About::Declined), &posted, done).await
}

async fn give_access(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "revision", "team", "user", "basis", "purpose", "reason"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let access = NewAccess {
        to: ShareTo { team: TeamId::parse(posted.value("team")).ok(), person: posted.value("user").to_owned() },
        basis: Basis::parse(posted.value("basis")),
        purpose: Purpose::parse(posted.value("purpose")),
        reason: posted.value("reason").to_owned(),
        // What is no revision is none that anything stands at.
        revision: Some(posted.value("revision").parse().unwrap_or(0)),
    };
    let done = app.give_casework_access(&person.request, &person.caller, &key, (&reference, &access)).await;
    after(&app, &person, (&reference, About::Access), &posted, done).await
}

async fn after(
    app: &App,
    person: &SignedIn,
    (reference, about): (&str, About),
    posted: &Posted,
    done: Result<Answered<Added>, Error>,
) -> Answer {
    let (errors, notice) = match done {
        Ok(_) => return Ok(see(&format!("/referrals/{reference}#shares"))),
        Err(Error::Invalid(errors)) => (errors, String::new()),
        Err(Error::Conflict(why)) => (Vec::new(), format!("Nothing was done: {why}. What you wrote is kept here.")),
        Err(other) => return Err(Failure(other)),
    };
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let blank = blank(app, person, &view, about).await?;
    let filled = SharingPage {
        frame: blank.frame.clone().failed_if(!errors.is_empty()),
        notice,
        team: posted.value("team").to_owned(),
        user: posted.value("user").to_owned(),
        basis: posted.value("basis").to_owned(),
        purpose: posted.value("purpose").to_owned(),
        reason: posted.value("reason").to_owned(),
        errors: errors.iter().map(|error| (error.name(), error.message.clone())).collect(),
        ..blank
    };
    if errors.is_empty() { page(StatusCode::CONFLICT, &filled) } else { mend(&filled) }
}

async fn ask_end(State(app): State<Arc<App>>, person: SignedIn, Path((reference, id)): Path<(String, String)>) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    let href = format!("/referrals/{reference}");
    let running = |share: &&crate::app::ShareView| share.id.to_string() == id && share.ended.is_none();
    let share = view.shares.iter().find(running).filter(|share| share.what == Shared::Casework);
    let Some(share) = share.filter(|_| view.actions.contains(&Action::EndCaseworkAccess)) else {
        return Ok(see(&href));
    };
    ok(&RecallPage {
        frame: person.frame.titled("End reading along").back_to(&href).at("/queue").acting_on(acted_on(&view)),
        form_token: fresh_token(&app),
        action: format!("{href}/casework-access/{id}/end"),
        line: ShareLine::of(share, &view, ""),
    })
}

async fn end(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path((reference, id)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.end_casework_access(&person.request, &person.caller, &key, (&reference, &id)).await?;
    Ok(see(&format!("/referrals/{reference}#shares")))
}
