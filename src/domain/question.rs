//! Questions of a pathway: what is asked, of which kind, and where the answer is sealed.

use super::{
    code::{Choice, Code, QuestionId},
    compartment::Category,
    condition::Condition,
    parts::{self, Part},
};

/// The code that stands for "not known" without a reason.
pub const NOT_KNOWN: &str = "not-known";

/// The question that is never asked: conditions name it to look at the kind of agency that sends.
pub const SENDER_KIND: &str = "sender_kind";

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a file says of a question, in any combination")]
pub struct Question {
    /// Its id: the key of the answer.
    pub id: QuestionId,
    /// The question itself: heading of its page, legend or label of its field.
    pub label: String,
    /// The label of its row on summary pages.
    pub short: String,
    /// What is asked for, to follow "Enter" or "Select": `the name of the premises`.
    pub noun: String,
    /// Help under the label.
    pub hint: Option<String>,
    /// What kind of answer it takes.
    pub kind: Kind,
    /// Whether a submission must answer it (when it is shown).
    pub required: bool,
    /// Whether "not known" is an answer, and the reasons offered.
    pub not_known: Option<NotKnown>,
    /// When it is asked; always, if none.
    pub show_when: Option<Condition>,
    /// Where the answer is kept.
    pub sealed: Sealed,
    /// Whether the answer may be about an identifiable person.
    pub personal: bool,
    /// For an age: the earlier choice, of `yes`, `no` and others, that says whether the person is under 18.
    pub minor: Option<QuestionId>,
    /// For a date: the earlier dates that it cannot lie before, and the ages of those who cannot have lived it before their birth.
    pub not_before: Vec<QuestionId>,
    /// For a date: how many months ago it lies at most, unless it is worth a second look.
    pub within_months: Option<u16>,
    /// Whether "yes" takes in whoever is not sure: the question about danger.
    pub or_not_sure: bool,
    /// Whether the sender can keep the answer from an agency: an address, a school, a place of work, a way to be reached.
    pub withhold: bool,
    /// A made-up answer for examples; only on free text, and in whole years on an age.
    pub example: Option<String>,
}

impl Question {
    /// What a yes-no question offers as "yes", and what an answer to it is shown as.
    pub const fn yes(&self) -> &'static str {
        if self.or_not_sure { YES_OR_NOT_SURE } else { "Yes" }
    }
}

/// The "yes" of the question about danger: not being sure counts as danger.
pub const YES_OR_NOT_SURE: &str = "Yes, or I am not sure";

/// "Not known" is allowed, with these reasons to choose from; none need be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotKnown {
    /// The reasons.
    pub reasons: Vec<Choice>,
    /// Whether the only reason is that there is none: one tick, in the file's words, and no bare "not known" beside it.
    pub is_none: bool,
}

/// The code that stands for "there is none".
pub const NONE: &str = "none";

impl NotKnown {
    /// That there is none, in these words.
    pub fn none(title: String) -> Option<Self> {
        let code = Code::parse(NONE).ok()?;
        Some(Self { reasons: vec![Choice::new(code, title)], is_none: true })
    }

    /// Every way of saying so, code and words, in order.
    pub fn ways(&self) -> Vec<(&str, String)> {
        let bare = (!self.is_none).then(|| (NOT_KNOWN, self.words(None)));
        let reasons = self.reasons.iter().map(|reason| (reason.code.as_str(), self.words(Some(&reason.code))));
        bare.into_iter().chain(reasons).collect()
    }

    /// One way in words; a code that is none of them is "not known".
    pub fn words(&self, code: Option<&Code>) -> String {
        match code.and_then(|code| self.reasons.iter().find(|reason| reason.code == *code)) {
            Some(reason) if self.is_none => reason.title.clone(),
            Some(reason) => format!("Not known: {}", reason.title),
            None => "Not known".to_owned(),
        }
    }

    /// How an error speaks of it, after "select": `not known`, or the words of the one tick.
    pub fn named(&self) -> String {
        match self.reasons.first() {
            Some(none) if self.is_none => format!("“{}”", none.title),
            _ => "not known".to_owned(),
        }
    }

    /// Whether the code is one that may stand with "not known".
    pub fn allows(&self, code: &Code) -> bool {
        self.reasons.iter().any(|reason| reason.code == *code)
    }
}

/// Where an answer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    /// With the referral, for referrer and receiver.
    Shared,
    /// Apart, for the teams that the pathway names for this category.
    Restricted(Category),
    /// In a column that the hub can read: only coded, impersonal answers that routing or counting needs.
    Clear,
}

impl Sealed {
    /// The stable code, as files and JSON spell it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Restricted(category) => category.code(),
            Self::Clear => "clear",
        }
    }

    /// Reads a code; anything else is `None`.
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "shared" => Some(Self::Shared),
            "clear" => Some(Self::Clear),
            _ => Category::parse(code).map(Self::Restricted),
        }
    }

    /// The category, where it is kept apart.
    pub const fn category(self) -> Option<Category> {
        match self {
            Self::Restricted(category) => Some(category),
            Self::Shared | Self::Clear => None,
        }
    }
}

