//! Answers: as a door parsed them (raw), and as they stand once they fit their pathway.

use std::{collections::BTreeMap, fmt};

use super::{
    agency::AgencyKind,
    code::{Code, QuestionId},
    part_date::PartDate,
    parts::{Address, Age, Document, Person, Vehicle},
    phone::grouped,
    question::{AddressUse, Kind, Question, SENDER_KIND},
};

/// What a door parsed for one question; nothing is checked yet.
#[derive(Clone, PartialEq, Eq)]
pub enum RawAnswer {
    /// One value: text, a code, `yes` or `no`, a date like `2026-06-04`.
    Text(String),
    /// Several codes.
    Many(Vec<String>),
    /// A whole number that was written as one.
    Number(u64),
    /// Named parts: `line_1 line_2 town postcode uprn` of an address, `day month year` of a date; a tick is `yes`.
    Parts(BTreeMap<String, String>),
    /// The items of a group.
    Group(Vec<RawAnswers>),
    /// "Not known", with the code of a reason or without.
    NotKnown(Option<String>),
}

impl RawAnswer {
    /// Whether nothing was filled in.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Many(codes) => codes.iter().all(|code| code.trim().is_empty()),
            Self::Parts(parts) => parts.values().all(|part| part.trim().is_empty()),
            Self::Group(items) => items.iter().all(is_blank),
            Self::Number(_) | Self::NotKnown(_) => false,
        }
    }
}

/// Whether an item of a group was left blank.
pub(super) fn is_blank(item: &RawAnswers) -> bool {
    item.values().all(RawAnswer::is_empty)
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawAnswer(…)")
    }
}

/// What a door parsed, by question id.
pub type RawAnswers = BTreeMap<QuestionId, RawAnswer>;

/// One answer that fits its question.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// Of `text`, `long-text` and `email`: trimmed, not blank, within its limit.
    Text(String),
    /// Of `choice`.
    Choice(Code),
    /// Of `many`: at least one, each once, in the question's order.
    Many(Vec<Code>),
    /// Of `yes-no`.
    YesNo(bool),
    /// Of `date`.
    Date(PartDate),
    /// Of `age`.
    Age(Age),
    /// Of `person`.
    Person(Person),
    /// Of `phone`: as typed, with single spaces.
    Phone(String),
    /// Of `address`.
    Address(Address),
    /// Of `vehicle`.
    Vehicle(Vehicle),
    /// Of `document`.
    Document(Document),
    /// Of `money`: pence.
    Money(u64),
    /// Of `number`.
    Number(u32),
    /// Of `group`: at least one item, each with at least one answer.
    Group(Vec<Answers>),
    /// "Not known", with the code of a reason or without.
    NotKnown(Option<Code>),
}

impl Answer {
    /// Whether it is "not known".
    pub const fn is_not_known(&self) -> bool {
        matches!(self, Self::NotKnown(_))
    }

    /// Whether it is "yes".
    pub const fn is_yes(&self) -> bool {
        matches!(self, Self::YesNo(true))
    }

    /// Whether it is or includes a code; none where it is not known or not coded.
    pub fn has(&self, code: &Code) -> Option<bool> {
        match self {
            Self::Choice(chosen) => Some(chosen == code),
            Self::Many(ticked) => Some(ticked.contains(code)),
            Self::YesNo(yes) => Some(code.as_str() == if *yes { "yes" } else { "no" }),
            _ => None,
        }
    }

    /// Whether it is not known for this reason.
    pub fn is_unknown_for(&self, reason: &Code) -> bool {
        matches!(self, Self::NotKnown(Some(given)) if given == reason)
    }

    /// How many are ticked, or are in the group, or the number itself; none where it is not known or nothing to count.
    pub const fn counted(&self) -> Option<usize> {
        match self {
            Self::Number(number) => Some(*number as usize),
            Self::Many(ticked) => Some(ticked.len()),
            Self::Group(items) => Some(items.len()),
            _ => None,
        }
    }

