//! Buttons.

use askama::Template;

/// A button that does something; with an address, a link that looks like one.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/button.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Button {
    /// What it does, as a verb.
    pub text: String,
    /// Makes it a link.
    pub href: String,
    /// `submit` when empty.
    #[cfg_attr(test, serde(rename = "type"))]
    pub kind: String,
    /// Name posted.
    pub name: String,
    /// Value posted.
    pub value: String,
    /// Id.
    pub id: String,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
    /// The big green one on a start page.
    pub is_start_button: bool,
    /// Ignores a second click within a second, where scripts run.
    pub prevent_double_click: Option<bool>,
}
