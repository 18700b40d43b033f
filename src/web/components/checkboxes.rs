//! Any number of choices.

use askama::Template;

use super::parts::{ErrorMessage, Fieldset, Hint, described};
use super::radios::Conditional;

/// Any number of choices.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/checkboxes.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Checkboxes {
    /// Prefix of the ids; the name when empty.
    pub id_prefix: String,
    /// Name under which the answer is posted.
    pub name: String,
    /// The frame that asks the question.
    pub fieldset: Option<Fieldset>,
    /// Ids of further descriptions.
    pub described_by: String,
    /// A hint under the label.
    pub hint: Option<Hint>,
    /// What is wrong with the answer.
    pub error_message: Option<ErrorMessage>,
    /// The choices.
    pub items: Vec<Checkbox>,
    /// The values chosen.
    pub values: Vec<String>,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
}

/// One choice.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Checkbox {
    /// What is posted when it is chosen.
    pub value: String,
    /// The words.
    pub text: String,
    /// Its own id; made from the prefix when empty.
    pub id: String,
    /// A hint under the words.
    pub hint: Option<Hint>,
    /// Whether it is chosen; when absent the whole decides.
    pub checked: Option<bool>,
    /// Not a choice but a word between choices, such as "or".
    pub divider: String,
    /// What shows when it is chosen.
    pub conditional: Option<Conditional>,
    /// A name of its own; that of the whole when empty.
    pub name: String,
    /// `exclusive` unticks the others.
    pub behaviour: String,
}

impl Checkboxes {
    fn prefix(&self) -> &str {
        if self.id_prefix.is_empty() { &self.name } else { &self.id_prefix }
    }

    fn described(&self) -> String {
        let own = self.fieldset.as_ref().map_or("", |fieldset| fieldset.described_by.as_str());
        let before = if own.is_empty() { &self.described_by } else { own };
        described(before, self.prefix(), self.hint.is_some(), self.error_message.is_some())
    }

    /// Items with their ids. The first has no number, so that the error summary can link to it.
    fn numbered(&self) -> impl Iterator<Item = (String, &Checkbox)> {
        self.items.iter().enumerate().map(|(at, item)| match (item.id.as_str(), at) {
            ("", 0) => (self.prefix().to_owned(), item),
            ("", _) => (format!("{}-{}", self.prefix(), at + 1), item),
            (id, _) => (id.to_owned(), item),
        })
    }

    fn is_checked(&self, item: &Checkbox) -> bool {
        item.checked.unwrap_or_else(|| self.values.contains(&item.value))
    }

    /// Without a fieldset each box carries the descriptions of the whole.
    fn item_described(&self, item: &Checkbox, id: &str) -> String {
        let mut ids = if self.fieldset.is_some() { Vec::new() } else { vec![self.described()] };
        if item.hint.is_some() {
            ids.push(format!("{id}-item-hint"));
        }
        ids.retain(|id| !id.is_empty());
        ids.join(" ")
    }
}
