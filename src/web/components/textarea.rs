//! Text of several lines.

use askama::Template;

use super::parts::{ErrorMessage, Hint, Label, described};

/// Text of several lines.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/textarea.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Textarea {
    /// Id of the control; its name when empty.
    pub id: String,
    /// Name under which the answer is posted.
    pub name: String,
    /// Its label.
    pub label: Label,
    /// A hint under the label.
    pub hint: Option<Hint>,
    /// What is wrong with the answer.
    pub error_message: Option<ErrorMessage>,
    /// The answer so far; empty for none.
    pub value: String,
    /// Height in lines; 5 when absent.
    pub rows: Option<u32>,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
    /// Ids of further descriptions.
    pub described_by: String,
    /// What the browser may fill in; `off` for people other than the user.
    pub autocomplete: String,
    /// Whether the browser checks spelling; names: no.
    pub spellcheck: Option<bool>,
}

impl Textarea {
    fn dom_id(&self) -> &str {
        if self.id.is_empty() { &self.name } else { &self.id }
    }

    fn described(&self) -> String {
        described(&self.described_by, self.dom_id(), self.hint.is_some(), self.error_message.is_some())
    }

    fn row_count(&self) -> u32 {
        self.rows.unwrap_or(5)
    }
}

/// Text of several lines with a limit that is counted down.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/character-count.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct CharacterCount {
    /// Id of the control; its name when empty.
    pub id: String,
    /// Name under which the answer is posted.
    pub name: String,
    /// The most characters allowed.
    pub maxlength: u32,
    /// Per cent of the limit from which the count shows.
    pub threshold: Option<u32>,
    /// Its label.
    pub label: Label,
    /// A hint under the label.
    pub hint: Option<Hint>,
    /// What is wrong with the answer.
    pub error_message: Option<ErrorMessage>,
    /// The answer so far; empty for none.
    pub value: String,
    /// Height in lines; 5 when absent.
    pub rows: Option<u32>,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
    /// What the browser may fill in; `off` for people other than the user.
    pub autocomplete: String,
    /// Whether the browser checks spelling; names: no.
    pub spellcheck: Option<bool>,
}

impl CharacterCount {
    fn dom_id(&self) -> &str {
        if self.id.is_empty() { &self.name } else { &self.id }
    }

    fn described(&self) -> String {
        described(&format!("{}-info", self.dom_id()), self.dom_id(), self.hint.is_some(), self.error_message.is_some())
    }

    fn row_count(&self) -> u32 {
        self.rows.unwrap_or(5)
    }
}
