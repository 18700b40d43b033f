//! Questions whose answer has several controls: dates that may be a guess, ages, named parts, groups.

use askama::Template;

use super::{field::FieldView, follow_up};
use crate::web::components::{Checkbox, Checkboxes, DateInput, ErrorMessage, Fieldset, Hint, Input, Label};

/// One part of an answer.
#[derive(Debug, Clone)]
pub struct PartView {
    /// Its name; posted as `<id>.<name>`.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What was given; of a tick, `yes`.
    pub value: String,
    /// Whether it is a tick.
    pub is_tick: bool,
    /// Whether its box is short.
    pub is_short: bool,
}

/// One item of a group.
#[derive(Clone)]
pub struct ItemView {
    /// Its questions, as far as they are shown.
    pub fields: Vec<FieldView>,
}

/// Controls under one legend.
#[derive(Template)]
#[template(path = "form/parts.html")]
struct Controls {
    id: String,
    legend: String,
    hint: String,
    error: Option<String>,
    controls: Vec<String>,
}

/// The items of a group under one legend.
#[derive(Template)]
#[template(path = "form/group.html")]
struct Items {
    id: String,
    legend: String,
    hint: String,
    error: Option<String>,
    noun: String,
    items: Vec<Item>,
    can_add: bool,
}

struct Item {
    number: usize,
    controls: String,
}

/// Where files come from.
#[derive(Template)]
#[template(path = "form/file.html")]
struct FileNote {
    id: String,
    label: String,
    hint: String,
}

fn described(id: &str, hint: &str, error: Option<&String>) -> String {
    let hint = (!hint.is_empty()).then(|| format!("{id}-hint"));
    hint.into_iter().chain(error.map(|_| format!("{id}-error"))).collect::<Vec<_>>().join(" ")
}

impl Controls {
    fn described(&self) -> String {
        described(&self.id, &self.hint, self.error.as_ref())
    }
}

impl Items {
    fn described(&self) -> String {
        described(&self.id, &self.hint, self.error.as_ref())
    }
}

/// One tick on its own.
fn tick(name: &str, text: &str, is_ticked: bool, error: Option<ErrorMessage>) -> Checkboxes {
    Checkboxes {
        name: name.to_owned(),
        error_message: error,
        items: vec![Checkbox { value: "yes".to_owned(), text: text.to_owned(), ..Checkbox::default() }],
        values: if is_ticked { vec!["yes".to_owned()] } else { Vec::new() },
        classes: "govuk-checkboxes--small".to_owned(),
        ..Checkboxes::default()
    }
}

impl FieldView {
    fn under_one_legend(&self, controls: Vec<String>) -> Controls {
        Controls { id: self.id.clone(), legend: self.question(), hint: self.hint.clone(), error: self.error.clone(), controls }
    }

    fn part_error(&self, part: &str) -> Option<ErrorMessage> {
        self.part_errors.iter().find(|(of, _)| of == part).map(|(_, text)| text.as_str().into())
    }

    pub(super) fn part_date(&self) -> Result<String, askama::Error> {
        let date = self.date().render()?;
        let Some(about) = self.about else { return Ok(date) };
        let about = tick(&format!("{}-about", self.id), "This is about right, not exact", about, None).render()?;
        Ok(date + about.as_str())
    }

    pub(super) fn age(&self) -> Result<String, askama::Error> {
        let born = DateInput {
            // Posted as a date of its own; the legend above has the id of the whole.
            id: format!("{}.born", self.id),
            fieldset: Some(Fieldset::new("Date of birth", "")),
            hint: Some(Hint::from(
                "For example, 27 3 2011. If you know only the month or the year, leave the other boxes empty.",
            )),
            error_message: None,
            ..self.date()
        };
        let part = |name: &str| self.parts.iter().find(|part| part.name == name).map_or("", |part| part.value.as_str());
        let years = Input {
            id: format!("{}.years", self.id),
            name: format!("{}.years", self.id),
            label: Label::from("Or age in years"),
            error_message: self.part_error("years"),
            value: part("years").to_owned(),
            classes: "govuk-input--width-3".to_owned(),
            inputmode: "numeric".to_owned(),
            autocomplete: "off".to_owned(),
            ..Input::default()
        };
        let name = format!("{}.estimated", self.id);
        let estimated = tick(&name, "The age is a guess", part("estimated") == "yes", self.part_error("estimated"));
        self.under_one_legend(vec![born.render()?, years.render()?, estimated.render()?]).render()
    }

    pub(super) fn named_parts(&self) -> Result<String, askama::Error> {
        let control = |part: &PartView| {
            let (name, error) = (format!("{}.{}", self.id, part.name), self.part_error(&part.name));
            if part.is_tick {
                return tick(&name, &part.label, part.value == "yes", error).render();
            }
            Input {
                id: name.clone(),
                name,
                label: Label::from(part.label.as_str()),
                error_message: error,
                value: part.value.clone(),
                classes: if part.is_short { "govuk-input--width-10" } else { "" }.to_owned(),
                autocomplete: "off".to_owned(),
                spellcheck: Some(false),
                ..Input::default()
            }
            .render()
        };
        self.under_one_legend(self.parts.iter().map(control).collect::<Result<_, _>>()?).render()
    }

    pub(super) fn group(&self) -> Result<String, askama::Error> {
        let mut letters = self.item.chars();
        let noun = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
        let mut items = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            items.push(Item { number: at + 1, controls: follow_up::html(&item.fields)? });
        }
        let (id, legend, hint, error) = (self.id.clone(), self.question(), self.hint.clone(), self.error.clone());
        Items { id, legend, hint, error, noun, items, can_add: self.can_add }.render()
    }

    pub(super) fn file(&self) -> Result<String, askama::Error> {
        FileNote { id: self.id.clone(), label: self.question(), hint: self.hint.clone() }.render()
    }
}
