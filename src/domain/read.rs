//! Reads one answer against its question: what fits, or what to mend.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    answers::{Answer, RawAnswer, thousands},
    code::Code,
    mailing::MailAddress,
    phone::number_of,
    question::{Kind, NOT_KNOWN, Question},
    read_date::{age, date},
    read_parts::of_parts,
    text::{BadText, line, lines},
};

/// What is wrong with one value: the part it concerns, and the words.
pub(super) type Fault = (Option<&'static str>, String);

/// That an answer is missing.
pub(super) fn missing(question: &Question) -> Fault {
    let noun = &question.noun;
    let verb = match question.kind {
        ref kind if kind.is_coded() => "Select",
        Kind::Group(_) => "Give",
        _ => "Enter",
    };
    let part = question.kind.parts().first().map(|part| part.name);
    let or = question.not_known.as_ref().map(|allowed| format!(", or select {}", allowed.named())).unwrap_or_default();
    (part, format!("{verb} {noun}{or}"))
}

/// Reads one answer that is not blank and not of a group.
pub(super) fn read(question: &Question, given: &RawAnswer, today: Date) -> Result<Answer, Vec<Fault>> {
    let one = |result: Result<Answer, String>| result.map_err(|message| vec![(None, message)]);
    match (given, &question.kind) {
        (RawAnswer::NotKnown(reason), _) => one(not_known(question, reason.as_deref())),
        (RawAnswer::Text(text), Kind::Text { max }) => one(bounded(question, line(text, *max)).map(Answer::Text)),
        (RawAnswer::Text(text), Kind::LongText { min, max }) => {
            one(bounded(question, lines(text, *max)).and_then(|text| long_enough(question, text, *min)).map(Answer::Text))
        }
        (RawAnswer::Text(text), Kind::Phone) => one(phone(question, text)),
        (RawAnswer::Text(text), Kind::Email) => one(email(question, text)),
        (RawAnswer::Text(text), Kind::Choice(_)) => one(choose(question, text).map(Answer::Choice)),
        (RawAnswer::Text(text), Kind::YesNo) => match text.trim() {
            "yes" => Ok(Answer::YesNo(true)),
            "no" => Ok(Answer::YesNo(false)),
            _ => one(Err(select(question))),
        },
        (RawAnswer::Many(codes), Kind::Many(_)) => one(tick(question, codes)),
        (RawAnswer::Text(text), Kind::Money) => one(money(question, text)),
        (RawAnswer::Number(number), Kind::Number { .. }) => one(number_within(question, Some(*number))),
        (RawAnswer::Text(text), Kind::Number { .. }) => one(number_within(question, whole_number(text))),
        (RawAnswer::Text(_) | RawAnswer::Parts(_), Kind::Date(kind)) => one(date(question, given, *kind, today)),
        (RawAnswer::Parts(parts), Kind::Age) => age(question, parts, today).map(Answer::Age),
        (RawAnswer::Parts(parts), kind) if !kind.parts().is_empty() => of_parts(question, parts),
        (_, Kind::File) => one(Err("Leave this out: files are added on a page of their own".to_owned())),
        _ => Err(vec![missing(question)]),
    }
}

/// Ungrouped digits with nothing before or after; others are none.
pub(super) fn whole_number(text: &str) -> Option<u64> {
    let text = text.trim();
    (text.len() <= 9 && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn number_within(question: &Question, number: Option<u64>) -> Result<Answer, String> {
    let Kind::Number { least, most } = question.kind else { return Err(missing(question).1) };
    let fits = number.and_then(|number| u32::try_from(number).ok()).filter(|number| (least..=most).contains(number));
    let words = || format!("{} must be a whole number from {least} to {most}", subject(question));
    fits.map(Answer::Number).ok_or_else(words)
}

/// The most pence taken.
const MOST_PENCE: u64 = 9_999_999_999;

fn money(question: &Question, text: &str) -> Result<Answer, String> {
    let text: String = text.trim().trim_start_matches('£').chars().filter(|c| *c != ',' && *c != ' ').collect();
    let (pounds, pence) = text.split_once('.').unwrap_or((&text, "00"));
    let pence = match pence.len() {
        1 => format!("{pence}0"),
        2 => pence.to_owned(),
        _ => String::new(),
    };
    let total = || whole_number(pounds)?.checked_mul(100)?.checked_add(whole_number(&pence)?);
    let words = || format!("{} must be an amount in pounds, like 120 or 120.50", subject(question));
    total().filter(|total| *total <= MOST_PENCE).map(Answer::Money).ok_or_else(words)
}

fn select(question: &Question) -> String {
    format!("Select {}", question.noun)
}

/// The noun as the start of a sentence.
pub(super) fn subject(question: &Question) -> String {
    let mut letters = question.noun.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn bounded(question: &Question, text: Result<String, BadText>) -> Result<String, String> {
    text.map_err(|fault| text_fault(&subject(question), &format!("Enter {}", question.noun), fault))
}

/// A word or two are no account of what somebody did.
fn long_enough(question: &Question, text: String, min: usize) -> Result<String, String> {
    if text.chars().count() >= min {
        return Ok(text);
    }
    Err(format!("Say more about {}: a few sentences", question.noun))
}

/// What is wrong with a text.
pub(super) fn text_fault(subject: &str, enter: &str, fault: BadText) -> String {
    match fault {
        BadText::Empty => enter.to_owned(),
        BadText::TooLong(max) => {
            format!("{subject} must be {} characters or less", thousands(u64::try_from(max).unwrap_or(u64::MAX)))
        }
        BadText::Control => format!("{subject} must not include control characters or line breaks it cannot hold"),
    }
}

fn not_known(question: &Question, reason: Option<&str>) -> Result<Answer, String> {
    let Some(allowed) = &question.not_known else {
        let verb = if question.kind.is_coded() { "Select" } else { "Enter" };
        return Err(format!("{verb} {}: not known is not enough here", question.noun));
    };
    match reason.map(str::trim) {
        None | Some("" | NOT_KNOWN) if allowed.is_none => Err(format!("Enter {}, or select {}", question.noun, allowed.named())),
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
    let alone = question.kind.choices().iter().find(|choice| choice.alone && ticked.contains(&choice.code));
    if let Some(alone) = alone.filter(|_| ticked.len() > 1) {
        return Err(format!("Select “{}” alone, or take it out", alone.title));
    }
    let ordered = question.kind.choices().iter().map(|choice| &choice.code).filter(|code| ticked.contains(*code));
    Ok(Answer::Many(ordered.cloned().collect()))
}

fn phone(question: &Question, text: &str) -> Result<Answer, String> {
    let words = || format!("Enter {}, like 0116 496 0000 or +44 7700 900 000", question.noun);
    number_of(text).map(Answer::Phone).ok_or_else(words)
}

fn email(question: &Question, text: &str) -> Result<Answer, String> {
    let words = |_| format!("Enter {}, like name@example.com", question.noun);
    MailAddress::parse(text).map(|address| Answer::Text(address.as_str().to_owned())).map_err(words)
}
