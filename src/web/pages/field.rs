//! One question of a form, drawn by its kind.

use askama::Template;

use super::{
    field_parts::{ItemView, PartView},
    follow_up::When,
};
use crate::web::components::{
    CharacterCount, Checkbox, Checkboxes, DateInput, DateParts, ErrorLink, ErrorMessage, Fieldset, Hint, Input, Label, Prefix,
    Radio, Radios, Select, SelectItem,
};

/// How a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// A person's name: never spell-checked.
    Name,
    /// A whole number.
    Number,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A postcode.
    Postcode,
    /// Text of several lines, with a count.
    LongText,
    /// One choice, all shown.
    Radios,
    /// Any number of choices.
    Checkboxes,
    /// One choice from a long list.
    Select,
    /// A date; posted as `<id>-day`, `<id>-month`, `<id>-year`.
    Date,
    /// A date that may be known in part only, and may be a guess; as a date, and `<id>-about`.
    PartDate,
    /// A date of birth or an age; as a date, and `<id>.years` and `<id>.estimated`.
    Age,
    /// A place, a person or the like; posted as `<id>.line_1`, `<id>.town` and so on.
    Parts,
    /// An amount in pounds.
    Money,
    /// The same questions for each of several; posted as `<id>.0.<question>` and so on, with their number as `<id>-items`.
    Group,
    /// Files, which are added elsewhere; nothing is posted.
    File,
}

/// A choice: what is posted and what is read.
#[derive(Debug, Clone, Default)]
pub struct ChoiceView {
    /// The code posted.
    pub code: String,
    /// The words.
    pub text: String,
    /// A hint below; empty for none.
    pub hint: String,
}

/// A question with its answer so far.
#[derive(Clone)]
pub struct FieldView {
    /// Name posted, and id on the page. Unique on the page.
    pub id: String,
    /// How it is asked.
    pub kind: FieldKind,
    /// The question.
    pub label: String,
    /// A hint; empty for none.
    pub hint: String,
    /// The answer: one value; several for checkboxes; day, month and year for a date or an age.
    pub values: Vec<String>,
    /// The parts of an answer of several, with what was given for each.
    pub parts: Vec<PartView>,
    /// The items of a group.
    pub items: Vec<ItemView>,
    /// The noun of one item.
    pub item: String,
    /// Whether there may be more items.
    pub can_add: bool,
    /// For a date that may be a guess: whether it is.
    pub about: Option<bool>,
    /// What may be chosen.
    pub choices: Vec<ChoiceView>,
    /// The ways to say "not known", posted as `<id>-not-known`; empty where an answer is always known.
    pub not_known: Vec<ChoiceView>,
    /// The way that was ticked; empty for none.
    pub not_known_code: String,
    /// What is wrong with the answer.
    pub error: Option<String>,
    /// What is wrong with parts of it: part and words.
    pub part_errors: Vec<(String, String)>,
    /// Whether it may be left out; the label says so.
    pub optional: bool,
    /// The most characters of a long text.
    pub max_length: u32,
    /// Of a follow-up, the answers on this page that call for it; none where it is asked in any case.
    pub when: Option<When>,
}

