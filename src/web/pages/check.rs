//! Check answers before sending.

use askama::Template;

use crate::web::{
    components::{Button, InsetText, WarningText},
    view::Frame,
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