    /// The answer in words, for the page that shows it with its question; lines are parted by `\n`.
    pub fn words(&self, question: &Question) -> String {
        let title = |code: &Code| question.kind.title_of(code).unwrap_or(code.as_str()).to_owned();
        match self {
            Self::Text(text) => text.clone(),
            Self::Phone(number) => grouped(number),
            Self::Choice(code) => title(code),
            Self::Many(codes) => codes.iter().map(title).collect::<Vec<_>>().join("\n"),
            Self::YesNo(yes) => if *yes { question.yes() } else { "No" }.to_owned(),
            Self::Date(date) => date.words(),
            Self::Age(age) => age.words(),
            Self::Person(person) => person.words(),
            Self::Address(address) => match question.kind {
                // Where somebody lives, whoever reads must see whether a letter is safe.
                Kind::Address(AddressUse::Lives) if address.write_to => format!("{}\nSafe to write to", address.words()),
                Kind::Address(AddressUse::Lives) => format!("{}\nDo not write to this address", address.words()),
                _ => address.words(),
            },
            Self::Vehicle(vehicle) => vehicle.words(),
            Self::Document(document) => document.words(),
            Self::Money(pence) => pounds(*pence, true),
            Self::Number(number) => thousands(u64::from(*number)),
            Self::Group(items) => match &question.kind {
                Kind::Group(group) => {
                    items.iter().map(|item| item_words(&group.questions, item)).collect::<Vec<_>>().join("\n\n")
                }
                _ => String::new(),
            },
            Self::NotKnown(reason) => {
                question.not_known.as_ref().map_or_else(|| "Not known".to_owned(), |allowed| allowed.words(reason.as_ref()))
            }
        }
    }

    /// Whether the answer is of the form that the kind takes.
    pub const fn fits(&self, kind: &Kind) -> bool {
        matches!(
            (self, kind),
            (Self::Text(_), Kind::Text { .. } | Kind::LongText { .. } | Kind::Email)
                | (Self::Choice(_), Kind::Choice(_))
                | (Self::Many(_), Kind::Many(_))
                | (Self::YesNo(_), Kind::YesNo)
                | (Self::Date(_), Kind::Date(_))
                | (Self::Age(_), Kind::Age)
                | (Self::Person(_), Kind::Person)
                | (Self::Phone(_), Kind::Phone)
                | (Self::Address(_), Kind::Address(_))
                | (Self::Vehicle(_), Kind::Vehicle)
                | (Self::Document(_), Kind::Document)
                | (Self::Money(_), Kind::Money)
                | (Self::Number(_), Kind::Number { .. })
                | (Self::Group(_), Kind::Group(_))
        )
    }
}

/// One item of a group in words, an answer a line: `Name: Robin`.
fn item_words(questions: &[Question], item: &Answers) -> String {
    let line = |question: &Question| {
        let words = item.get(&question.id)?.words(question).replace('\n', ", ");
        Some(format!("{}: {words}", question.short))
    };
    questions.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

/// `2000` as people read it: `2,000`.
pub(super) fn thousands(number: u64) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", thousands(number / 1000), number % 1000) }
}

/// Pence as pounds: `120.50`, or for people `£1,120.50`.
pub fn pounds(pence: u64, for_people: bool) -> String {
    let (whole, rest) = (pence / 100, pence % 100);
    if for_people { format!("£{}.{rest:02}", thousands(whole)) } else { format!("{whole}.{rest:02}") }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(…)")
    }
}

/// Answers that fit a pathway, in the order of its questions; made by [`super::validate::validate`].
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Answers {
    given: Vec<(QuestionId, Answer)>,
    /// The kind of agency that sends, as the answer to the question that is never asked.
    sender: Option<(AgencyKind, Answer)>,
}

impl Answers {
    /// No answers yet, of an agency of this kind.
    pub fn from_sender(kind: AgencyKind) -> Self {
        // Codes of agency kinds are codes by the rules of codes; a test below says so.
        let code = Code::parse(kind.code()).ok();
        Self { given: Vec::new(), sender: code.map(|code| (kind, Answer::Choice(code))) }
    }

    /// The answers in the order given; whoever calls has checked them.
    pub(crate) fn from_pairs(pairs: impl IntoIterator<Item = (QuestionId, Answer)>) -> Self {
        Self { given: pairs.into_iter().collect(), sender: None }
    }

    pub(crate) fn push(&mut self, question: QuestionId, answer: Answer) {
        self.given.push((question, answer));
    }

