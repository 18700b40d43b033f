//! Things to be noticed.

use askama::Template;

use super::parts::Markup;

/// All that is wrong with a form, above the heading; takes the focus where scripts run.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/error-summary.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct ErrorSummary {
    /// "There is a problem".
    pub title_text: String,
    /// A paragraph; empty for none.
    pub description_text: String,
    /// One line for each message, the same words as at the field.
    pub error_list: Vec<ErrorLink>,
}

/// One line of the summary.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct ErrorLink {
    /// `#` and the id of the control.
    pub href: String,
    /// The words.
    pub text: String,
}

impl ErrorSummary {
    /// The usual heading over the given lines.
    pub fn new(error_list: Vec<ErrorLink>) -> Self {
        Self { title_text: "There is a problem".to_owned(), description_text: String::new(), error_list }
    }
}

/// Words set off from the rest.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/inset-text.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct InsetText {
    /// The words.
    pub text: String,
    /// Instead of words.
    pub html: Option<Markup>,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
}

/// Words about consequences.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/warning-text.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct WarningText {
    /// The words.
    pub text: String,
    /// "Warning" when empty.
    pub icon_fallback_text: String,
}

/// News about what was just done, or the service.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/notification-banner.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct NotificationBanner {
    /// The words.
    pub text: String,
    /// "Important", or "Success", when empty.
    pub title_text: String,
    /// `success` for a result just achieved.
    #[cfg_attr(test, serde(rename = "type"))]
    pub kind: String,
}

impl NotificationBanner {
    fn is_success(&self) -> bool {
        self.kind == "success"
    }
}

/// The green panel at the end of a journey.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/panel.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Panel {
    /// What was achieved; the `h1`.
    pub title_text: String,
    /// Words below.
    pub text: String,
    /// Instead of words.
    pub html: Option<Markup>,
}

/// A state in one or two words.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/tag.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Tag {
    /// An adjective.
    pub text: String,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
}

/// More, for those who want it.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/details.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Details {
    /// Id.
    pub id: String,
    /// What there is to open.
    pub summary_text: String,
    /// The words.
    pub text: String,
    /// Instead of words.
    pub html: Option<Markup>,
    /// Whether it starts open.
    pub open: bool,
}