impl FieldView {
    /// A question without an answer.
    pub fn new(id: &str, kind: FieldKind, label: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind,
            label: label.to_owned(),
            hint: String::new(),
            values: Vec::new(),
            parts: Vec::new(),
            items: Vec::new(),
            item: String::new(),
            can_add: false,
            about: None,
            choices: Vec::new(),
            not_known: Vec::new(),
            not_known_code: String::new(),
            error: None,
            part_errors: Vec::new(),
            optional: false,
            max_length: 4000,
            when: None,
        }
    }

    /// The question, with "(optional)" where it is.
    pub fn question(&self) -> String {
        if self.optional { format!("{} (optional)", self.label) } else { self.label.clone() }
    }

    /// The lines of the error summary, if something is wrong.
    pub fn error_links(&self) -> Vec<ErrorLink> {
        let suffix = match (self.kind, self.parts.first()) {
            (FieldKind::Date | FieldKind::PartDate, _) => "-day".to_owned(),
            (FieldKind::Age, _) => ".born-day".to_owned(),
            (FieldKind::Parts, Some(part)) => format!(".{}", part.name),
            _ => String::new(),
        };
        let whole = self.error.as_ref().map(|text| ErrorLink { href: format!("#{}{suffix}", self.id), text: text.clone() });
        let part = |(part, text): &(String, String)| ErrorLink { href: format!("#{}.{part}", self.id), text: text.clone() };
        let items = self.items.iter().flat_map(|item| &item.fields).flat_map(Self::error_links);
        whole.into_iter().chain(self.part_errors.iter().map(part)).chain(items).collect()
    }

    /// The control and, below, the ways to say "not known".
    ///
    /// # Errors
    /// Whatever the template reports.
    pub fn html(&self) -> Result<String, askama::Error> {
        let control = match self.kind {
            FieldKind::LongText => self.long_text().render(),
            FieldKind::Radios => self.radios().render(),
            FieldKind::Checkboxes => self.checkboxes().render(),
            FieldKind::Select => self.select().render(),
            FieldKind::Date => self.date().render(),
            FieldKind::PartDate => self.part_date(),
            FieldKind::Age => self.age(),
            FieldKind::Parts => self.named_parts(),
            FieldKind::Group => self.group(),
            FieldKind::File => self.file(),
            _ => self.line().render(),
        }?;
        if self.not_known.is_empty() { Ok(control) } else { Ok(control + self.not_known_boxes().render()?.as_str()) }
    }

    pub(super) fn value(&self, at: usize) -> String {
        self.values.get(at).cloned().unwrap_or_default()
    }

    fn label(&self) -> Label {
        Label { text: self.question(), classes: "govuk-label--s".to_owned(), is_page_heading: false }
    }

    fn fieldset(&self) -> Fieldset {
        Fieldset::new(&self.question(), "govuk-fieldset__legend--s")
    }

    pub(super) fn hint(&self) -> Option<Hint> {
        (!self.hint.is_empty()).then(|| Hint::from(self.hint.as_str()))
    }

    pub(super) fn error_message(&self) -> Option<ErrorMessage> {
        self.error.as_deref().map(ErrorMessage::from)
    }

    fn line(&self) -> Input {
        let (classes, keyboard, spellcheck) = match self.kind {
            FieldKind::Number => ("govuk-input--width-4", "numeric", None),
            FieldKind::Money => ("govuk-input--width-10", "decimal", Some(false)),
            FieldKind::Phone => ("govuk-input--width-20", "tel", None),
            FieldKind::Email => ("", "email", Some(false)),
            FieldKind::Postcode => ("govuk-input--width-10", "", Some(false)),
            FieldKind::Name => ("", "", Some(false)),
            _ => ("", "", None),
        };
        Input {
            id: self.id.clone(),
            name: self.id.clone(),
            label: self.label(),
            hint: self.hint(),
            error_message: self.error_message(),
            value: self.value(0),
            classes: classes.to_owned(),
            inputmode: keyboard.to_owned(),
            autocomplete: "off".to_owned(),
            spellcheck,
            prefix: (self.kind == FieldKind::Money).then(|| Prefix { text: "£".to_owned() }),
            ..Input::default()
        }
    }

    fn long_text(&self) -> CharacterCount {
        CharacterCount {
            id: self.id.clone(),
            name: self.id.clone(),
            maxlength: self.max_length,
            threshold: Some(75),
            label: self.label(),
            hint: self.hint(),
            error_message: self.error_message(),
            value: self.value(0),
            autocomplete: "off".to_owned(),
            ..CharacterCount::default()
        }
    }

    fn radios(&self) -> Radios {
        let item = |choice: &ChoiceView| Radio {
            value: choice.code.clone(),
            text: choice.text.clone(),
            hint: choice.words(),
            ..Radio::default()
        };
        Radios {
            name: self.id.clone(),
            fieldset: Some(self.fieldset()),
            hint: self.hint(),
            error_message: self.error_message(),
            items: self.choices.iter().map(item).collect(),
            value: self.value(0),
            ..Radios::default()
        }
    }

    fn checkboxes(&self) -> Checkboxes {
        Checkboxes {
            name: self.id.clone(),
            fieldset: Some(self.fieldset()),
            hint: self.hint(),
            error_message: self.error_message(),
            items: self.choices.iter().map(ChoiceView::tick).collect(),
            values: self.values.clone(),
            ..Checkboxes::default()
        }
    }

    fn not_known_boxes(&self) -> Checkboxes {
        let legend = format!("If you cannot answer: {}", self.label);
        Checkboxes {
            name: format!("{}-not-known", self.id),
            fieldset: Some(Fieldset::new(&legend, "govuk-visually-hidden app-block")),
            items: self.not_known.iter().map(ChoiceView::tick).collect(),
            values: vec![self.not_known_code.clone()],
            classes: "govuk-checkboxes--small app-not-known".to_owned(),
            ..Checkboxes::default()
        }
    }

    fn select(&self) -> Select {
        let none = SelectItem { value: Some(String::new()), text: "Select one".to_owned(), selected: None };
        let item =
            |choice: &ChoiceView| SelectItem { value: Some(choice.code.clone()), text: choice.text.clone(), selected: None };
        Select {
            id: self.id.clone(),
            name: self.id.clone(),
            label: self.label(),
            hint: self.hint(),
            error_message: self.error_message(),
            items: std::iter::once(none).chain(self.choices.iter().map(item)).collect(),
            value: self.value(0),
            ..Select::default()
        }
    }

    fn date_example(&self) -> &'static str {
        if self.kind == FieldKind::Date {
            "For example, 27 3 2011"
        } else {
            "For example, 27 3 2011. If you know only the month or the year, leave the other boxes empty."
        }
    }

    pub(super) fn date(&self) -> DateInput {
        DateInput {
            id: self.id.clone(),
            name_prefix: self.id.clone(),
            fieldset: Some(self.fieldset()),
            hint: self.hint().or_else(|| Some(Hint::from(self.date_example()))),
            error_message: self.error_message(),
            values: DateParts { day: self.value(0), month: self.value(1), year: self.value(2) },
            autocomplete: "off".to_owned(),
            ..DateInput::default()
        }
    }
}

impl ChoiceView {
    /// A choice without a hint.
    pub fn new(code: &str, text: &str) -> Self {
        Self { code: code.to_owned(), text: text.to_owned(), hint: String::new() }
    }

    fn words(&self) -> Option<Hint> {
        (!self.hint.is_empty()).then(|| Hint::from(self.hint.as_str()))
    }

    fn tick(&self) -> Checkbox {
        Checkbox { value: self.code.clone(), text: self.text.clone(), hint: self.words(), ..Checkbox::default() }
    }
}
