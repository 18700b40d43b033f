//! Answers of several named parts: places, people, vehicles, documents, ages.

use std::fmt;

use jiff::civil::Date;

use super::part_date::PartDate;

/// One part of such an answer, the same for form, JSON and check.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name in forms and JSON.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What it takes.
    pub form: PartForm,
}

/// What a part takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartForm {
    /// One line, at most so many characters.
    Line(usize),
    /// One line that an answer must have.
    NeededLine(usize),
    /// A full postcode.
    Postcode,
    /// A unique property reference number: 1 to 12 digits.
    Uprn,
    /// A vehicle's registration: at most 12 letters, digits and spaces.
    Registration,
    /// A whole date.
    Date,
    /// Yes, or nothing.
    Tick,
}

const fn part(name: &'static str, label: &'static str, form: PartForm) -> Part {
    Part { name, label, form }
}

/// The parts of a place.
pub const PLACE: &[Part] = &[
    part("line_1", "Address line 1", PartForm::NeededLine(100)),
    part("line_2", "Address line 2", PartForm::Line(100)),
    part("town", "Town or city", PartForm::NeededLine(100)),
    part("postcode", "Postcode", PartForm::Postcode),
    part("uprn", "Property reference number, UPRN", PartForm::Uprn),
];

/// The parts of where somebody lives: a place, and whether it is where to write.
pub const HOME: &[Part] = &[
    part("line_1", "Address line 1", PartForm::NeededLine(100)),
    part("line_2", "Address line 2", PartForm::Line(100)),
    part("town", "Town or city", PartForm::NeededLine(100)),
    part("postcode", "Postcode", PartForm::Postcode),
    part("uprn", "Property reference number, UPRN", PartForm::Uprn),
    part("write_to", "It is safe to write to this address", PartForm::Tick),
];

/// The parts of a person's name.
pub const PERSON: &[Part] = &[
    part("given_name", "Given names", PartForm::Line(100)),
    part("family_name", "Family name", PartForm::Line(100)),
    part("known_as", "Known as, or other names", PartForm::Line(100)),
];

/// The parts of a vehicle.
pub const VEHICLE: &[Part] = &[
    part("registration", "Registration number", PartForm::Registration),
    part("make", "Make", PartForm::Line(60)),
    part("model", "Model", PartForm::Line(60)),
    part("colour", "Colour", PartForm::Line(60)),
];

/// The parts of a document.
pub const DOCUMENT: &[Part] = &[
    part("type", "Type of document", PartForm::Line(60)),
    part("number", "Number", PartForm::Line(60)),
    part("state", "Country or body that issued it", PartForm::Line(60)),
    part("expires", "Expiry date", PartForm::Date),
];

/// A place in the United Kingdom, one value a line, none of them blank.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// House and street.
    pub line_1: String,
    /// More of the street, if any.
    pub line_2: Option<String>,
    /// Town or city.
    pub town: String,
    /// Postcode, upper case with its space, if known.
    pub postcode: Option<String>,
    /// Unique property reference number, 1 to 12 digits, if known.
    pub uprn: Option<String>,
    /// Whether it is safe to write there; only a tick makes it so.
    pub write_to: bool,
}

impl Address {
    /// Its lines that are filled in, by the names that forms and JSON use.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        filled([
            ("line_1", Some(&self.line_1)),
            ("line_2", self.line_2.as_ref()),
            ("town", Some(&self.town)),
            ("postcode", self.postcode.as_ref()),
            ("uprn", self.uprn.as_ref()),
        ])
    }

    /// In words, a line each.
    pub(super) fn words(&self) -> String {
        let line = |(name, value): (&str, &str)| if name == "uprn" { format!("UPRN {value}") } else { value.to_owned() };
        self.parts().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// What somebody is called; at least one part is known.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// Given names.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Other names.
    pub known_as: Option<String>,
}

