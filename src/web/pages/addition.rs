//! Adding to a referral after sending, and changing what was sent.

use std::{collections::BTreeSet, sync::Arc};

use askama::Template;
use axum::{
    Router,
    extract::{Path, RawQuery, State},
    routing,
};
use http::StatusCode;

use super::{
    answers::{Given, regrouped, typed},
    field::FieldView,
    follow_up,
    keep_back::{self, KeepBack},
    kept::{self, InForm, Offer, OfferRow},
    urgent::{self, UrgentPage},
};
use crate::{
    app::{
        App, Error, IdempotencyKey, KeptView, ReferralView, Said, Saying, addable, amendable, answers_to_json, latest,
        raw_from_json,
    },
    domain::{
        action::Action,
        answers::{Answer as GivenAnswer, Answers, FieldError, RawAnswer, RawAnswers},
        code::QuestionId,
        kept::KeptForm,
        question::Question,
        section::Section,
        validate::examine,
    },
    web::{
        components::{Button, ErrorLink, ErrorSummary, NotificationBanner},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

/// The questions of one section that can be added, or changed.
#[derive(Clone, Template)]
#[template(path = "referral/add.html")]
pub struct AddPage {
    /// The frame; `failed` when answers need mending.
    pub frame: Frame,
    /// The reference.
    pub reference: String,
    /// Whether answers are changed that were sent, and of which revision; none where others are added.
    pub revision: Option<i64>,
    /// What came between, when somebody was too late; empty for nothing.
    pub notice: String,
    /// The section's heading.
    pub title: String,
    /// Why it is asked; empty for none.
    pub intro: String,
    /// Who gets what it asks that could be kept from somebody; empty where it asks no such thing.
    pub reaches: String,
    /// Whether the section asked at sending who is involved, which nobody writes to those who have it.
    pub asked_who_is_involved: bool,
    /// What of it must never reach whom; empty where it asks nothing of that kind.
    pub keep: KeepBack,
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
        let kept = self.keep.errors.iter().map(|(field, text)| ErrorLink { href: format!("#{field}"), text: text.clone() });
        ErrorSummary::new(self.fields.iter().flat_map(FieldView::error_links).chain(kept).collect())
    }

    fn questions(&self) -> Result<String, askama::Error> {
        follow_up::html(&self.fields)
    }

    fn button(&self) -> Button {
        let text = if self.revision.is_some() { "Change these answers" } else { "Add to the referral" };
        Button { text: text.to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }

    fn banner(&self) -> NotificationBanner {
        NotificationBanner { text: self.notice.clone(), ..NotificationBanner::default() }
    }
}

/// The field by which a script says that it sends a form only so that it is kept.
const ENDED: &str = "ended";

/// What a section is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Add,
    Amend,
}

impl Mode {
    /// The last part but one of its address.
    const fn way(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Amend => "amend",
        }
    }

    const fn action(self) -> Action {
        match self {
            Self::Add => Action::AddToReferral,
            Self::Amend => Action::AmendReferral,
        }
    }

    /// The questions of a section that it may touch.
    fn open<'s>(self, section: &'s Section, answers: &Answers, view: &ReferralView) -> BTreeSet<&'s QuestionId> {
        match self {
            Self::Add => addable(section, answers, view),
            Self::Amend => amendable(section, view),
        }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/referrals/{reference}/add/{section}", routing::get(show).post(add))
        .route("/referrals/{reference}/amend/{section}", routing::get(show_to_amend).post(amend))
}

/// The sections to which something can be added: title and address.
pub(super) fn sections_to_add(view: &ReferralView) -> Vec<(String, String)> {
    sections_to(view, Mode::Add)
}

/// The sections in which something can be changed: title and address.
pub(super) fn sections_to_amend(view: &ReferralView) -> Vec<(String, String)> {
    sections_to(view, Mode::Amend)
}

fn sections_to(view: &ReferralView, mode: Mode) -> Vec<(String, String)> {
    if !view.actions.contains(&mode.action()) || view.answers.is_none() {
        return Vec::new();
    }
    let answers = latest(view);
    let open = |section: &&Section| {
        let open = mode.open(section, &answers, view);
        let fits = |id: &QuestionId| open.contains(id) && (mode == Mode::Add || answers.get(id).is_some());
        section.questions.iter().any(|question| fits(&question.id) && question.is_shown(&answers))
    };
    let address = |section: &Section| format!("/referrals/{}/{}/{}", view.referral.reference, mode.way(), section.id);
    let line = |section: &Section| (section.title.clone(), address(section));
    view.pathway.pathway.sections.iter().filter(open).map(line).collect()
}

/// Where to go on once answers were added or changed: past whom to ring, if they say that somebody could be harmed soon and
/// nothing before them did.
fn gone_on(view: &ReferralView, mode: Mode, (section, now): (&str, &Answers)) -> String {
    let pathway = &view.pathway.pathway;
    let here = format!("/referrals/{}", view.referral.reference);
    if pathway.is_alarming(now) && !pathway.is_alarming(&latest(view)) {
        return format!("{here}/{}/{section}?{RING}", mode.way());
    }
    here
}

