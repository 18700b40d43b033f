//! What somebody typed does not get lost with their session: kept sealed for them when it had ended, offered by the form's own
//! page after they have signed in; given back at once when they are signed in and only the form is old.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing,
};
use http::StatusCode;
use std::sync::Arc;

use super::answers::{Fields, is_of};
use crate::{
    app::{App, Error, KeptView},
    domain::{
        answers::Answers,
        code::Code,
        kept::{KeptForm, KeptPlace},
        pathway::Pathway,
        question::Question,
        reference::Reference,
        section::Section,
        time::Timestamp,
    },
    web::{
        components::Button,
        error::{self, Answer, see},
        next,
        pages::error::Reason,
        posted::Posted,
        session::{SignedIn, Visit},
        view::Frame,
    },
};

/// The answers of a form of an earlier session, kept in hidden inputs, with the way on.
#[derive(Clone, Template)]
#[template(path = "form/kept.html")]
pub struct KeptPage {
    /// The frame.
    pub frame: Frame,
    /// Address that saves the answers and shows them again.
    pub action: String,
    /// Address that the answers were posted to.
    pub kept_at: String,
    /// Token of the browser's form cookie.
    pub form_cookie_token: String,
    /// Everything that was posted, without the guard's token.
    pub answers: Vec<(String, String)>,
}

impl KeptPage {
    fn button() -> Button {
        Button { text: "Go on with my answers".to_owned(), ..Button::default() }
    }
}

/// One answer that is kept, beside the one that stands.
#[derive(Debug, Clone)]
pub struct OfferRow {
    /// The question's id: what is posted when it is chosen.
    pub id: String,
    /// The question.
    pub question: String,
    /// What stands; blank for nothing.
    pub standing: String,
    /// What was typed; blank for nothing.
    pub typed: String,
}

/// What was typed when a session had ended, to be put back into the form or discarded.
#[derive(Clone, Template)]
#[template(path = "form/offer.html")]
pub struct Offer {
    /// Its id.
    pub id: String,
    /// When it was posted.
    pub at: String,
    /// Where it differs from what stands.
    pub rows: Vec<OfferRow>,
    /// Address of the form's page.
    pub address: String,
    /// Token of the session.
    pub csrf_token: String,
}

/// What a form's page knows of what was kept of it.
#[derive(Clone, Default)]
pub enum InForm {
    /// Nothing is kept.
    #[default]
    Nothing,
    /// It is offered above the form.
    Offered(Offer),
    /// It stands in the form under this id: saved, it is kept no longer.
    Same(String),
    /// The same, and it has just been put back.
    PutBack(String),
}

impl InForm {
    /// After a form was posted that carries the id of what is kept, or a blank.
    pub(super) fn carried(id: &str) -> Self {
        if id.is_empty() { Self::Nothing } else { Self::Same(id.to_owned()) }
    }

    /// What is offered, if anything is.
    pub fn offer(&self) -> Option<&Offer> {
        match self {
            Self::Offered(offer) => Some(offer),
            _ => None,
        }
    }

    /// The id that the form carries; blank for none.
    pub fn id(&self) -> &str {
        match self {
            Self::Same(id) | Self::PutBack(id) => id,
            Self::Nothing | Self::Offered(_) => "",
        }
    }

    /// Whether answers have just been put back.
    pub const fn is_put_back(&self) -> bool {
        matches!(self, Self::PutBack(_))
    }
}

impl Offer {
    /// The offer on a page; none when what is kept says nothing else than what stands.
    pub(super) fn new(kept: &KeptView, rows: Vec<OfferRow>, (frame, address): (&Frame, String)) -> Option<Self> {
        let rows: Vec<OfferRow> = rows.into_iter().filter(|row| row.standing != row.typed).collect();
        (!rows.is_empty()).then(|| Self {
            id: kept.id.to_string(),
            at: moment(kept.at),
            rows,
            address,
            csrf_token: frame.csrf_token.clone(),
        })
    }

    fn put_back() -> Button {
        Button {
            text: "Put what I ticked into the form".to_owned(),
            classes: "govuk-button--secondary".to_owned(),
            ..Button::default()
        }
    }

    fn discard() -> Button {
        Button { text: "Discard what I typed".to_owned(), classes: "govuk-button--secondary".to_owned(), ..Button::default() }
    }
}

/// "10:42am on 4 June 2026".
fn moment(at: Timestamp) -> String {
    at.zoned().strftime("%-I:%M%P on %-d %B %Y").to_string()
}

/// The questions chosen to be put back, of the address of the form's page; none while nothing was chosen.
pub(super) fn chosen(query: Option<&str>) -> Option<Vec<String>> {
    let pairs: Fields = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    pairs
        .iter()
        .any(|(name, _)| name == "kept")
        .then(|| pairs.into_iter().filter(|(name, _)| name == "use").map(|(_, id)| id).collect())
}

/// The fields of a form with those of the questions chosen in place of what stands.
pub(super) fn put_back(pathway: &Pathway, standing: &[(String, String)], kept: &KeptView, chosen: &[String]) -> Fields {
    let is_chosen = |(name, _): &&(String, String)| chosen.iter().any(|id| is_of(pathway, name, id));
    let stay = standing.iter().filter(|field| !is_chosen(field));
    stay.chain(kept.fields.iter().filter(is_chosen)).cloned().collect()
}

