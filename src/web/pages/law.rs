//! What something that is given away rests on, and for what: two questions, neither answered beforehand.

use crate::{
    domain::legal::{Basis, Purpose},
    web::{
        components::{ErrorMessage, Label, Select, SelectItem},
        words,
    },
};

fn item(value: &str, text: &str) -> SelectItem {
    SelectItem { value: Some(value.to_owned()), text: text.to_owned(), selected: None }
}

/// The lawful basis.
pub(super) fn basis(value: &str, error_message: Option<ErrorMessage>) -> Select {
    let all = Basis::ALL.iter().map(|basis| item(basis.code(), words::basis(*basis)));
    Select {
        name: "basis".to_owned(),
        label: Label::from("What do you rest on?"),
        error_message,
        items: std::iter::once(item("", "Choose what you rest on")).chain(all).collect(),
        value: value.to_owned(),
        ..Select::default()
    }
}

/// The purpose.
pub(super) fn purpose(value: &str, error_message: Option<ErrorMessage>) -> Select {
    let all = Purpose::ALL.iter().map(|purpose| {
        let sentence = words::sentence(words::purpose(*purpose));
        item(purpose.code(), sentence.trim_end_matches('.'))
    });
    Select {
        name: "purpose".to_owned(),
        label: Label::from("For which purpose?"),
        error_message,
        items: std::iter::once(item("", "Choose what it is for")).chain(all).collect(),
        value: value.to_owned(),
        ..Select::default()
    }
}
