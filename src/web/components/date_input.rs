//! A date in three boxes.

use askama::Template;

use super::parts::{ErrorMessage, Fieldset, Hint, described};

/// A date in three boxes: day, month, year.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/date-input.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct DateInput {
    /// Id of the whole; the boxes add `-day`, `-month`, `-year`.
    pub id: String,
    /// Prefix of the names posted, before `-day` and so on; none when empty.
    pub name_prefix: String,
    /// The frame that asks the question.
    pub fieldset: Option<Fieldset>,
    /// A hint under the label.
    pub hint: Option<Hint>,
    /// What is wrong with the answer.
    pub error_message: Option<ErrorMessage>,
    /// The answer so far.
    pub values: DateParts,
    /// Marks of the first box.
    pub day: DatePart,
    /// Marks of the second box.
    pub month: DatePart,
    /// Marks of the third box.
    pub year: DatePart,
    /// `off` for the birthday of anyone but the user.
    #[cfg_attr(test, serde(skip))]
    pub autocomplete: String,
}

/// Day, month and year as typed.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct DateParts {
    /// As typed.
    pub day: String,
    /// As typed; names of months are answers too.
    pub month: String,
    /// As typed.
    pub year: String,
}

/// Marks of one box.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct DatePart {
    /// Whether this box is wrong. With a message and no box marked, all are; `false` takes one out.
    pub error: Option<bool>,
}

struct Part<'a> {
    name: &'static str,
    label: &'static str,
    width: u8,
    value: &'a str,
    error: bool,
}

impl DateInput {
    fn described(&self) -> String {
        let before = self.fieldset.as_ref().map_or("", |fieldset| fieldset.described_by.as_str());
        described(before, &self.id, self.hint.is_some(), self.error_message.is_some())
    }

    fn parts(&self) -> [Part<'_>; 3] {
        let marks = [self.day.error, self.month.error, self.year.error];
        let whole = self.error_message.is_some() && !marks.contains(&Some(true));
        let [day, month, year] = marks.map(|mark| mark.unwrap_or(whole));
        [
            Part { name: "day", label: "Day", width: 2, value: &self.values.day, error: day },
            Part { name: "month", label: "Month", width: 2, value: &self.values.month, error: month },
            Part { name: "year", label: "Year", width: 4, value: &self.values.year, error: year },
        ]
    }
}
