//! Check answers before sending.

use askama::Template;

use super::{answers::Fields, receiver::Receiver};
use crate::{
    app::{App, Versioned},
    domain::{
        answers::{Answer as Given, Answers},
        sensitivity::Sensitivity,
        urgency::Urgency,
    },
    web::{
        components::{Button, InsetText, WarningText},
        error::Failure,
        session::SignedIn,
        view::Frame,
    },
};

/// All answers, who will receive them, and the button that sends. The answers travel in hidden inputs.
#[derive(Clone, Template)]
#[template(path = "form/check.html")]
pub struct CheckPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// Address that sends.
    pub send_action: String,
    /// Address that shows the form again with all answers; gets the same post with `change=<field id>`.
    pub change_action: String,
    /// See [`super::form::FormPage::form_token`].
    pub form_token: String,
    /// Every answer as posted, name and value, in order; names may repeat. Without the two tokens.
    pub answers: Vec<(String, String)>,
    /// The answers to read, in parts.
    pub sections: Vec<CheckSection>,
    /// Who will receive it: one line for each team or person.
    pub received_by: Vec<String>,
    /// When a human will read it, as a sentence.
    pub read_when: String,
    /// What these answers make worth a thought; never in the way of sending.
    pub advice: Vec<String>,
    /// Consequences worth a warning; empty for none.
    pub warning: String,
}

/// A part of the answers.
#[derive(Clone)]
pub struct CheckSection {
    /// Its heading.
    pub title: String,
    /// Its answers.
    pub rows: Vec<CheckRow>,
}

/// One answer.
#[derive(Clone)]
pub struct CheckRow {
    /// Id of its field.
    pub field: String,
    /// The question.
    pub question: String,
    /// The answer in words; empty shows "Not provided".
    pub answer: String,
}

impl CheckPage {
    fn reading(&self) -> InsetText {
        InsetText { text: self.read_when.clone(), ..InsetText::default() }
    }

    fn warning(&self) -> WarningText {
        WarningText { text: self.warning.clone(), ..WarningText::default() }
    }

    fn button() -> Button {
        Button { text: "Send referral".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// The page for answers that fit.
pub(super) async fn page(
    app: &App,
    person: &SignedIn,
    versioned: &Versioned,
    answers: &Answers,
    carried: Fields,
    form_token: &str,
) -> Result<CheckPage, Failure> {
    let pathway = &versioned.pathway;
    let receiver = Receiver::of(app, pathway, answers).await?;
    let mut sections: Vec<CheckSection> = Vec::new();
    for row in pathway.summary(answers) {
        let line = CheckRow { field: row.question.to_string(), question: row.label.to_owned(), answer: row.text };
        match sections.last_mut() {
            Some(section) if section.title == row.section => section.rows.push(line),
            _ => sections.push(CheckSection { title: row.section.to_owned(), rows: vec![line] }),
        }
    }
    let in_danger = matches!(answers.get(&pathway.danger.question), Some(Given::YesNo(true)));
    let emergency = &pathway.route(answers).emergency;
    Ok(CheckPage {
        frame: person.frame.titled(&format!("Check your answers – {}", pathway.title)),
        pathway: pathway.title.clone(),
        send_action: format!("/refer/{}/send", pathway.id),
        change_action: format!("/refer/{}/form", pathway.id),
        form_token: form_token.to_owned(),
        answers: carried,
        sections,
        received_by: receivers(person, versioned, answers, &receiver),
        read_when: receiver.read_when(),
        advice: pathway.advice(answers).map(|advice| advice.text.clone()).collect(),
        warning: if in_danger { format!("You said that somebody is in danger now. {emergency}") } else { String::new() },
    })
}

/// Who can read it once it is sent, as the keys will be given out.
fn receivers(person: &SignedIn, versioned: &Versioned, answers: &Answers, receiver: &Receiver) -> Vec<String> {
    let pathway = &versioned.pathway;
    let own = match pathway.sensitivity {
        Sensitivity::L1 | Sensitivity::L2 => {
            let team = person.caller.main().map(|named| named.team.as_str().to_owned());
            team.map(|team| format!("You and your team, {team}"))
        }
        _ => Some("You; nobody else in your team".to_owned()),
    };
    let cover = (pathway.urgency(answers) == Urgency::Today)
        .then(|| "The team that covers outside those hours, because it is for today".to_owned());
    [Some(receiver.name()), cover, own].into_iter().flatten().collect()
}
