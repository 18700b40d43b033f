//! The top of every page.

use askama::Template;

use super::parts::Markup;

/// The header for services with a name of their own.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/generic-header.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct GenericHeader {
    /// The name.
    pub logo_text: String,
    /// Instead of words.
    pub logo_html: Option<Markup>,
    /// Where the name leads; `/` when empty.
    pub url: String,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
}

/// The main places of the service.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/service-navigation.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct ServiceNavigation {
    /// Name of the service; empty when the header shows it.
    pub service_name: String,
    /// Where the name leads.
    pub service_url: String,
    /// The places.
    pub navigation: Vec<NavigationItem>,
}

/// One place.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct NavigationItem {
    /// The words.
    pub text: String,
    /// Where to.
    pub href: String,
    /// Whether this is the page.
    pub current: bool,
    /// Whether the page lies below.
    pub active: bool,
}

impl ServiceNavigation {
    /// With a name it is a landmark of its own.
    fn is_section(&self) -> bool {
        !self.service_name.is_empty()
    }
}

impl NavigationItem {
    fn is_marked(&self) -> bool {
        self.current || self.active
    }
}
