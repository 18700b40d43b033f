//! Adding to a referral after sending.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, RawQuery, State},
    routing,
};

use super::{
    answers::{Given, regrouped},
    field::FieldView,
    follow_up,
    kept::{self, InForm, Offer, OfferRow},
};
use crate::{
    app::{App, Error, IdempotencyKey, KeptView, ReferralView, addable, answers_to_json, latest, raw_from_json},
    domain::{
        action::Action,
        answers::{FieldError, RawAnswers},
        kept::KeptForm,
        question::Question,
        section::Section,
        validate::examine,
    },
    web::{
        components::{Button, ErrorSummary},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

/// The questions of one section that can be added.
#[derive(Clone, Template)]
#[template(path = "referral/add.html")]
pub struct AddPage {
    /// The frame; `failed` when answers need mending.
    pub frame: Frame,
    /// The reference.
    pub reference: String,
    /// The section's heading.
    pub title: String,
    /// Why it is asked; empty for none.
    pub intro: String,
    /// Address that adds.
    pub action: String,
    /// The same for all attempts to add these answers.
    pub form_token: String,
    /// The questions.
    pub fields: Vec<FieldView>,
    /// What was typed when a session had ended.
    pub kept: InForm,
}

impl AddPage {
    fn summary(&self) -> ErrorSummary {
        ErrorSummary::new(self.fields.iter().flat_map(FieldView::error_links).collect())
    }

    fn questions(&self) -> Result<String, askama::Error> {
        follow_up::html(&self.fields)
    }

    fn button() -> Button {
        Button { text: "Add to the referral".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// The field by which a script says that it sends a form only so that it is kept.
const ENDED: &str = "ended";

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}/add/{section}", routing::get(show).post(add))
}

/// The sections to which something can be added: title and address.
pub(super) fn sections_to_add(view: &ReferralView) -> Vec<(String, String)> {
    if !view.actions.contains(&Action::AddToReferral) || view.answers.is_none() {
        return Vec::new();
    }
    let answers = latest(view);
    let open = |section: &&Section| {
        let addable = addable(section, &answers, view.relation);
        section.questions.iter().any(|question| addable.contains(&question.id) && question.is_shown(&answers))
    };
    let line = |section: &Section| (section.title.clone(), format!("/referrals/{}/add/{}", view.referral.reference, section.id));
    view.pathway.pathway.sections.iter().filter(open).map(line).collect()
}

async fn show(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path((reference, section)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    let token = fresh_token(&app);
    let fresh = page(&app, &person, &view, (&section, &token), &[], None).await?;
    let place = kept::place(KeptForm::Addition, view.referral.reference, found(&view, &section)?);
    let Some(kept) = app.kept_form(&person.request, &person.caller, &place).await? else { return ok(&fresh) };
    let Some(chosen) = kept::chosen(query.as_deref()) else {
        let offer = offer(&app, &person, (&view, &section), &kept).await?;
        return ok(&AddPage { kept: offer.map_or(InForm::Nothing, InForm::Offered), ..fresh });
    };
    let fields = kept::put_back(&view.pathway.pathway, &[], &kept, &chosen);
    let page = page(&app, &person, &view, (&section, &token), &fields, None).await?;
    ok(&AddPage { kept: InForm::PutBack(kept.id.to_string()), ..page })
}

/// What was typed, of the questions that can be added.
async fn offer(
    app: &App,
    person: &SignedIn,
    (view, section): (&ReferralView, &str),
    kept: &KeptView,
) -> Result<Option<Offer>, Failure> {
    let (pathway, today) = (&view.pathway.pathway, person.request.at.uk_date());
    let sender = app.sender_kind_of(view).await?;
    let given = Given::over(pathway, before(view, section)?, &kept.fields, sender, today);
    let answers = examine(pathway, given.raw.clone(), sender, today).answers;
    let open = addable(found(view, section)?, &latest(view), view.relation);
    let row = |question: &&Question| OfferRow {
        id: question.id.to_string(),
        question: question.short.clone(),
        standing: String::new(),
        typed: kept::words(pathway, &answers, &kept.fields, question),
    };
    let rows = given.shown.iter().filter(|question| open.contains(&question.id)).map(row).collect();
    let address = format!("/referrals/{}/add/{section}", view.referral.reference);
    Ok(Offer::new(kept, rows, (&person.frame, address)))
}

fn found<'v>(view: &'v ReferralView, section: &str) -> Result<&'v Section, Failure> {
    view.pathway.pathway.sections.iter().find(|known| known.id.as_str() == section).ok_or(Failure(Error::Unseen))
}

async fn add(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path((reference, section)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    if let Some(fields) = regrouped(&view.pathway.pathway, posted.fields()) {
        let page = page(&app, &person, &view, (&section, posted.value("form_token")), &fields, None).await?;
        return ok(&AddPage { kept: InForm::carried(posted.value("kept")), ..page });
    }
    if !posted.value(ENDED).is_empty() {
        // A script sent it because it took the session to be over: nobody has pressed the button.
        return again(&app, &person, (&reference, &section), &posted).await;
    }
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let sender = app.sender_kind_of(&view).await?;
    let pathway = &view.pathway.pathway;
    let given = Given::over(pathway, before(&view, &section)?, posted.fields(), sender, person.request.at.uk_date());
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(posted.fields()).finish();
    let added = if given.doubled.is_empty() {
        let answers = (&given.raw, body.as_bytes());
        app.add_answers(&person.request, &person.caller, &key, (&reference, &section), answers).await
    } else {
        Err(Error::Invalid(given.doubled.clone()))
    };
    match added {
        Ok(_) => {
            kept::used(&app, &person, &posted).await?;
            Ok(see(&format!("/referrals/{}", view.referral.reference)))
        }
        Err(Error::Invalid(errors)) => {
            let token = posted.value("form_token");
            let page = page(&app, &person, &view, (&section, token), posted.fields(), Some(&errors)).await?;
            mend(&AddPage { kept: InForm::carried(posted.value("kept")), ..page })
        }
        Err(other) => Err(Failure(other)),
    }
}

/// The page again, with what was typed when a session had ended: nothing is added.
pub(super) async fn again(app: &App, person: &SignedIn, (reference, section): (&str, &str), posted: &Posted) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    ok(&page(app, person, &view, (section, posted.value("form_token")), posted.fields(), None).await?)
}

/// What was said before, as if it had just been given: conditions look at it. What can be added now is asked anew.
fn before(view: &ReferralView, section: &str) -> Result<RawAnswers, Failure> {
    let answers = latest(view);
    let mut raw = raw_from_json(&answers_to_json(&answers)).map_err(|_| Failure(Error::Integrity("answers do not read back")))?;
    if let Some(found) = view.pathway.pathway.sections.iter().find(|known| known.id.as_str() == section) {
        let open = addable(found, &answers, view.relation);
        raw.retain(|id, _| !open.contains(id));
    }
    Ok(raw)
}

async fn page(
    app: &App,
    person: &SignedIn,
    view: &ReferralView,
    (section, form_token): (&str, &str),
    fields: &[(String, String)],
    errors: Option<&[FieldError]>,
) -> Result<AddPage, Failure> {
    let pathway = &view.pathway.pathway;
    let found = found(view, section)?;
    if sections_to_add(view).iter().all(|(title, _)| *title != found.title) {
        return Err(Failure(Error::Unseen));
    }
    let answers = latest(view);
    let sender = app.sender_kind_of(view).await?;
    let given = Given::over(pathway, before(view, section)?, fields, sender, person.request.at.uk_date());
    let open = addable(found, &answers, view.relation);
    let asked = found.questions.iter().filter(|question| open.contains(&question.id));
    let reference = view.referral.reference;
    Ok(AddPage {
        frame: person
            .frame
            .titled(&format!("{} – Add to a referral", found.title))
            .back_to(&format!("/referrals/{reference}"))
            .failed_if(errors.is_some()),
        reference: reference.to_string(),
        title: found.title.clone(),
        intro: found.intro.clone().unwrap_or_default(),
        action: format!("/referrals/{reference}/add/{}", found.id),
        form_token: form_token.to_owned(),
        fields: given.fields_of(asked, errors.unwrap_or_default()),
        kept: InForm::Nothing,
    })
}
