//! Who works on a referral: the controls on its page, and the page on which it is handed on.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing,
};
use http::StatusCode;

use super::{history, readers::of_our_file, referral};
use crate::{
    app::{App, Assignment, DeskView, Error, IdempotencyKey, MemberView, ReferralView, latest},
    domain::{absence::Absence, action::Action, answers::FieldError, reference::Reference, referral::ReferralState},
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, Radio, Radios, Textarea, WarningText},
        error::{Answer, Failure, mend, ok, page, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::{ActedOn, Frame},
        words,
    },
};

/// Who works on a referral, and what the reader may do about it.
#[derive(Clone, Template)]
#[template(path = "referral/desk.html")]
pub struct DeskBox {
    /// The session's token.
    pub csrf_token: String,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// Who works on it, as a sentence.
    pub who: String,
    /// Who reads this, as a sentence.
    pub seen_by: String,
    /// Words of the button by which the reader takes it, or says that they act; empty for none.
    pub takes: &'static str,
    /// Words of the button by which they give it back, or say that nobody of cover acts any more; empty for none.
    pub gives_back: &'static str,
    /// Words of the link to the page on which it is handed on; empty for none.
    pub hand: String,
}

/// What comes of a look by whoever covers, if nothing follows.
const PASSED_UP: &str =
    " If nobody does, or writes, or marks the first contact, it is passed up two hours after one of you opened it.";

impl DeskBox {
    /// For the receiving team; none for others.
    pub(super) fn of(app: &App, person: &SignedIn, view: &ReferralView) -> Option<Self> {
        let desk = view.desk.as_ref()?;
        let may = |action| view.actions.contains(&action);
        let who = match (&desk.assigned_to, desk.is_mine) {
            (_, true) => "You work on this.".to_owned(),
            (Some(name), false) => {
                let away = desk.assigned_away.map(|absence| format!(" They are {}.", words::away(absence)));
                format!("{name} works on this.{}", away.unwrap_or_default())
            }
            (None, false) if desk.keeps_casework => "Nobody works on this yet.".to_owned(),
            (None, false) => format!("Nobody of {} works on this yet.", view.received_by.0),
        };
        let acting = match (&desk.acting, desk.i_act) {
            (Some(_), true) => " You act on it, for cover.".to_owned(),
            (Some((name, at)), false) => format!(" {name}, who covers, acts on it since {}.", at.words()),
            (None, _) if desk.keeps_casework => String::new(),
            (None, _) => {
                let unopened = view.referral.stage.state() == ReferralState::Received;
                let later = if unopened { PASSED_UP } else { "" };
                format!(" Nobody who covers has said that they act on it.{later}")
            }
        };
        let covering = words::both(&history::cover(view));
        let seen_by = match covering.as_str() {
            "" => "Only the receiving team sees this.".to_owned(),
            cover => format!("Only the receiving team and {cover}, which covers, see this."),
        };
        let hand = match (may(Action::HandOver), may(Action::AssignReferral)) {
            _ if desk.members.is_empty() => "",
            (true, _) => "Hand it to somebody else",
            (false, true) => "Give it to somebody",
            (false, false) => "",
        };
        Some(Self {
            csrf_token: person.frame.csrf_token.clone(),
            form_token: fresh_token(app),
            href: format!("/referrals/{}", view.referral.reference),
            who: format!("{who}{acting}"),
            seen_by,
            takes: match (may(Action::ClaimReferral), desk.keeps_casework) {
                (false, _) => "",
                (true, true) => "Take it",
                (true, false) => "Say that you act on it",
            },
            gives_back: match (may(Action::ReleaseClaim), desk.keeps_casework && desk.is_mine) {
                (false, _) => "",
                (true, true) => "Give it back",
                (true, false) => "Say that nobody of cover acts any more",
            },
            hand: hand.to_owned(),
        })
    }

