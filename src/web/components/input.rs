//! Single-line inputs.

use askama::Template;

use super::parts::{ErrorMessage, Hint, Label, described};

/// What stands before an answer, such as `£`.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(deny_unknown_fields))]
pub struct Prefix {
    /// The sign.
    pub text: String,
}

/// A single-line input.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/input.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Input {
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
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
    /// Ids of further descriptions.
    pub described_by: String,
    /// `text` when empty, else `search`, `email`, `date` …
    #[cfg_attr(test, serde(rename = "type"))]
    pub kind: String,
    /// Which keyboard a phone shows, such as `numeric`.
    pub inputmode: String,
    /// What the browser may fill in; `off` for people other than the user.
    pub autocomplete: String,
    /// Whether a phone capitalises.
    pub autocapitalize: String,
    /// Whether the browser checks spelling; names: no.
    pub spellcheck: Option<bool>,
    /// The unit that stands before the answer.
    pub prefix: Option<Prefix>,
}

impl Input {
    fn dom_id(&self) -> &str {
        if self.id.is_empty() { &self.name } else { &self.id }
    }

    fn described(&self) -> String {
        described(&self.described_by, self.dom_id(), self.hint.is_some(), self.error_message.is_some())
    }
}

/// A password, with a button that shows it. It never carries a value back.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/password-input.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct PasswordInput {
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
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
    /// Ids of further descriptions.
    pub described_by: String,
    /// `current-password` when empty.
    pub autocomplete: String,
}

impl PasswordInput {
    fn dom_id(&self) -> &str {
        if self.id.is_empty() { &self.name } else { &self.id }
    }

    fn described(&self) -> String {
        described(&self.described_by, self.dom_id(), self.hint.is_some(), self.error_message.is_some())
    }
}