/// The answer to a question in words, or as it was typed where it does not fit.
pub(super) fn words(pathway: &Pathway, answers: &Answers, fields: &[(String, String)], question: &Question) -> String {
    let typed = || {
        let mine = |(name, value): &&(String, String)| is_of(pathway, name, question.id.as_str()) && !value.is_empty();
        fields.iter().filter(mine).map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    };
    answers.get(&question.id).map_or_else(typed, |answer| answer.words(question))
}

/// The place of a form that is shown.
pub(super) fn place(form: KeptForm, reference: Reference, section: &Section) -> KeptPlace {
    KeptPlace { form, reference, section: section.id.clone() }
}

/// The place of a form by the address that it posts to.
fn place_at(address: &str) -> Option<KeptPlace> {
    let (form, reference, section) = match address.split('/').collect::<Vec<_>>()[..] {
        ["", "drafts", reference, "section", section] => (KeptForm::Section, reference, section),
        ["", "referrals", reference, "add", section] => (KeptForm::Addition, reference, section),
        _ => return None,
    };
    Some(KeptPlace { form, reference: Reference::parse(reference).ok()?, section: Code::parse(section).ok()? })
}

/// Names that are the form's own and no answers.
fn is_ours(name: &str) -> bool {
    matches!(name, "kept_at" | "kept" | "autosave" | "leave" | "revision" | "form_token" | "asked")
}

/// What was posted when nobody was signed in.
pub(in crate::web) struct Unsent<'p> {
    /// The fields.
    pub(in crate::web) posted: Posted,
    /// The browser's session cookie.
    pub(in crate::web) cookie: Option<&'p str>,
    /// The form's token; none where the guard has found that it fits.
    pub(in crate::web) token: Option<String>,
}

impl Unsent<'_> {
    /// A post that was not read.
    pub(in crate::web) fn nothing() -> Self {
        Self { posted: Posted::default(), cookie: None, token: None }
    }
}

/// Keeps what was posted for whoever's session had run out, and leads to the sign-in. Of anybody else nothing is kept.
pub(in crate::web) async fn keep(app: &App, visit: &Visit, address: &str, unsent: Unsent<'_>) -> Response {
    if !unsent.posted.value("autosave").is_empty() {
        // A script asked by itself; the person's own press of the button is what is kept.
        return error::refusal(&visit.frame, Reason::ExpiredForm);
    }
    let address = address_of(address, &unsent.posted);
    let Some(place) = place_at(address) else { return see("/sign-in") };
    let Some(cookie) = unsent.cookie else { return see(&next::sign_in(address)) };
    let fields: Fields = unsent.posted.fields().iter().filter(|(name, _)| !is_ours(name)).cloned().collect();
    match app.keep_form(&visit.request, (cookie, unsent.token.as_deref()), &place, &fields).await {
        Ok(true) => see(&next::sign_in_kept(address)),
        Ok(false) => see(&next::sign_in(address)),
        Err(failed) => error::error_page(&visit.frame, &failed),
    }
}

/// Where answers belong: posted to the way back itself, they are still where they first belonged.
fn address_of<'p>(address: &'p str, posted: &'p Posted) -> &'p str {
    let said = posted.value("kept_at");
    let address = if said.is_empty() { address } else { said };
    address.split('?').next().unwrap_or_default()
}

/// The page in answer to a form of an earlier session, for somebody who has signed in again.
pub(in crate::web) fn page(visit: &Visit, address: &str, posted: &Posted) -> Response {
    let ours = |name: &str| matches!(name, "kept_at" | "autosave" | "leave");
    let view = KeptPage {
        frame: visit.frame.titled("Look at your answers again"),
        action: "/drafts/resume".to_owned(),
        kept_at: address_of(address, posted).to_owned(),
        form_cookie_token: visit.form_token.clone(),
        answers: posted.fields().iter().filter(|(name, _)| !ours(name)).cloned().collect(),
    };
    error::page(StatusCode::FORBIDDEN, &view).unwrap_or_else(|_| error::refusal(&visit.frame, Reason::Fault))
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/kept/{id}/discard", routing::post(discard))
}

async fn discard(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    app.erase_kept(&person.request, &person.caller, &id).await?;
    Ok(see(next::local(posted.value("back"))))
}

/// What was put back has been saved: it is kept no longer. One that is gone already is no fault of the saving.
pub(super) async fn used(app: &App, person: &SignedIn, posted: &Posted) -> Result<(), Error> {
    let id = posted.value("kept");
    if id.is_empty() {
        return Ok(());
    }
    match app.erase_kept(&person.request, &person.caller, id).await {
        Err(Error::Unseen) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_forms_have_a_place() {
        let code = Reference::NOBODYS.to_string();
        let place = place_at(&format!("/drafts/{code}/section/seen")).expect("a place");
        assert_eq!((place.form, place.section.as_str()), (KeptForm::Section, "seen"));
        let place = place_at(&format!("/referrals/{code}/add/school-2")).expect("a place");
        assert_eq!(place.form, KeptForm::Addition);
        for none in
            ["", "/", "/sign-out", "/drafts/x/section/seen", "/drafts//section/a", "/drafts/0000-0000-0/section/a/section/b"]
        {
            assert_eq!(place_at(none), None, "{none}");
        }
        assert_eq!(place_at(&format!("/drafts/{code}/section/É")), None);
    }

    #[test]
    fn nothing_is_put_back_until_something_was_chosen() {
        assert_eq!(chosen(None), None);
        assert_eq!(chosen(Some("look=yes&use=a")), None);
        assert_eq!(chosen(Some("kept=1")), Some(Vec::new()));
        assert_eq!(chosen(Some("kept=1&use=a&use=b")), Some(vec!["a".to_owned(), "b".to_owned()]));
    }
}
