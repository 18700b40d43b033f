//! Questions and answers side by side.

use askama::Template;

use super::parts::Markup;

/// Questions and answers side by side.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/summary-list.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct SummaryList {
    /// In order.
    pub rows: Vec<SummaryRow>,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
}

/// One question and its answer.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct SummaryRow {
    /// The question.
    pub key: SummaryKey,
    /// The answer.
    pub value: SummaryValue,
    /// What one may do about it.
    pub actions: Option<SummaryActions>,
}

/// The question.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct SummaryKey {
    /// The words.
    pub text: String,
}

/// The answer.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct SummaryValue {
    /// The words.
    pub text: String,
    /// Instead of words.
    pub html: Option<Markup>,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
}

/// What one may do about an answer.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct SummaryActions {
    /// The links.
    pub items: Vec<SummaryAction>,
}

/// One link.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct SummaryAction {
    /// Where to.
    pub href: String,
    /// The words, such as "Change".
    pub text: String,
    /// What, for those who hear the link alone.
    pub visually_hidden_text: String,
}

impl SummaryList {
    /// Rows without links leave their column empty, if another row has some.
    fn lacks_actions(&self, row: &SummaryRow) -> bool {
        let any = self.rows.iter().any(|row| row.actions.as_ref().is_some_and(|actions| !actions.items.is_empty()));
        any && row.actions.is_none()
    }
}

impl SummaryRow {
    /// A question and an answer in words; line breaks of the answer show.
    pub fn words(question: &str, answer: &str) -> Self {
        Self {
            key: SummaryKey { text: question.to_owned() },
            value: SummaryValue { text: answer.to_owned(), html: None, classes: "app-lines".to_owned() },
            actions: None,
        }
    }
}