impl Person {
    /// Its parts that are known, by the names that forms and JSON use.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        filled([
            ("given_name", self.given_name.as_ref()),
            ("family_name", self.family_name.as_ref()),
            ("known_as", self.known_as.as_ref()),
        ])
    }

    /// In words: `Robin Example (known as Rob)`.
    pub(super) fn words(&self) -> String {
        let names = [&self.given_name, &self.family_name].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        match &self.known_as {
            None => names,
            Some(known_as) if names.is_empty() => format!("Known as {known_as}"),
            Some(known_as) => format!("{names} (known as {known_as})"),
        }
    }
}

/// A vehicle; at least one part is known.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Vehicle {
    /// Registration number, upper case.
    pub registration: Option<String>,
    /// Make.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Colour.
    pub colour: Option<String>,
}

impl Vehicle {
    /// Its parts that are known, by the names that forms and JSON use.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        filled([
            ("registration", self.registration.as_ref()),
            ("make", self.make.as_ref()),
            ("model", self.model.as_ref()),
            ("colour", self.colour.as_ref()),
        ])
    }

    /// In words: `AB12 CDE, red Example Saloon`.
    pub(super) fn words(&self) -> String {
        let looks =
            [&self.colour, &self.make, &self.model].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        let looks = (!looks.is_empty()).then_some(looks);
        self.registration.iter().chain(&looks).map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// An identity document; its type or its number is known.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// What it is.
    pub of_type: Option<String>,
    /// Its number.
    pub number: Option<String>,
    /// Who issued it.
    pub state: Option<String>,
    /// When it expires.
    pub expires: Option<Date>,
}

impl Document {
    /// In words, a line each.
    pub(super) fn words(&self) -> String {
        let name = [&self.of_type, &self.number].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        let state = self.state.as_ref().map(|state| format!("Issued by {state}"));
        let expires = self.expires.map(|date| format!("Expires {}", date.strftime("%-d %B %Y")));
        std::iter::once(name).chain(state).chain(expires).collect::<Vec<_>>().join("\n")
    }
}

/// How old somebody is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Born then; a part may be unknown.
    Born(PartDate),
    /// So many whole years old on the day of the answer.
    Years {
        /// 0 to 120.
        years: u8,
        /// Whether it is a guess.
        estimated: bool,
    },
}

impl Age {
    /// The greatest age taken, in years.
    pub const MOST: u8 = 120;

    /// The fewest and the most whole years old, on a day on which the answer was given.
    pub fn on(self, day: Date) -> (u8, u8) {
        match self {
            Self::Years { years, .. } => (years, years),
            Self::Born(born) => (whole_years(born.latest(), day), whole_years(born.earliest(), day)),
        }
    }

    /// The first day on which they can have been born, said on a day; none for a guess.
    pub fn born_from(self, day: Date) -> Option<PartDate> {
        match self {
            Self::Born(born) => Some(born),
            Self::Years { estimated: true, .. } => None,
            Self::Years { years, .. } => {
                let birthday = day.checked_sub(jiff::Span::new().years(i64::from(years) + 1)).ok()?;
                Some(birthday.tomorrow().ok()?.into())
            }
        }
    }

    /// In words: `14 years old`, `about 14 years old`, `Born 9 March 2011`.
    pub(super) fn words(self) -> String {
        match self {
            Self::Born(born) => format!("Born {}", born.words()),
            Self::Years { years, estimated } => {
                let (about, s) = (if estimated { "About " } else { "" }, if years == 1 { "" } else { "s" });
                format!("{about}{years} year{s} old")
            }
        }
    }
}

fn whole_years(born: Date, day: Date) -> u8 {
    let had_birthday = (day.month(), day.day()) >= (born.month(), born.day());
    let years = i32::from(day.year()) - i32::from(born.year()) - i32::from(!had_birthday);
    u8::try_from(years.max(0)).unwrap_or(u8::MAX)
}

