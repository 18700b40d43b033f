//! The form engine: raw answers in, answers that fit the pathway out, or what to mend, field by field.
//!
//! One rule for every door: an answer to a question that the other answers hide is refused unless it is blank, and so is
//! an answer to a question the pathway does not have. Pages send only what they showed; a system that sends more is told,
//! because a silently dropped answer is a fact that nobody reads.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    agency::AgencyKind,
    answers::{Address, Answer, Answers, FieldError, RawAnswer, RawAnswers},
    code::{Code, QuestionId},
    pathway::Pathway,
    question::{DateRange, Kind, NOT_KNOWN, Question},
    rule::Rule,
    text::{BadText, line, lines},
};

/// What is wrong with one value: the part it concerns, and the words.
type Fault = (Option<&'static str>, String);

/// Answers held against their pathway: those that fit, and what is wrong with the others.
pub struct Examined<'p> {
    /// The answers that fit, rules apart.
    pub answers: Answers,
    /// Every question that these answers show, in order.
    pub shown: Vec<&'p Question>,
    /// One error for each field that does not fit (its most important one), in the order of the questions; unknown fields
    /// last. A question whose asking hangs on a faulty answer has none.
    pub errors: Vec<FieldError>,
    /// The rules that stop a sending.
    pub broken: Vec<&'p Rule>,
}

/// Holds answers against their pathway, complete or not. `today` is the date in the United Kingdom.
pub fn examine(pathway: &Pathway, mut raw: RawAnswers, sender: AgencyKind, today: Date) -> Examined<'_> {
    let mut answers = Answers::from_sender(sender);
    let (mut errors, mut shown) = (Vec::new(), Vec::new());
    // Questions whose answer, or whose very asking, cannot be known until an error above is mended.
    let mut unsettled: BTreeSet<&QuestionId> = BTreeSet::new();
    for question in pathway.questions() {
        let given = raw.remove(&question.id).filter(|answer| !answer.is_empty());
        let is_shown = question.is_shown(&answers);
        if is_shown {
            shown.push(question);
        }
        if question.show_when.as_ref().is_some_and(|when| when.questions().iter().any(|id| unsettled.contains(id))) {
            unsettled.insert(&question.id);
            if let (true, Some(Ok(answer))) = (is_shown, given.map(|given| read(question, &given, today))) {
                answers.push(question.id.clone(), answer);
            }
            continue;
        }
        let result = match (is_shown, given) {
            (true, Some(given)) => read(question, &given, today).map(Some),
            (true, None) if question.required => Err(vec![missing(question)]),
            (false, Some(_)) => Err(vec![(None, "Leave this out: the other answers make it not apply".to_owned())]),
            (_, None) => Ok(None),
        };
        match result {
            Ok(Some(answer)) => answers.push(question.id.clone(), answer),
            Ok(None) => {}
            Err(faults) => {
                unsettled.insert(&question.id);
                errors.extend(faults.into_iter().map(|(part, message)| FieldError { field: question.id.clone(), part, message }));
            }
        }
    }
    errors.extend(raw.into_keys().map(|id| FieldError::new(id, "Leave this out: the pathway has no such question")));
    let is_settled = |rule: &&Rule| rule.when.questions().into_iter().all(|id| !unsettled.contains(id));
    let broken = pathway.rules.iter().filter(is_settled).filter(|rule| rule.when.holds(&answers)).collect();
    Examined { answers, shown, errors, broken }
}

/// Checks answers against their pathway and its rules. `today` is the date in the United Kingdom.
///
/// # Errors
/// As in [`Examined::errors`]; last, the message of each rule that stops the sending, beside its question.
pub fn validate(pathway: &Pathway, raw: RawAnswers, sender: AgencyKind, today: Date) -> Result<Answers, Vec<FieldError>> {
    let Examined { answers, mut errors, broken, .. } = examine(pathway, raw, sender, today);
    for rule in broken {
        if errors.iter().all(|error| error.field != rule.question) {
            errors.push(FieldError::new(rule.question.clone(), rule.message.clone()));
        }
    }
    if errors.is_empty() { Ok(answers) } else { Err(errors) }
}

/// The questions that these answers show, in order; an answer that needs mending counts as not given. For doors that ask:
/// what is shown is what they send on.
pub fn shown<'p>(pathway: &'p Pathway, raw: &RawAnswers, sender: AgencyKind, today: Date) -> Vec<&'p Question> {
    examine(pathway, raw.clone(), sender, today).shown
}

