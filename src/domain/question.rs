//! Questions of a pathway: what is asked, of which kind, and where the answer is sealed.

use super::{
    code::{Choice, Code, QuestionId},
    compartment::Category,
    condition::Condition,
};

/// The code that stands for "not known" without a reason.
pub const NOT_KNOWN: &str = "not-known";

/// The question that is never asked: conditions name it to look at the kind of agency that sends.
pub const SENDER_KIND: &str = "sender_kind";

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// A made-up answer for examples; only on free text.
    pub example: Option<String>,
}

/// "Not known" is allowed, with these reasons to choose from; none need be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotKnown {
    /// The reasons.
    pub reasons: Vec<Choice>,
}

impl NotKnown {
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
    /// Several lines, at most so many characters.
    LongText {
        /// Characters.
        max: usize,
    },
    /// Exactly one of these.
    Choice(Vec<Choice>),
    /// Some of these; at least one where an answer is required.
    Many(Vec<Choice>),
    /// Yes or no.
    YesNo,
    /// A whole date.
    Date {
        /// Which dates make sense.
        when: DateRange,
    },
    /// A telephone number.
    Phone,
    /// A place in the United Kingdom.
    Address,
}

coded_enum! {
    /// Which dates a question takes.
    pub enum DateRange {
        /// Any real date.
        Any = "any",
        /// Today or earlier, in the United Kingdom.
        TodayOrPast = "today-or-past",
    }
}

impl Kind {
    /// The stable code of the kind, as files and JSON spell it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::LongText { .. } => "long-text",
            Self::Choice(_) => "choice",
            Self::Many(_) => "many",
            Self::YesNo => "yes-no",
            Self::Date { .. } => "date",
            Self::Phone => "phone",
            Self::Address => "address",
        }
    }

    /// The choices offered; none for kinds without.
    pub fn choices(&self) -> &[Choice] {
        match self {
            Self::Choice(choices) | Self::Many(choices) => choices,
            _ => &[],
        }
    }

    /// The words of a choice.
    pub fn title_of(&self, code: &Code) -> Option<&str> {
        self.choices().iter().find(|choice| choice.code == *code).map(|choice| choice.title.as_str())
    }

    /// Whether the answer is a code (or yes or no): what conditions can look at and what cannot identify anyone by itself.
    pub const fn is_coded(&self) -> bool {
        matches!(self, Self::Choice(_) | Self::Many(_) | Self::YesNo)
    }
}
