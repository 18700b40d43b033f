//! The form of a pathway, all questions on one page.

use askama::Template;

use super::field::FieldView;
use crate::web::{
    components::{Button, ErrorLink, ErrorSummary, InsetText},
    view::Frame,
};

/// The form. It posts its answers, `csrf_token` and `form_token` to `action`.
#[derive(Clone, Template)]
#[template(path = "form/form.html")]
pub struct FormPage {
    /// The frame; `failed` when the answers need mending.
    pub frame: Frame,
    /// Name of the pathway; the heading.
    pub pathway: String,
    /// Who will receive it.
    pub received_by: String,
    /// Address that receives the answers and shows them for checking.
    pub action: String,
    /// The same for all attempts to send these answers: what makes sending twice harmless.
    pub form_token: String,
    /// The questions, in parts.
    pub sections: Vec<SectionView>,
    /// Errors of no single field, such as a rule over several.
    pub general_errors: Vec<String>,
}

/// A part of the form.
#[derive(Clone)]
pub struct SectionView {
    /// Its heading.
    pub title: String,
    /// Why it is asked, who will see it; empty for none.
    pub intro: String,
    /// Its questions.
    pub fields: Vec<FieldView>,
}

impl FormPage {
    fn summary(&self) -> ErrorSummary {
        let general = self.general_errors.iter().map(|text| ErrorLink { href: String::new(), text: text.clone() });
        let fields = self.sections.iter().flat_map(|section| &section.fields).filter_map(FieldView::error_link);
        ErrorSummary::new(general.chain(fields).collect())
    }

    fn emergency() -> InsetText {
        let text = "If anyone is in immediate danger, ring 999 now. Make this record afterwards.";
        InsetText { text: text.to_owned(), ..InsetText::default() }
    }

    fn button() -> Button {
        Button { text: "Check your answers".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}
