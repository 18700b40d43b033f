//! The frame around every page: title, header, navigation, footer.

use askama::Template;

use super::components::{BackLink, GenericHeader, Markup, NavigationItem, ServiceNavigation, SkipLink, WarningText};
use super::limits::Limits;

/// What every page shows around its content; each view has one as `frame`.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// `Question – Journey`, without the service's name. Never personal data: titles end up in histories.
    pub title: String,
    /// Whether the page answers a form that failed: the title says so first.
    pub failed: bool,
    /// What the service is called, in titles and header.
    pub service: String,
    /// The partnership that runs the hub.
    pub partnership: String,
    /// Whether the data is synthetic; shows the permanent stripe.
    pub demo: bool,
    /// Token of the session that every form posts back; empty when signed out.
    pub csrf_token: String,
    /// Id of this request, to quote when asking for help.
    pub request_id: String,
    /// Whom to ask for help, in one line, the same on every page; empty for none.
    pub help: String,
    /// The number of whoever runs the hub, with its hours; empty for none.
    pub helpline: String,
    /// Who is signed in.
    pub signed_in: Option<SignedIn>,
    /// How many notices wait, in words; empty for nobody.
    pub notices: String,
    /// The places the person may go.
    pub navigation: Vec<NavigationItem>,
    /// Where "Back" leads; empty for no such link.
    pub back: String,
    /// What the page acts on; none where it acts on nothing.
    pub on: Option<ActedOn>,
}

/// The referral that a page acts on, so that of several open pages nobody takes the wrong one.
#[derive(Clone, Default)]
pub struct ActedOn {
    /// Its reference.
    pub reference: String,
    /// What it is about, in the line that lists show; empty where the reader may not see that.
    pub headline: String,
    /// Who else works on it, as a sentence; empty for nobody.
    pub others: String,
}

impl std::fmt::Debug for ActedOn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ActedOn(…)")
    }
}

impl ActedOn {
    pub(super) fn warning(&self) -> Option<WarningText> {
        (!self.others.is_empty()).then(|| WarningText { text: self.others.clone(), ..WarningText::default() })
    }
}

/// Who is signed in, as the header shows it.
#[derive(Clone, Default)]
pub struct SignedIn {
    /// Name of the person.
    pub name: String,
    /// Team and agency of the main place.
    pub team: String,
    /// Whether the person may look referrals up by reference.
    pub may_find: bool,
    /// When the session ends.
    pub limits: Limits,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignedIn(…)")
    }
}

impl Frame {
    /// A frame with a title; everything else as in `self`, so that one base serves a whole session.
    #[must_use]
    pub fn titled(&self, title: &str) -> Self {
        Self { title: title.to_owned(), ..self.clone() }
    }

    /// The same, with a way back.
    #[must_use]
    pub fn back_to(mut self, href: &str) -> Self {
        href.clone_into(&mut self.back);
        self
    }

    /// The same, with what the page acts on above its heading.
    #[must_use]
    pub fn acting_on(self, on: ActedOn) -> Self {
        Self { on: Some(on), ..self }
    }

    /// The same, marked as the answer to a form that failed if `failed`.
    #[must_use]
    pub fn failed_if(mut self, failed: bool) -> Self {
        self.failed = failed;
        self
    }

    /// The same, with the place at this address marked as the present one.
    #[must_use]
    pub fn at(mut self, href: &str) -> Self {
        for item in &mut self.navigation {
            item.current = item.href == href;
        }
        self
    }

    pub(super) fn full_title(&self) -> String {
        let (error, service) = (if self.failed { "Error: " } else { "" }, &self.service);
        if self.title.is_empty() { format!("{error}{service}") } else { format!("{error}{} – {service}", self.title) }
    }

    pub(super) fn back_link(&self) -> BackLink {
        BackLink { href: self.back.clone(), ..BackLink::default() }
    }

    pub(super) fn header(&self) -> Result<GenericHeader, askama::Error> {
        let logo = Markup::of(&Logo { service: &self.service, partnership: &self.partnership })?;
        Ok(GenericHeader { logo_html: Some(logo), classes: "app-header".to_owned(), ..GenericHeader::default() })
    }

    pub(super) fn service_navigation(&self) -> ServiceNavigation {
        ServiceNavigation { navigation: self.navigation.clone(), ..ServiceNavigation::default() }
    }
}

/// The first link of every page.
pub(super) fn skip_link() -> SkipLink {
    SkipLink { href: "#main-content".to_owned(), text: "Skip to main content".to_owned() }
}

#[derive(Template)]
#[template(path = "logo.html")]
struct Logo<'a> {
    service: &'a str,
    partnership: &'a str,
}
