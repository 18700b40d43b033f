//! Reads answers of named parts: places, people, vehicles, documents.

use std::collections::BTreeMap;

use super::{
    answers::Answer,
    part_date::whole_date,
    parts::{Address, Document, Part, PartForm, Person, Vehicle},
    question::{Kind, Question},
    read::{Fault, missing, text_fault},
    text::line,
};

/// Reads the parts of an answer.
pub(super) fn of_parts(question: &Question, given: &BTreeMap<String, String>) -> Result<Answer, Vec<Fault>> {
    let parts = question.kind.parts();
    let mut faults: Vec<Fault> = Vec::new();
    let mut read: BTreeMap<&str, String> = BTreeMap::new();
    for part in parts {
        match one(question, part, given.get(part.name).map_or("", String::as_str)) {
            Ok(Some(value)) => _ = read.insert(part.name, value),
            Ok(None) => {}
            Err(message) => faults.push((Some(part.name), message)),
        }
    }
    if given.keys().any(|name| parts.iter().all(|part| part.name != name)) {
        let names: Vec<&str> = parts.iter().map(|part| part.name).collect();
        faults.push((None, format!("Use no other parts than {}", names.join(", "))));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut take = |name: &str| read.remove(name);
    let answer = match question.kind {
        Kind::Address(_) => match (take("line_1"), take("town")) {
            (Some(line_1), Some(town)) => Some(Answer::Address(Address {
                line_1,
                line_2: take("line_2"),
                town,
                postcode: take("postcode"),
                uprn: take("uprn"),
                write_to: take("write_to").is_some(),
            })),
            _ => None,
        },
        Kind::Person => {
            let person = Person { given_name: take("given_name"), family_name: take("family_name"), known_as: take("known_as") };
            (person != Person::default()).then_some(Answer::Person(person))
        }
        Kind::Vehicle => {
            let vehicle =
                Vehicle { registration: take("registration"), make: take("make"), model: take("model"), colour: take("colour") };
            (vehicle != Vehicle::default()).then_some(Answer::Vehicle(vehicle))
        }
        Kind::Document => {
            let expires = take("expires").and_then(|date| date.parse().ok());
            let document = Document { of_type: take("type"), number: take("number"), state: take("state"), expires };
            if document.of_type.is_none() && document.number.is_none() {
                return Err(vec![(Some("type"), format!("Enter the type or the number of {}", question.noun))]);
            }
            Some(Answer::Document(document))
        }
        _ => None,
    };
    answer.ok_or_else(|| vec![missing(question)])
}

/// One part as it is kept; none where it is blank and may be.
fn one(question: &Question, part: &Part, text: &str) -> Result<Option<String>, String> {
    let subject = match part.name {
        "line_1" => "First line",
        "line_2" => "Second line",
        "uprn" => "Property reference",
        _ => part.label,
    };
    if text.trim().is_empty() && !matches!(part.form, PartForm::NeededLine(_)) {
        return Ok(None);
    }
    let enter = format!("Enter the {} of {}", subject.to_lowercase(), question.noun);
    let bounded = |max| line(text, max).map_err(|fault| text_fault(subject, &enter, fault));
    match part.form {
        PartForm::Line(max) | PartForm::NeededLine(max) => bounded(max).map(Some),
        PartForm::Postcode => match postcode_of(&bounded(100)?) {
            Some(postcode) => Ok(Some(postcode)),
            None => Err("Enter a full UK postcode, like LE1 1AA".to_owned()),
        },
        PartForm::Uprn => {
            let uprn = bounded(100)?;
            let fits = uprn.len() <= 12 && uprn.bytes().all(|b| b.is_ascii_digit());
            if fits { Ok(Some(uprn)) } else { Err("Property reference must be 12 digits or less".to_owned()) }
        }
        PartForm::Registration => {
            let registration = text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase();
            let fits = registration.len() <= 12 && registration.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ');
            let words = "Registration number must be 12 characters or less, with only letters, digits and spaces";
            if fits { Ok(Some(registration)) } else { Err(words.to_owned()) }
        }
        PartForm::Date => whole_date(text.trim())
            .map(|date| Some(date.to_string()))
            .ok_or_else(|| format!("{subject} must be a real date, like 2030-01-31 or 31/1/2030")),
        PartForm::Tick => match text.trim() {
            "yes" => Ok(Some("yes".to_owned())),
            "no" => Ok(None),
            _ => Err("Tick this or leave it".to_owned()),
        },
    }
}

/// A full postcode of any spacing and case, as it is written: `LE1 1AA`.
pub(super) fn postcode_of(text: &str) -> Option<String> {
    let code: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let bytes = code.as_bytes();
    let (outward, inward) = bytes.split_at_checked(bytes.len().checked_sub(3)?)?;
    let fits = (2..=4).contains(&outward.len())
        && outward.iter().all(u8::is_ascii_alphanumeric)
        && outward.first().is_some_and(u8::is_ascii_alphabetic)
        && outward.iter().any(u8::is_ascii_digit)
        && matches!(inward, [digit, a, b] if digit.is_ascii_digit() && a.is_ascii_alphabetic() && b.is_ascii_alphabetic());
    let (outward, inward) = code.split_at_checked(outward.len())?;
    fits.then(|| format!("{outward} {inward}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postcodes_of_any_spacing_are_written_one_way() {
        for (typed, written) in [
            ("le11aa", Some("LE1 1AA")),
            (" LE1  1AA", Some("LE1 1AA")),
            ("sw1a 2aa", Some("SW1A 2AA")),
            ("M11AE", Some("M1 1AE")),
        ] {
            assert_eq!(postcode_of(typed).as_deref(), written);
        }
        for bad in ["", "LE1", "1LE 1AA", "LE1 AAA", "LEX 1AA", "LE1 1AAA2", "é1 1AA", "1éé"] {
            assert_eq!(postcode_of(bad), None, "{bad}");
        }
    }
}
