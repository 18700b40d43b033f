//! How far a form has come: section by section, for a task list.

use super::{answers::FieldError, section::Section};

/// How far one section has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It cannot be begun before an earlier one is complete.
    Waiting,
    /// Nothing was saved in it.
    NotStarted,
    /// Something in it must be mended or added before sending.
    Incomplete,
    /// All in it fits.
    Completed,
}

impl Progress {
    /// How far a section has come, given whether it was saved and what is wrong with the form as a whole.
    pub fn of(section: &Section, saved: bool, errors: &[FieldError]) -> Self {
        let mine = |error: &FieldError| section.questions.iter().any(|question| question.id == error.field);
        match (saved, errors.iter().any(mine)) {
            (false, _) => Self::NotStarted,
            (true, true) => Self::Incomplete,
            (true, false) => Self::Completed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::{Code, QuestionId};

    #[test]
    fn a_section_is_complete_when_it_was_saved_and_nothing_in_it_is_wrong() {
        let question = QuestionId::parse("name").expect("an id");
        let section = Section {
            id: Code::parse("about").expect("a code"),
            title: "About".into(),
            intro: None,
            later: false,
            gate: false,
            questions: vec![],
        };
        let errors = [FieldError::new(question, "Enter a name")];
        assert_eq!(Progress::of(&section, false, &errors), Progress::NotStarted);
        assert_eq!(Progress::of(&section, true, &errors), Progress::Completed, "another section's error is not this one's");
        assert_eq!(Progress::of(&section, true, &[]), Progress::Completed);
    }
}
