//! Sharing part of a referral: a form with nothing ticked, and a page that shows exactly what the recipient will see.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};
use http::StatusCode;

use super::{
    assignment::{acted_on, worked_on},
    keep_back,
    share_choices::{choices, named, parts, withheld},
    share_form::{SharePage, Written},
    shared::Shown,
};
use crate::{
    app::{AgreementView, App, Error, IdempotencyKey, ReferralView, SharePreview},
    domain::{action::Action, agreement::Fit, answers::FieldError},
    web::{
        components::{Button, SummaryList, SummaryRow, WarningText},
        error::{Answer, Failure, mend, ok, page, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

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
    /// Whether it rests on the consent of whoever refused it.
    pub against_consent: bool,
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

    fn consent_warning() -> WarningText {
        let text = "They said that they do not agree to sharing, so consent is no ground to share this on. Change what you rest on, \
                    unless they have agreed since. If you go on, it is on record that you were told this.";
        WarningText { text: text.to_owned(), icon_fallback_text: "Warning".to_owned() }
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
    let written = Written { revision: view.referral.revision, ..Written::default() };
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
        by_name: view.by_name,
        parts: parts(view),
        withheld: withheld(view),
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
                Err(Error::Invalid(errors)) => Box::pin(again(&app, &person, &reference, written, &errors)).await,
                Err(Error::Conflict(why)) => too_late(&app, &person, &reference, (written, why)).await,
                Err(other) => Err(Failure(other)),
            }
        }
        "edit" => Box::pin(again(&app, &person, &reference, written, &[])).await,
        _ => Box::pin(preview(&app, &person, &reference, written)).await,
    }
}

async fn preview(app: &App, person: &SignedIn, reference: &str, written: Written) -> Answer {
    let preview = match app.preview_share(&person.request, &person.caller, (reference, &written.share())).await {
        Ok(preview) => preview,
        Err(Error::Invalid(errors)) => return Box::pin(again(app, person, reference, written, &errors)).await,
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
        frame: person.frame.titled("What they will see").back_to(&format!("{href}/share")).at("/queue").acting_on(worked_on(
            preview.view.referral.reference,
            preview.own.0.clone(),
            preview.own.1.as_ref(),
        )),
        form_token: fresh_token(app),
        facts: facts.into_iter().filter(|(_, words)| !words.is_empty()).map(|(key, words)| (key.to_owned(), words)).collect(),
        beside: beside(&preview),
        against_consent: preview.against_consent,
        shown: Shown::of(person, &preview.view),
        href,
        written: Written { revision: preview.revision, ..written },
    })
}

/// What the recipient learns beside the items themselves, line by line.
fn beside(preview: &SharePreview) -> Vec<String> {
    let mut lines =
        vec!["They see the reference, the pathway, your name, your team and agency, and all that stands below.".to_owned()];
    let kept = preview.view.withheld.iter().flat_map(|kept| kept.questions.iter().map(move |id| (id, &kept.from)));
    lines.extend(kept.filter_map(|(id, from)| {
        let asked = preview.view.pathway.pathway.question(id)?;
        let from = words::either(from);
        Some(format!(
            "{} goes along, though it must never get to {from}. Whoever works there as well and for {from} does not see it.",
            asked.withheld_words()
        ))
    }));
    let what = "Read the words and the files below: they can say the same.";
    lines.extend(Some(keep_back::warning(preview.withheld_from.iter().cloned(), what)).filter(|line| !line.is_empty()));
    if preview.is_withheld_from {
        lines.push(
            "Whoever gets this works for an agency from which answers are withheld. Share no word that tells them.".to_owned(),
        );
    }
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