/// Reads back answers that were checked when they were sent, or one compartment's part of them: each must fit its question,
/// but none need be there, and neither conditions nor rules nor today's date are looked at again.
///
/// # Errors
/// One error for each answer that fits no question of this version of the pathway.
pub fn read_back(pathway: &Pathway, mut raw: RawAnswers, sender: AgencyKind) -> Result<Answers, Vec<FieldError>> {
    let mut answers = Answers::from_sender(sender);
    let mut errors = Vec::new();
    for question in pathway.questions() {
        match raw.remove(&question.id).map(|given| read(question, &given, Date::MAX)) {
            Some(Ok(answer)) => answers.push(question.id.clone(), answer),
            Some(Err(faults)) => {
                errors.extend(faults.into_iter().map(|(part, message)| FieldError { field: question.id.clone(), part, message }));
            }
            None => {}
        }
    }
    errors.extend(raw.into_keys().map(|id| FieldError::new(id, "Leave this out: the pathway has no such question")));
    if errors.is_empty() { Ok(answers) } else { Err(errors) }
}

fn missing(question: &Question) -> Fault {
    let noun = &question.noun;
    let verb = if question.kind.is_coded() { "Select" } else { "Enter" };
    let part = matches!(question.kind, Kind::Address).then_some("line_1");
    let or = if question.not_known.is_some() { ", or select not known" } else { "" };
    (part, format!("{verb} {noun}{or}"))
}

fn read(question: &Question, given: &RawAnswer, today: Date) -> Result<Answer, Vec<Fault>> {
    let one = |result: Result<Answer, String>| result.map_err(|message| vec![(None, message)]);
    match (given, &question.kind) {
        (RawAnswer::NotKnown(reason), _) => one(not_known(question, reason.as_deref())),
        (RawAnswer::Text(text), Kind::Text { max }) => one(bounded(question, line(text, *max)).map(Answer::Text)),
        (RawAnswer::Text(text), Kind::LongText { max }) => one(bounded(question, lines(text, *max)).map(Answer::Text)),
        (RawAnswer::Text(text), Kind::Phone) => one(phone(question, text)),
        (RawAnswer::Text(text), Kind::Choice(_)) => one(choose(question, text).map(Answer::Choice)),
        (RawAnswer::Text(text), Kind::YesNo) => match text.trim() {
            "yes" => Ok(Answer::YesNo(true)),
            "no" => Ok(Answer::YesNo(false)),
            _ => one(Err(select(question))),
        },
        (RawAnswer::Many(codes), Kind::Many(_)) => one(tick(question, codes)),
        (RawAnswer::Text(text), Kind::Date { when }) => {
            one(iso(question, text).and_then(|date| dated(question, date, *when, today)))
        }
        (RawAnswer::Parts(parts), Kind::Date { when }) => {
            let part = |name: &str| parts.get(name).map_or("", |part| part.trim());
            let unknown = parts.keys().any(|name| !matches!(name.as_str(), "day" | "month" | "year"));
            if unknown {
                return one(Err(unreal(question)));
            }
            one(three_boxes(question, part("day"), part("month"), part("year"))
                .and_then(|date| dated(question, date, *when, today)))
        }
        (RawAnswer::Parts(_), Kind::Address) => address(question, given).map(Answer::Address),
        _ => Err(vec![missing(question)]),
    }
}

fn select(question: &Question) -> String {
    format!("Select {}", question.noun)
}

