//! What several components share: label, hint, message, legend, ready markup.

use askama::Template;

/// HTML that a template of ours made, so already escaped. There is no way to make one from text.
#[derive(Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub struct Markup(String);

impl Markup {
    /// Renders a template.
    ///
    /// # Errors
    /// Whatever the template reports; ours cannot fail once they compile.
    pub fn of(template: &impl Template) -> Result<Self, askama::Error> {
        template.render().map(Self)
    }
}

impl std::fmt::Display for Markup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for Markup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Pages hold personal data.
        write!(f, "Markup({} bytes)", self.0.len())
    }
}

/// The words that name a control.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Label {
    /// The words.
    pub text: String,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
    /// Whether the label is the `h1` of the page.
    pub is_page_heading: bool,
}

/// A hint under a label.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Hint {
    /// The words.
    pub text: String,
}

/// What is wrong with an answer, at the field.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct ErrorMessage {
    /// The words; never the answer itself.
    pub text: String,
}

/// The words that name a group of controls.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Legend {
    /// The words.
    pub text: String,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
    /// Whether the legend is the `h1` of the page.
    pub is_page_heading: bool,
}

/// The frame around a group of controls.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Fieldset {
    /// Its name.
    pub legend: Option<Legend>,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
    /// Ids of further descriptions, before hint and message.
    pub described_by: String,
}

macro_rules! from_words {
    ($($name:ident),+) => {$(
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                let mut named = Self::default();
                text.clone_into(&mut named.text);
                named
            }
        }
    )+};
}
from_words!(Label, Hint, ErrorMessage, Legend);

impl Fieldset {
    /// A fieldset with a legend in the given classes.
    pub fn new(text: &str, classes: &str) -> Self {
        let legend = Legend { text: text.to_owned(), classes: classes.to_owned(), is_page_heading: false };
        Self { legend: Some(legend), ..Self::default() }
    }
}

/// The ids for `aria-describedby`: those given, then hint and message, then one that follows.
pub(super) fn described(before: &str, id: &str, hint: bool, error: bool) -> String {
    let mut ids: Vec<String> = before.split_whitespace().map(str::to_owned).collect();
    if hint {
        ids.push(format!("{id}-hint"));
    }
    if error {
        ids.push(format!("{id}-error"));
    }
    ids.join(" ")
}