/// The kind of answer a question takes, with its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One line, at most so many characters.
    Text {
        /// Characters.
        max: usize,
    },
    /// Several lines, with so many characters.
    LongText {
        /// The fewest characters; 0 for any.
        min: usize,
        /// The most characters.
        max: usize,
    },
    /// Exactly one of these.
    Choice(Vec<Choice>),
    /// Some of these; at least one where an answer is required.
    Many(Vec<Choice>),
    /// Yes or no.
    YesNo,
    /// A date.
    Date(DateKind),
    /// Date of birth, or age.
    Age,
    /// What somebody is called.
    Person,
    /// A telephone number on which somebody can be rung.
    Phone,
    /// A mail address.
    Email,
    /// A place in the United Kingdom.
    Address(AddressUse),
    /// A vehicle.
    Vehicle,
    /// An identity document.
    Document,
    /// Pounds and pence, up to 99,999,999.99.
    Money,
    /// A whole number.
    Number {
        /// The least taken.
        least: u32,
        /// The most taken.
        most: u32,
    },
    /// Files, which are added on a page of their own and are no part of the answers.
    File,
    /// The same questions again for each of several.
    Group(Box<Group>),
}

/// Which dates a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateKind {
    /// Which make sense.
    pub when: DateRange,
    /// Whether all of it must be known.
    pub precision: Precision,
    /// Whether it may be about that time.
    pub approximate: bool,
}

/// Questions that are asked again for each of several people or things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The noun of one: `child`.
    pub item: String,
    /// The fewest an answer holds; an answer holds at least one in any case.
    pub least: usize,
    /// The most.
    pub most: usize,
    /// What is asked of each; no group and no file among them.
    pub questions: Vec<Question>,
}

impl Group {
    /// The question of its items with this id.
    pub fn question(&self, id: &QuestionId) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == *id)
    }
}

coded_enum! {
    /// Which dates make sense.
    pub enum DateRange {
        /// Any real date.
        Any = "any",
        /// Today or earlier, in the United Kingdom.
        TodayOrPast = "today-or-past",
    }
}

coded_enum! {
    /// How much of a date must be known.
    pub enum Precision {
        /// Day, month and year.
        Whole = "whole",
        /// The year, with or without the month, with or without the day.
        PartKnown = "part-known",
    }
}

coded_enum! {
    /// What an address is for.
    pub enum AddressUse {
        /// A place.
        Place = "place",
        /// Where somebody lives: a tick tells whether it is safe to write there.
        Lives = "lives",
    }
}

impl Kind {
    /// The codes of all kinds, for those who write files.
    pub const CODES: &'static str = "text, long-text, choice, many, yes-no, date, age, person, phone, email, address, vehicle, \
                                     document, money, number, file, group";

    /// The stable code of the kind, as files and JSON spell it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::LongText { .. } => "long-text",
            Self::Choice(_) => "choice",
            Self::Many(_) => "many",
            Self::YesNo => "yes-no",
            Self::Date(_) => "date",
            Self::Age => "age",
            Self::Person => "person",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Address(_) => "address",
            Self::Vehicle => "vehicle",
            Self::Document => "document",
            Self::Money => "money",
            Self::Number { .. } => "number",
            Self::File => "file",
            Self::Group(_) => "group",
        }
    }

    /// The choices offered; none for kinds without.
    pub fn choices(&self) -> &[Choice] {
        match self {
            Self::Choice(choices) | Self::Many(choices) => choices,
            _ => &[],
        }
    }

    /// The named parts of an answer; none for kinds without. Dates and ages have parts of their own.
    pub const fn parts(&self) -> &'static [Part] {
        match self {
            Self::Address(AddressUse::Place) => parts::PLACE,
            Self::Address(AddressUse::Lives) => parts::HOME,
            Self::Person => parts::PERSON,
            Self::Vehicle => parts::VEHICLE,
            Self::Document => parts::DOCUMENT,
            _ => &[],
        }
    }

    /// The words of a choice.
    pub fn title_of(&self, code: &Code) -> Option<&str> {
        self.choices().iter().find(|choice| choice.code == *code).map(|choice| choice.title.as_str())
    }

    /// Whether an answer of this kind can be kept from somebody: no code, on which rules and other questions hang.
    pub const fn can_be_withheld(&self) -> bool {
        matches!(self, Self::Text { .. } | Self::LongText { .. } | Self::Phone | Self::Email | Self::Address(_))
    }

    /// Whether it is answered with yes or no, perhaps with not being sure beside them.
    pub fn is_yes_or_no(&self) -> bool {
        let offers = |code: &str| self.choices().iter().any(|choice| choice.code.as_str() == code);
        *self == Self::YesNo || (matches!(self, Self::Choice(_)) && offers("yes") && offers("no"))
    }

    /// Whether the answer is a code (or yes or no): what conditions can look at and what cannot identify anyone by itself.
    pub const fn is_coded(&self) -> bool {
        matches!(self, Self::Choice(_) | Self::Many(_) | Self::YesNo)
    }
}