/// The noun as the start of a sentence.
fn subject(question: &Question) -> String {
    let mut letters = question.noun.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `2000` as people read it: `2,000`.
fn thousands(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", thousands(number / 1000), number % 1000) }
}

fn bounded(question: &Question, text: Result<String, BadText>) -> Result<String, String> {
    text.map_err(|fault| text_fault(&subject(question), &format!("Enter {}", question.noun), fault))
}

fn text_fault(subject: &str, enter: &str, fault: BadText) -> String {
    match fault {
        BadText::Empty => enter.to_owned(),
        BadText::TooLong(max) => format!("{subject} must be {} characters or less", thousands(max)),
        BadText::Control => format!("{subject} must not include control characters or line breaks it cannot hold"),
    }
}

fn not_known(question: &Question, reason: Option<&str>) -> Result<Answer, String> {
    let Some(allowed) = &question.not_known else {
        let verb = if question.kind.is_coded() { "Select" } else { "Enter" };
        return Err(format!("{verb} {}: not known is not enough here", question.noun));
    };
    match reason.map(str::trim) {
        None | Some("" | NOT_KNOWN) => Ok(Answer::NotKnown(None)),
        Some(reason) => {
            let code = Code::parse(reason).ok().filter(|code| allowed.allows(code));
            code.map(|code| Answer::NotKnown(Some(code)))
                .ok_or_else(|| "Select one of the reasons listed for not known".to_owned())
        }
    }
}

fn choose(question: &Question, text: &str) -> Result<Code, String> {
    let code = Code::parse(text.trim()).ok().filter(|code| question.kind.title_of(code).is_some());
    code.ok_or_else(|| select(question))
}

fn tick(question: &Question, codes: &[String]) -> Result<Answer, String> {
    let filled = codes.iter().filter(|code| !code.trim().is_empty());
    let ticked: BTreeSet<Code> = filled.map(|code| choose(question, code)).collect::<Result<_, _>>()?;
    let ordered = question.kind.choices().iter().map(|choice| &choice.code).filter(|code| ticked.contains(*code));
    Ok(Answer::Many(ordered.cloned().collect()))
}

fn phone(question: &Question, text: &str) -> Result<Answer, String> {
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let digits = spaced.bytes().filter(u8::is_ascii_digit).count();
    let plain = spaced
        .chars()
        .enumerate()
        .all(|(at, c)| c.is_ascii_digit() || matches!(c, ' ' | '(' | ')' | '-') || (c == '+' && at == 0));
    if plain && (3..=15).contains(&digits) && spaced.len() <= 30 {
        Ok(Answer::Phone(spaced))
    } else {
        Err(format!("Enter {}, like 0116 496 0000 or +44 7700 900 000", question.noun))
    }
}

fn unreal(question: &Question) -> String {
    format!("{} must be a real date", subject(question))
}

fn iso(question: &Question, text: &str) -> Result<Date, String> {
    let text = text.trim();
    // The library's parser also takes times and other forms; a date alone has ten characters.
    if text.len() == 10 { text.parse().map_err(|_| unreal(question)) } else { Err(unreal(question)) }
}

fn three_boxes(question: &Question, day: &str, month: &str, year: &str) -> Result<Date, String> {
    for (name, value) in [("day", day), ("month", month), ("year", year)] {
        if value.is_empty() {
            return Err(format!("{} must include a {name}", subject(question)));
        }
    }
    if year.len() != 4 {
        return Err(format!("{} must include a year of four digits", subject(question)));
    }
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let date = || Date::new(number(year)?, month_number(month)?, i8::try_from(number(day)?).ok()?).ok();
    date().ok_or_else(|| unreal(question))
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
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let name = text.to_lowercase();
    let found = (name.len() >= 3).then(|| MONTHS.iter().position(|month| month.starts_with(&name))).flatten()?;
    i8::try_from(found + 1).ok()
}

fn dated(question: &Question, date: Date, when: DateRange, today: Date) -> Result<Answer, String> {
    let sensible = match when {
        DateRange::Any => true,
        DateRange::TodayOrPast => date <= today,
    };
    if sensible { Ok(Answer::Date(date)) } else { Err(format!("{} must be today or in the past", subject(question))) }
}

const ADDRESS_LINE: usize = 100;

fn address(question: &Question, given: &RawAnswer) -> Result<Address, Vec<Fault>> {
    let RawAnswer::Parts(parts) = given else { return Err(vec![missing(question)]) };
    let mut faults: Vec<Fault> = Vec::new();
    let mut part = |name: &'static str, subject: &str, required: bool| {
        let text = parts.get(name).map_or("", String::as_str);
        if text.trim().is_empty() && !required {
            return None;
        }
        let enter = format!("Enter the {} of {}", subject.to_lowercase(), question.noun);
        line(text, ADDRESS_LINE).map_err(|fault| faults.push((Some(name), text_fault(subject, &enter, fault)))).ok()
    };
    let line_1 = part("line_1", "First line", true);
    let line_2 = part("line_2", "Second line", false);
    let town = part("town", "Town or city", true);
    let postcode = part("postcode", "Postcode", false);
    let uprn = part("uprn", "Property reference", false);
    let postcode = postcode.map(|text| postcode_of(&text));
    if postcode == Some(None) {
        faults.push((Some("postcode"), "Enter a full UK postcode, like LE1 1AA".to_owned()));
    }
    if uprn.as_ref().is_some_and(|uprn| uprn.len() > 12 || !uprn.bytes().all(|b| b.is_ascii_digit())) {
        faults.push((Some("uprn"), "Property reference must be 12 digits or less".to_owned()));
    }
    if parts.keys().any(|name| !matches!(name.as_str(), "line_1" | "line_2" | "town" | "postcode" | "uprn")) {
        faults.push((None, "An address has the parts line_1, line_2, town, postcode and uprn only".to_owned()));
    }
    match (line_1, town) {
        (Some(line_1), Some(town)) if faults.is_empty() => {
            Ok(Address { line_1, line_2, town, postcode: postcode.flatten(), uprn })
        }
        _ => Err(faults),
    }
}

/// A full postcode of any spacing and case, as it is written: `LE1 1AA`.
fn postcode_of(text: &str) -> Option<String> {
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
#[path = "validate_tests.rs"]
mod tests;
