//! One choice out of several.

use askama::Template;

use super::parts::{ErrorMessage, Fieldset, Hint, Markup, described};

/// One choice out of several.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/radios.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Radios {
    /// Prefix of the ids; the name when empty.
    pub id_prefix: String,
    /// Name under which the answer is posted.
    pub name: String,
    /// The frame that asks the question.
    pub fieldset: Option<Fieldset>,
    /// A hint under the label.
    pub hint: Option<Hint>,
    /// What is wrong with the answer.
    pub error_message: Option<ErrorMessage>,
    /// The choices.
    pub items: Vec<Radio>,
    /// The value chosen.
    pub value: String,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
}

/// One choice.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Radio {
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
}

/// Controls that show once a choice is made; without scripts they always show.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Conditional {
    /// The controls.
    pub html: Markup,
}

impl Radios {
    fn prefix(&self) -> &str {
        if self.id_prefix.is_empty() { &self.name } else { &self.id_prefix }
    }

    fn described(&self) -> String {
        let before = self.fieldset.as_ref().map_or("", |fieldset| fieldset.described_by.as_str());
        described(before, self.prefix(), self.hint.is_some(), self.error_message.is_some())
    }

    /// Items with their ids. The first has no number, so that the error summary can link to it.
    fn numbered(&self) -> impl Iterator<Item = (String, &Radio)> {
        self.items.iter().enumerate().map(|(at, item)| match (item.id.as_str(), at) {
            ("", 0) => (self.prefix().to_owned(), item),
            ("", _) => (format!("{}-{}", self.prefix(), at + 1), item),
            (id, _) => (id.to_owned(), item),
        })
    }

    fn is_checked(&self, item: &Radio) -> bool {
        item.checked.unwrap_or_else(|| !self.value.is_empty() && item.value == self.value)
    }
}
