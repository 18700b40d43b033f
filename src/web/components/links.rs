//! Links with a place of their own.

use askama::Template;

/// The way back, above the heading.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/back-link.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct BackLink {
    /// Where to.
    pub href: String,
    /// "Back" when empty.
    pub text: String,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
}

/// The first link of a page, shown when it has focus.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/skip-link.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct SkipLink {
    /// Where to, such as `#main-content`.
    pub href: String,
    /// The words.
    pub text: String,
}

/// Links to the page before and after.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/pagination.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Pagination {
    /// The page before.
    pub previous: Option<PageLink>,
    /// The page after.
    pub next: Option<PageLink>,
    /// Name of the landmark; "Pagination" when empty.
    pub landmark_label: String,
}

/// A link of [`Pagination`].
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct PageLink {
    /// Where to.
    pub href: String,
    /// "Previous page" or "Next page" when empty.
    pub text: String,
    /// What is there.
    pub label_text: String,
}