fn filled<'a, const N: usize>(
    parts: [(&'static str, Option<&'a String>); N],
) -> impl Iterator<Item = (&'static str, &'a str)> + use<'a, N> {
    parts.into_iter().filter_map(|(name, value)| Some((name, value?.as_str())))
}

macro_rules! hidden {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

hidden!(Address, Person, Vehicle, Document, Age);

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_vehicles_and_documents_read_as_people_say_them() {
        let some = |text: &str| Some(text.to_owned());
        let person = |given, family, known| Person { given_name: given, family_name: family, known_as: known }.words();
        assert_eq!(person(some("Robin"), some("Example"), some("Rob")), "Robin Example (known as Rob)");
        assert_eq!(person(None, None, some("Rob")), "Known as Rob");
        assert_eq!(person(some("Robin"), None, None), "Robin");
        let vehicle = Vehicle { registration: some("AB12 CDE"), make: some("Example"), model: None, colour: some("red") };
        assert_eq!(vehicle.words(), "AB12 CDE, red Example");
        let document =
            Document { of_type: some("Passport"), number: None, state: some("Ruritania"), expires: Some(date(2030, 1, 31)) };
        assert_eq!(document.words(), "Passport\nIssued by Ruritania\nExpires 31 January 2030");
    }

    #[test]
    fn an_age_is_counted_in_whole_years_and_as_a_span_where_the_birthday_is_not_known() {
        let born = |text| Age::Born(PartDate::parse(text).expect("a date"));
        let today = date(2026, 11, 27);
        assert_eq!(born("2011-11-27").on(today), (15, 15));
        assert_eq!(born("2011-11-28").on(today), (14, 14));
        assert_eq!(born("2011").on(today), (14, 15));
        assert_eq!(born("2011-11").on(today), (14, 15));
        assert_eq!(Age::Years { years: 9, estimated: true }.on(today), (9, 9));
        assert_eq!(Age::Years { years: 9, estimated: true }.words(), "About 9 years old");
        assert_eq!(Age::Years { years: 1, estimated: false }.words(), "1 year old");
        assert_eq!(born("2011-03").words(), "Born March 2011");
    }

    #[test]
    fn debug_shows_none_of_it() {
        let shown = format!(
            "{:?} {:?}",
            Person { known_as: Some("canary".into()), ..Person::default() },
            Age::Years { years: 9, estimated: false }
        );
        assert!(!shown.contains("canary") && !shown.contains('9'));
    }

    proptest! {
        #[test]
        fn whoever_is_so_old_was_not_born_before_the_first_day_that_they_can_have_been(
            since in 0..36_000_i32, said in 0..9_000_i32, years in 0..=98_u8,
        ) {
            let start = date(1926, 1, 1);
            let born = start.checked_add(jiff::Span::new().days(i64::from(since))).expect("a date");
            let day = start.checked_add(jiff::Span::new().days(i64::from(27_000 + said))).expect("a date");
            prop_assume!(born <= day);
            let first = Age::Years { years, estimated: false }.born_from(day).expect("a day").earliest();
            if Age::Born(born.into()).on(day) == (years, years) {
                prop_assert!(first <= born);
            }
            prop_assert_eq!(Age::Born(first.into()).on(day), (years, years), "and no later");
            prop_assert_eq!(Age::Years { years, estimated: true }.born_from(day), None);
        }

        #[test]
        fn nobody_grows_younger(year in 1920..2026_i16, month in 1..=12_i8, days in 0..4000_i64) {
            let born = Age::Born(PartDate::new(year, Some(month), None, false).expect("a date"));
            let day = date(2026, 1, 1);
            let later = day.checked_add(jiff::Span::new().days(days)).expect("a date");
            let ((least, most), (least_then, most_then)) = (born.on(day), born.on(later));
            prop_assert!(least <= most && most - least <= 1);
            prop_assert!(least_then >= least && most_then >= most);
        }
    }
}
