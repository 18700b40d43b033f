//! One choice from a long list.

use askama::Template;

use super::parts::{ErrorMessage, Hint, Label, described};

/// One choice from a long list.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/select.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Select {
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
    /// The choices, in order.
    pub items: Vec<SelectItem>,
    /// The value chosen.
    pub value: String,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
    /// Ids of further descriptions.
    pub described_by: String,
}

/// One choice.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct SelectItem {
    /// What is posted; the words when absent.
    pub value: Option<String>,
    /// The words.
    pub text: String,
    /// Whether it is chosen; when absent the whole decides.
    pub selected: Option<bool>,
}

impl Select {
    fn dom_id(&self) -> &str {
        if self.id.is_empty() { &self.name } else { &self.id }
    }

    fn described(&self) -> String {
        described(&self.described_by, self.dom_id(), self.hint.is_some(), self.error_message.is_some())
    }

    fn is_selected(&self, item: &SelectItem) -> bool {
        let value = item.value.as_ref().unwrap_or(&item.text);
        item.selected.unwrap_or_else(|| !self.value.is_empty() && *value == self.value)
    }
}
