//! What was said on a referral, by whom and for whom, and the form to say more. An enquiry is answered here.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing,
};

use super::{keep_back, readers::Item, referral};
use crate::{
    app::{App, Error, IdempotencyKey, MessageView, ReferralView},
    domain::{
        action::Action,
        answers::FieldError,
        code::QuestionId,
        enquiry::FormKind,
        message::{Audience, LONGEST},
        relation::Relation,
        time::Timestamp,
    },
    web::{
        components::{Button, CharacterCount, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, Radio, Radios},
        error::{Answer, Failure, mend, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
    },
};

/// The messages, and what the caller may add to them.
#[derive(Clone, Template)]
#[template(path = "referral/dialogue.html")]
pub struct Dialogue {
    /// What it stands under.
    pub heading: String,
    /// That a question is open, in a sentence for this reader; empty when none is.
    pub waiting: String,
    /// What was said, in order.
    pub said: Vec<Said>,
    /// The form; none where the caller may not write.
    pub form: Option<WriteForm>,
}

/// One message.
#[derive(Clone)]
pub struct Said {
    /// Who wrote it, and when.
    pub head: String,
    /// Who can see it, in words.
    pub seen_by: String,
    /// What it says.
    pub text: String,
}

/// The form to write a message.
#[derive(Clone)]
pub struct WriteForm {
    /// The session's token.
    pub csrf_token: String,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address that it is posted to.
    pub action: String,
    /// The label of the text.
    pub label: String,
    /// Help under the label; empty for none.
    pub hint: String,
    /// Who can see it, to choose from: code and words; nothing is asked where there is one.
    pub audiences: Vec<(String, String)>,
    /// The one chosen.
    pub audience: String,
    /// What was written before.
    pub text: String,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl WriteForm {
    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn text(&self) -> CharacterCount {
        CharacterCount {
            id: "message".to_owned(),
            name: "text".to_owned(),
            maxlength: LONGEST.try_into().unwrap_or(u32::MAX),
            threshold: Some(75),
            label: self.label.as_str().into(),
            hint: (!self.hint.is_empty()).then(|| Hint { text: self.hint.clone() }),
            error_message: self.error("text"),
            value: self.text.clone(),
            autocomplete: "off".to_owned(),
            ..CharacterCount::default()
        }
    }

    fn audience(&self) -> Radios {
        let item = |(code, words): &(String, String)| Radio { value: code.clone(), text: words.clone(), ..Radio::default() };
        Radios {
            name: "audience".to_owned(),
            fieldset: Some(Fieldset::new("Who can see it?", "govuk-fieldset__legend--s")),
            items: self.audiences.iter().map(item).collect(),
            value: self.audience.clone(),
            error_message: self.error("audience"),
            ..Radios::default()
        }
    }

    fn button() -> Button {
        Button { text: "Send message".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }

    /// What is wrong, for the top of the page.
    pub(super) fn summary(&self) -> Option<ErrorSummary> {
        // Another form of the page may have a field of the same name.
        let place = |field: &str| if field == "text" { "#message".to_owned() } else { format!("#{field}") };
        let link = |(field, words): &(String, String)| ErrorLink { href: place(field), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }
}

impl Dialogue {
    /// What this caller sees of the messages; none where there is nothing to see or to say.
    pub(super) fn of(app: &App, person: &SignedIn, view: &ReferralView) -> Option<Self> {
        let form = view.actions.contains(&Action::WriteMessage).then(|| form(app, person, view));
        let said = |message: &MessageView| Said {
            head: format!("{}, {}", message.from, message.at.words()),
            seen_by: Item::written(message.audience, message.id).readers(view),
            text: message.text.clone(),
        };
        let heading = match view.referral.kind {
            FormKind::Referral => "Messages",
            FormKind::Enquiry => "Answer",
        };
        let said: Vec<Said> = view.messages.iter().map(said).collect();
        (form.is_some() || !said.is_empty()).then(|| Self { heading: heading.to_owned(), waiting: waiting(view), said, form })
    }
}

/// What to do about what is withheld, in a message.
const NOT_HERE: &str = "Do not say here what is withheld: others can read a message, and share it.";

/// The choice by which the team asks, and waits.
const QUESTION: &str = "question";

/// What an open question means for this reader.
fn waiting(view: &ReferralView) -> String {
    let Some(since) = view.referral.desk.waiting_since.map(Timestamp::words) else { return String::new() };
    if view.relation == Relation::ReceivingTeam {
        format!("You wait for an answer from the referrer since {since}.")
    } else {
        format!("The receiving team asked you something on {since} and waits for your answer.")
    }
}

fn form(app: &App, person: &SignedIn, view: &ReferralView) -> WriteForm {
    let receives = view.relation == Relation::ReceivingTeam;
    let mut audiences = vec![(Audience::Shared.code().to_owned(), Item::to_write(Audience::Shared).readers(view))];
    // The team that covers keeps no words of its own.
    if view.desk.as_ref().is_some_and(|desk| desk.keeps_casework) {
        audiences.push((Audience::Casework.code().to_owned(), Item::to_write(Audience::Casework).readers(view)));
    }
    if view.actions.contains(&Action::AskReferrer) {
        let waits = format!("{}. It is a question, and we wait for the answer.", Item::to_write(Audience::Shared).readers(view));
        audiences.push((QUESTION.to_owned(), waits));
    }
    let (label, hint) = match (view.referral.kind, receives) {
        (FormKind::Enquiry, true) => (
            "Your answer",
            "Answer in general. Do not ask for a name here, and do not say whether you know of anyone. If it should be referred, \
             say so: the sender can make a referral of this question.",
        ),
        (FormKind::Enquiry, false) => ("Write to the team", "Do not name anyone here either."),
        // What the pathway's lines keep from the referrer would go round them here.
        (FormKind::Referral, true) if !view.course.pathway.free_feedback => (
            "Write a message",
            "Do not tell the referrer here what you found or decided: on this kind of referral they read a line that you choose \
             when you decide, and nothing else.",
        ),
        (FormKind::Referral, _) => ("Write a message", ""),
    };
    WriteForm {
        csrf_token: person.frame.csrf_token.clone(),
        form_token: fresh_token(app),
        action: format!("/referrals/{}/messages", view.referral.reference),
        label: label.to_owned(),
        hint: [hint.to_owned(), keep_back::beside(view, NOT_HERE)]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        // An answer is for whoever asked; on a referral, nobody writes to both sides by accident.
        audience: if audiences.len() == 1 || view.referral.kind == FormKind::Enquiry {
            Audience::Shared.code().to_owned()
        } else {
            Audience::Casework.code().to_owned()
        },
        audiences,
        text: String::new(),
        errors: Vec::new(),
    }
}

/// This part's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}/messages", routing::post(write))
}

async fn write(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "audience", "text"])?;
    let written = match posted.value("audience") {
        "" => Err(missing()),
        QUESTION => {
            let key = IdempotencyKey::parse(posted.value("form_token"))?;
            app.ask_referrer(&person.request, &person.caller, &key, (&reference, posted.value("text"))).await
        }
        code => {
            let audience =
                Audience::to_write_to(code).ok_or(Error::Malformed("The form has a choice that the page does not offer."))?;
            let key = IdempotencyKey::parse(posted.value("form_token"))?;
            let message = (reference.as_str(), audience, posted.value("text"));
            app.write_message(&person.request, &person.caller, &key, message).await
        }
    };
    match written {
        Ok(_) => Ok(see(&format!("/referrals/{reference}#messages"))),
        Err(Error::Invalid(errors)) => again(&app, &person, &reference, &posted, &errors).await,
        Err(other) => Err(Failure(other)),
    }
}

/// The referral's page with what is to be mended, and what was written.
async fn again(
    app: &App,
    person: &SignedIn,
    reference: &str,
    posted: &Posted,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let mut page = referral::page(app, person, &view);
    if let Some(form) = page.dialogue.as_mut().and_then(|dialogue| dialogue.form.as_mut()) {
        posted.value("text").clone_into(&mut form.text);
        posted.value("audience").clone_into(&mut form.audience);
        form.errors = errors.iter().map(|error| (error.name(), error.message.clone())).collect();
    }
    page.frame = page.frame.failed_if(true);
    mend(&page)
}

fn missing() -> Error {
    // A fixed word of ours is always an id.
    QuestionId::parse("audience").map_or(Error::Malformed("the form is damaged"), |field| {
        Error::Invalid(vec![FieldError::new(field, "Choose who can see it")])
    })
}
