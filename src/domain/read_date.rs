//! Reads dates and ages, whole or part known.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    answers::{Answer, RawAnswer},
    part_date::PartDate,
    parts::Age,
    question::{DateKind, DateRange, NOT_KNOWN, Precision, Question},
    read::{Fault, missing, subject, whole_number},
};

type Parts = BTreeMap<String, String>;

fn part<'a>(parts: &'a Parts, name: &str) -> &'a str {
    parts.get(name).map_or("", |part| part.trim())
}

fn unreal(question: &Question) -> String {
    format!("{} must be a real date", subject(question))
}

/// Reads a date: a code like `2026-06-04`, or the boxes day, month and year and the tick `about`.
pub(super) fn date(question: &Question, given: &RawAnswer, kind: DateKind, today: Date) -> Result<Answer, String> {
    let date = match given {
        RawAnswer::Text(text) => PartDate::parse(text.trim()).ok_or_else(|| unreal(question))?,
        RawAnswer::Parts(parts) => {
            if parts.keys().any(|name| !matches!(name.as_str(), "day" | "month" | "year" | "about")) {
                return Err(unreal(question));
            }
            let about = match part(parts, "about") {
                "" => false,
                "yes" => true,
                _ => return Err(unreal(question)),
            };
            boxes(question, parts, kind.precision, about)?
        }
        _ => return Err(missing(question).1),
    };
    if date.is_about() && !kind.approximate {
        return Err(format!("{} must be known: it cannot be about a time", subject(question)));
    }
    if date.day().is_none() && kind.precision == Precision::Whole {
        return Err(format!("{} must include a day, a month and a year", subject(question)));
    }
    match kind.when {
        DateRange::TodayOrPast if date.earliest() > today => Err(format!("{} must be today or in the past", subject(question))),
        DateRange::Any | DateRange::TodayOrPast => Ok(Answer::Date(date)),
    }
}

/// Reads three boxes.
fn boxes(question: &Question, parts: &Parts, precision: Precision, about: bool) -> Result<PartDate, String> {
    let (day, month, year) = (part(parts, "day"), part(parts, "month"), part(parts, "year"));
    let must = |what: &str| Err(format!("{} must include a {what}", subject(question)));
    let is_part = precision == Precision::PartKnown;
    match (day, month, year) {
        ("", _, _) if !is_part => return must("day"),
        (_, "", _) if !is_part || !day.is_empty() => return must("month"),
        (_, _, "") => return must("year"),
        _ => {}
    }
    if year.chars().count() != 4 {
        return must("year of four digits");
    }
    let number = |text: &str| i16::try_from(whole_number(text)?).ok();
    let read = || {
        let month = if month.is_empty() { None } else { Some(month_number(month)?) };
        let day = if day.is_empty() { None } else { Some(i8::try_from(whole_number(day)?).ok()?) };
        PartDate::new(number(year)?, month, day, about)
    };
    read().ok_or_else(|| unreal(question))
}

/// A month by number or English name; three letters are enough.
fn month_number(text: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    if let Some(number) = whole_number(text) {
        return i8::try_from(number).ok();
    }
    let name = text.to_lowercase();
    let found = (name.len() >= 3).then(|| MONTHS.iter().position(|month| month.starts_with(&name))).flatten()?;
    i8::try_from(found + 1).ok()
}

/// Reads an age: `born` as a code or in three boxes, or `years`, perhaps `estimated`; exactly one of the two.
pub(super) fn age(question: &Question, parts: &Parts, today: Date) -> Result<Age, Vec<Fault>> {
    let one = |part, message: String| Err(vec![(part, message)]);
    let known = ["born", "day", "month", "year", "years", "estimated"];
    if parts.keys().any(|name| !known.contains(&name.as_str())) {
        return one(None, format!("Enter {} as a date of birth or in years", question.noun));
    }
    let boxed = ["day", "month", "year"].iter().any(|name| !part(parts, name).is_empty());
    let (code, years) = (part(parts, "born"), part(parts, "years"));
    let estimated = match part(parts, "estimated") {
        "" | "no" => false,
        "yes" => true,
        _ => return one(Some("estimated"), "Tick this if the age is a guess, or leave it".to_owned()),
    };
    match (boxed || !code.is_empty(), !years.is_empty()) {
        (true, true) => one(None, "Enter a date of birth or an age, not both".to_owned()),
        (false, false) => one(None, missing(question).1),
        (false, true) => {
            let read = whole_number(years).and_then(|years| u8::try_from(years).ok()).filter(|years| *years <= Age::MOST);
            match read {
                Some(years) => Ok(Age::Years { years, estimated }),
                None => one(Some("years"), format!("Age must be a whole number from 0 to {}", Age::MOST)),
            }
        }
        (true, false) => {
            if estimated {
                let words = format!("Enter an age in years to say that it is a guess, or select {NOT_KNOWN}")
                    .replace(NOT_KNOWN, "not known");
                return one(Some("estimated"), words);
            }
            let born = match (boxed, code) {
                (true, "") => boxes(question, parts, Precision::PartKnown, false),
                (false, code) => PartDate::parse(code).filter(|born| !born.is_about()).ok_or_else(|| unreal(question)),
                (true, _) => Err(unreal(question)),
            };
            let born = born.map_err(|message| vec![(None, message)])?;
            if born.earliest() > today {
                return one(None, "Date of birth must be today or in the past".to_owned());
            }
            let fewest = i32::from(today.year()) - i32::from(born.year());
            // Reading back, `today` is the end of time.
            if today != Date::MAX && fewest > i32::from(Age::MOST) + 1 {
                return one(None, "Date of birth must be within the last 120 years".to_owned());
            }
            Ok(Age::Born(born))
        }
    }
}