/// In an address, that whom to ring comes first.
const RING: &str = "ring=yes";

/// Whom to ring, where the address asks for it and the answers as they stand call for it.
fn ring_first(app: &App, person: &SignedIn, view: &ReferralView, query: Option<&str>) -> Option<UrgentPage> {
    let answers = latest(view);
    let is_asked = query == Some(RING) && view.answers.is_some();
    (is_asked && view.pathway.pathway.is_alarming(&answers)).then(|| urgent::after(app, person, view, &answers))
}

async fn show_to_amend(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path((reference, section)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    if let Some(ring) = ring_first(&app, &person, &view, query.as_deref()) {
        return ok(&ring);
    }
    let token = fresh_token(&app);
    let answers = latest(&view);
    let open = Mode::Amend.open(found(&view, &section)?, &answers, &view);
    let fields = open.into_iter().filter_map(|id| Some(stands(&view, id, answers.get(id)?)));
    let fields: Vec<(String, String)> = fields.flatten().collect();
    ok(&page(&app, &person, (&view, Mode::Amend), (&section, &token), &fields, None).await?)
}

/// An answer as the form would post it.
fn stands(view: &ReferralView, id: &QuestionId, answer: &GivenAnswer) -> Vec<(String, String)> {
    view.pathway.pathway.question(id).map(|question| typed(question, answer)).unwrap_or_default()
}

async fn amend(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path((reference, section)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    let token = posted.value("form_token");
    if let Some(fields) = regrouped(&view.pathway.pathway, posted.fields()) {
        return ok(&page(&app, &person, (&view, Mode::Amend), (&section, token), &fields, None).await?);
    }
    let key = IdempotencyKey::parse(token)?;
    let sender = app.sender_kind_of(&view).await?;
    let pathway = &view.pathway.pathway;
    let before = before(&view, (&section, Mode::Amend))?;
    let mut given = Given::over(pathway, before, posted.fields(), sender, person.request.at.uk_date());
    let answers = latest(&view);
    let open = Mode::Amend.open(found(&view, &section)?, &answers, &view);
    // What stood on the page and came back blank was taken away: that is told at its question.
    for question in given.shown.iter().filter(|question| open.contains(&question.id)) {
        given.raw.entry(question.id.clone()).or_insert_with(|| RawAnswer::Text(String::new()));
    }
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(posted.fields()).finish();
    let revision = posted.value("revision").parse().unwrap_or(-1);
    let withhold = keep_back::read(&posted);
    let saying = Saying { said: Said::Read(&given.raw), withhold: withhold.as_ref() };
    let amended = if given.doubled.is_empty() {
        let at = (&*reference, Some(&*section), revision);
        app.amend_answers(&person.request, &person.caller, &key, at, (saying, body.as_bytes())).await
    } else {
        Err(Error::Invalid(given.doubled.clone()))
    };
    match amended {
        Ok(_) => Ok(see(&gone_on(&view, Mode::Amend, (&section, &given.answers)))),
        Err(Error::Invalid(errors)) => {
            mend(&page(&app, &person, (&view, Mode::Amend), (&section, token), posted.fields(), Some(&errors)).await?)
        }
        // Whoever was too late keeps what they typed, and presses again once they have looked.
        Err(Error::Conflict(_)) if view.actions.contains(&Action::AmendReferral) => {
            let token = fresh_token(&app);
            let again = page(&app, &person, (&view, Mode::Amend), (&section, &token), posted.fields(), None).await?;
            let notice = "This referral moved on while you wrote, so nothing was changed. What you typed is kept here: look at \
                          it, and press the button again.";
            crate::web::error::page(StatusCode::CONFLICT, &AddPage { notice: notice.to_owned(), ..again })
        }
        Err(other) => Err(Failure(other)),
    }
}

async fn show(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path((reference, section)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    if let Some(ring) = ring_first(&app, &person, &view, query.as_deref()) {
        return ok(&ring);
    }
    let token = fresh_token(&app);
    let fresh = page(&app, &person, (&view, Mode::Add), (&section, &token), &[], None).await?;
    let place = kept::place(KeptForm::Addition, view.referral.reference, found(&view, &section)?);
    let Some(kept) = app.kept_form(&person.request, &person.caller, &place).await? else { return ok(&fresh) };
    let Some(chosen) = kept::chosen(query.as_deref()) else {
        let offer = offer(&app, &person, (&view, &section), &kept).await?;
        return ok(&AddPage { kept: offer.map_or(InForm::Nothing, InForm::Offered), ..fresh });
    };
    let fields = kept::put_back(&view.pathway.pathway, &[], &kept, &chosen);
    let page = page(&app, &person, (&view, Mode::Add), (&section, &token), &fields, None).await?;
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
    let given = Given::over(pathway, before(view, (section, Mode::Add))?, &kept.fields, sender, today);
    let answers = examine(pathway, given.raw.clone(), sender, today).answers;
    let open = addable(found(view, section)?, &latest(view), view);
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
        let page = page(&app, &person, (&view, Mode::Add), (&section, posted.value("form_token")), &fields, None).await?;
        return ok(&AddPage { kept: InForm::carried(posted.value("kept")), ..page });
    }
    if !posted.value(ENDED).is_empty() {
        // A script sent it because it took the session to be over: nobody has pressed the button.
        return again(&app, &person, (&reference, &section), &posted).await;
    }
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let sender = app.sender_kind_of(&view).await?;
    let pathway = &view.pathway.pathway;
    let given = Given::over(pathway, before(&view, (&section, Mode::Add))?, posted.fields(), sender, person.request.at.uk_date());
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(posted.fields()).finish();
    let added = if given.doubled.is_empty() {
        let withhold = keep_back::read(&posted);
        let saying = Saying { said: Said::Read(&given.raw), withhold: withhold.as_ref() };
        let answers = (saying, body.as_bytes());
        app.add_answers(&person.request, &person.caller, &key, (&reference, &section), answers).await
    } else {
        Err(Error::Invalid(given.doubled.clone()))
    };
    match added {
        Ok(_) => {
            kept::used(&app, &person, &posted).await?;
            Ok(see(&gone_on(&view, Mode::Add, (&section, &given.answers))))
        }
        Err(Error::Invalid(errors)) => {
            let token = posted.value("form_token");
            let page = page(&app, &person, (&view, Mode::Add), (&section, token), posted.fields(), Some(&errors)).await?;
            mend(&AddPage { kept: InForm::carried(posted.value("kept")), ..page })
        }
        Err(other) => Err(Failure(other)),
    }
}

/// The page again, with what was typed when a session had ended: nothing is added.
pub(super) async fn again(app: &App, person: &SignedIn, (reference, section): (&str, &str), posted: &Posted) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    ok(&page(app, person, (&view, Mode::Add), (section, posted.value("form_token")), posted.fields(), None).await?)
}

/// What was said before, as if it had just been given: conditions look at it. What the form asks is left out of it.
fn before(view: &ReferralView, (section, mode): (&str, Mode)) -> Result<RawAnswers, Failure> {
    let answers = latest(view);
    let mut raw = raw_from_json(&answers_to_json(&answers)).map_err(|_| Failure(Error::Integrity("answers do not read back")))?;
    if let Some(found) = view.pathway.pathway.sections.iter().find(|known| known.id.as_str() == section) {
        let open = mode.open(found, &answers, view);
        raw.retain(|id, _| !open.contains(id));
    }
    Ok(raw)
}

async fn page(
    app: &App,
    person: &SignedIn,
    (view, mode): (&ReferralView, Mode),
    (section, form_token): (&str, &str),
    fields: &[(String, String)],
    errors: Option<&[FieldError]>,
) -> Result<AddPage, Failure> {
    let pathway = &view.pathway.pathway;
    let found = found(view, section)?;
    if sections_to(view, mode).iter().all(|(title, _)| *title != found.title) {
        return Err(Failure(Error::Unseen));
    }
    let answers = latest(view);
    let sender = app.sender_kind_of(view).await?;
    let given = Given::over(pathway, before(view, (section, mode))?, fields, sender, person.request.at.uk_date());
    let open = mode.open(found, &answers, view);
    let asked = || found.questions.iter().filter(|question| open.contains(&question.id));
    let keeps = asked().any(Question::can_be_withheld);
    let agencies = if keeps { app.agencies_to_refuse(&person.caller, view).await? } else { Vec::new() };
    let reference = view.referral.reference;
    let what = match mode {
        Mode::Add => "Add to a referral",
        Mode::Amend => "Change a referral",
    };
    Ok(AddPage {
        frame: person
            .frame
            .titled(&format!("{} – {what}", found.title))
            .back_to(&format!("/referrals/{reference}"))
            .failed_if(errors.is_some()),
        reference: reference.to_string(),
        revision: (mode == Mode::Amend).then_some(view.referral.revision),
        notice: String::new(),
        title: found.title.clone(),
        intro: found.intro.clone().unwrap_or_default(),
        reaches: keep_back::reaches(view, asked()),
        asked_who_is_involved: found.questions.iter().any(|question| pathway.is_about_involved(question)),
        keep: KeepBack::of_questions(asked(), agencies, (fields, errors.unwrap_or_default())),
        action: format!("/referrals/{reference}/{}/{}", mode.way(), found.id),
        form_token: form_token.to_owned(),
        fields: given.fields_of(asked(), errors.unwrap_or_default()),
        kept: InForm::Nothing,
    })
}