    fn claim(&self) -> Button {
        Button { text: self.takes.to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }

    fn release(&self) -> Button {
        Button {
            text: self.gives_back.to_owned(),
            classes: "govuk-button--secondary".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }
}

/// To whom it goes.
#[derive(Clone, Template)]
#[template(path = "referral/assign.html")]
pub struct AssignPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// The revision that the page shows.
    pub revision: i64,
    /// Who works on it now, as a sentence.
    pub who: String,
    /// Who reads the note, as a sentence.
    pub read_by: String,
    /// The people to choose among: user name and name, with until when they are away.
    pub people: Vec<(String, String)>,
    /// Until when whoever was chosen is away; empty where they are there, or it was read.
    pub warning: String,
    /// Who was chosen before.
    pub to: String,
    /// What was written before.
    pub note: String,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl AssignPage {
    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn warning(&self) -> Option<WarningText> {
        (!self.warning.is_empty()).then(|| WarningText { text: self.warning.clone(), ..WarningText::default() })
    }

    fn people(&self) -> Radios {
        let item = |(value, text): &(String, String)| Radio { value: value.clone(), text: text.clone(), ..Radio::default() };
        Radios {
            name: "to".to_owned(),
            fieldset: Some(Fieldset::new("Who works on it from now on?", "govuk-fieldset__legend--m")),
            error_message: self.error("to"),
            items: self.people.iter().map(item).collect(),
            value: self.to.clone(),
            ..Radios::default()
        }
    }

    fn note(&self) -> Textarea {
        Textarea {
            name: "note".to_owned(),
            label: "What do they need to know?".into(),
            hint: Some(Hint { text: format!("{} You can leave it out.", self.read_by) }),
            error_message: self.error("note"),
            value: self.note.clone(),
            rows: Some(4),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    fn button() -> Button {
        Button { text: "Hand it on".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/referrals/{reference}/claim", routing::post(claim))
        .route("/referrals/{reference}/release", routing::post(release))
        .route("/referrals/{reference}/assign", routing::get(ask).post(assign))
}

async fn claim(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    match app.claim(&person.request, &person.caller, &key, &reference).await {
        Ok(_) => Ok(see(&format!("/referrals/{reference}"))),
        Err(Error::Taken(name)) => instead(&app, &person, &reference, &format!("{name} took this before you did.")).await,
        Err(other) => Err(Failure(other)),
    }
}

async fn release(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.release(&person.request, &person.caller, &key, &reference).await?;
    Ok(see(&format!("/referrals/{reference}")))
}

/// The referral as it is now, with what came between.
pub(super) async fn instead(app: &App, person: &SignedIn, reference: &str, notice: &str) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let mut now = referral::page(app, person, &view);
    notice.clone_into(&mut now.notice);
    page(StatusCode::CONFLICT, &now)
}

async fn ask(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    match asked(&app, &person, &reference).await? {
        Some(page) => ok(&page),
        None => Ok(see(&format!("/referrals/{reference}"))),
    }
}

/// What a page acts on, and who else works on it: taking it keeps nobody from acting, so it must be seen.
pub(super) fn acted_on(view: &ReferralView) -> ActedOn {
    let answers = view.answers.as_ref().map(|_| latest(view));
    let headline = answers.map(|answers| view.pathway.pathway.headline(&answers)).unwrap_or_default();
    worked_on(view.referral.reference, headline, view.desk.as_ref())
}

/// The same of a referral of which the page shows only part.
pub(super) fn worked_on(reference: Reference, headline: String, desk: Option<&DeskView>) -> ActedOn {
    let others = desk.filter(|desk| !desk.is_mine).and_then(|desk| {
        let name = words::name_away(desk.assigned_to.as_deref()?, desk.assigned_away);
        Some(format!("{name} works on this. Speak with them before you go on, so that nobody works against the other."))
    });
    ActedOn { reference: reference.to_string(), headline, others: others.unwrap_or_default() }
}

/// Somebody to choose, with until when they are away.
pub(super) fn choice(member: &MemberView) -> (String, String) {
    (member.username.clone(), words::name_away(&member.name, member.away))
}

/// What to read before something goes to somebody who is away.
pub(super) fn warning(absence: Absence) -> String {
    format!(
        "Whoever you chose is {}. Choose somebody else, or press the button again to give it to them all the same.",
        words::away(absence)
    )
}

/// The page for whoever may hand the referral on; none for others.
async fn asked(app: &App, person: &SignedIn, reference: &str) -> Result<Option<AssignPage>, Failure> {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let Some(desk) = view.desk.as_ref().filter(|desk| !desk.members.is_empty()) else { return Ok(None) };
    let href = format!("/referrals/{}", view.referral.reference);
    Ok(Some(AssignPage {
        frame: person
            .frame
            .titled("Who works on this referral")
            .back_to(&href)
            .at("/queue")
            .acting_on(ActedOn { others: String::new(), ..acted_on(&view) }),
        form_token: fresh_token(app),
        revision: view.referral.revision,
        who: DeskBox::of(app, person, &view).map(|desk| desk.who).unwrap_or_default(),
        read_by: of_our_file(&view),
        people: desk.members.iter().map(choice).collect(),
        warning: String::new(),
        href,
        to: String::new(),
        note: String::new(),
        errors: Vec::new(),
    }))
}

async fn assign(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "revision", "to", "note", "anyway"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    // What is no revision is none that anything stands at.
    let seen = posted.value("revision").parse().unwrap_or(0);
    let assignment =
        Assignment { to: posted.value("to").to_owned(), note: posted.value("note").to_owned(), revision: Some(seen) };
    let away = app.colleague_away(&person.caller, &assignment.to).await?;
    if let Some(absence) = away.filter(|_| posted.value("anyway") != assignment.to) {
        let Some(page) = asked(&app, &person, &reference).await? else { return Ok(see(&format!("/referrals/{reference}"))) };
        let Assignment { to, note, .. } = assignment;
        return ok(&AssignPage { warning: warning(absence), to, note, revision: seen, ..page });
    }
    match app.assign(&person.request, &person.caller, &key, (&reference, &assignment)).await {
        Ok(_) => Ok(see(&format!("/referrals/{reference}"))),
        Err(Error::Invalid(errors)) => again(&app, &person, &reference, (&assignment, &errors)).await,
        Err(Error::Conflict(_)) => {
            let notice = "This changed while you read it, so it was not handed on. Look again first.";
            instead(&app, &person, &reference, notice).await
        }
        Err(other) => Err(Failure(other)),
    }
}

/// The page with what is to be mended.
async fn again(
    app: &App,
    person: &SignedIn,
    reference: &str,
    (assignment, errors): (&Assignment, &[FieldError]),
) -> Result<Response, Failure> {
    let Some(page) = asked(app, person, reference).await? else { return Ok(see(&format!("/referrals/{reference}"))) };
    mend(&AssignPage {
        frame: page.frame.clone().failed_if(true),
        to: assignment.to.clone(),
        note: assignment.note.clone(),
        errors: errors.iter().map(|error| (error.name(), error.message.clone())).collect(),
        ..page
    })
}