    /// These answers without those that the condition leaves out.
    pub(crate) fn only(&self, keep: impl Fn(&QuestionId) -> bool) -> Self {
        Self { given: self.given.iter().filter(|(id, _)| keep(id)).cloned().collect(), sender: self.sender.clone() }
    }

    /// These answers and those of one item of a group beside them: what the conditions inside the group look at.
    pub(super) fn beside(&self, item: &Self) -> Self {
        Self { given: self.given.iter().chain(&item.given).cloned().collect(), sender: self.sender.clone() }
    }

    /// The kind of agency that sends; none where nobody said.
    pub fn sender_kind(&self) -> Option<AgencyKind> {
        self.sender.as_ref().map(|(kind, _)| *kind)
    }

    /// The answer to a question; none when it was not asked or left out. Conditions find the sender's kind here too.
    pub fn get(&self, question: &QuestionId) -> Option<&Answer> {
        let given = self.given.iter().find(|(id, _)| id == question).map(|(_, answer)| answer);
        given.or_else(|| self.sender.as_ref().filter(|_| question.as_str() == SENDER_KIND).map(|(_, answer)| answer))
    }

    /// Every answer, in the order of the questions.
    pub fn iter(&self) -> impl Iterator<Item = (&QuestionId, &Answer)> {
        self.given.iter().map(|(id, answer)| (id, answer))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.given.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answers({} …)", self.given.len())
    }
}

/// What is wrong with one answer; never holds the answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldError {
    /// The question.
    pub field: QuestionId,
    /// For a group: which item, from 0, and which of its questions.
    pub item: Option<(usize, QuestionId)>,
    /// The part of it, for an answer of several parts.
    pub part: Option<&'static str>,
    /// What to do, as a sentence without full stop: `Enter the name of the premises`.
    pub message: String,
}

impl FieldError {
    /// An error of a question as a whole.
    pub fn new(field: QuestionId, message: impl Into<String>) -> Self {
        Self { field, item: None, part: None, message: message.into() }
    }

    /// The name of the form field or JSON member: `premises_address`, `premises_address.town`, `children.0.home.town`.
    pub fn name(&self) -> String {
        let item = self.item.as_ref().map(|(at, question)| format!(".{at}.{question}")).unwrap_or_default();
        let part = self.part.map(|part| format!(".{part}")).unwrap_or_default();
        format!("{}{item}{part}", self.field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_content() {
        let secret = "canary";
        let id = QuestionId::parse("story").expect("an id");
        let raw = RawAnswers::from([(id.clone(), RawAnswer::Text(secret.into()))]);
        let address =
            Address { line_1: secret.into(), line_2: None, town: secret.into(), postcode: None, uprn: None, write_to: false };
        let answers = Answers::from_pairs([(id, Answer::Text(secret.into()))]);
        for shown in [format!("{raw:?}"), format!("{answers:?}"), format!("{:?}", answers.iter().next()), format!("{address:?}")]
        {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn the_kind_of_the_sender_can_be_asked_for_but_is_no_answer() {
        let id = QuestionId::parse(SENDER_KIND).expect("an id");
        for kind in AgencyKind::ALL {
            let answers = Answers::from_sender(*kind);
            let code = Code::parse(kind.code()).expect("a code");
            assert_eq!(answers.get(&id), Some(&Answer::Choice(code)));
            assert_eq!((answers.sender_kind(), answers.len(), answers.iter().count()), (Some(*kind), 0, 0));
        }
        assert_eq!(Answers::default().get(&id), None);
    }

    #[test]
    fn money_is_told_to_the_penny() {
        assert_eq!((pounds(0, false).as_str(), pounds(0, true).as_str()), ("0.00", "£0.00"));
        assert_eq!((pounds(123_456, false).as_str(), pounds(123_456, true).as_str()), ("1234.56", "£1,234.56"));
        assert_eq!(thousands(1_002_003), "1,002,003");
    }

    #[test]
    fn emptiness_is_blankness() {
        assert!(RawAnswer::Text(" \n".into()).is_empty());
        assert!(RawAnswer::Many(vec![]).is_empty());
        assert!(RawAnswer::Parts(BTreeMap::from([("town".into(), " ".into())])).is_empty());
        assert!(!RawAnswer::NotKnown(None).is_empty());
    }
}
