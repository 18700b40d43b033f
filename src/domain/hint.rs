//! Hints: what is worth a second look before sending. They are told beside the answers and never stand in their way.

use jiff::{Span, civil::Date};

use super::{
    answers::{Answer, Answers, FieldError},
    code::{PathwayId, QuestionId},
    enquiry::FormKind,
    identifying::{Sign, signs},
    part_date::PartDate,
    pathway::Pathway,
    question::{Kind, Question},
};

/// A hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The question that it is about; none for an advice of the pathway.
    pub question: Option<QuestionId>,
    /// In a group: which item, from 0, and which of its questions.
    pub item: Option<(usize, QuestionId)>,
    /// The words, as a sentence or more; nothing that was answered is in them.
    pub text: String,
    /// The pathway that it points to.
    pub pathway: Option<PathwayId>,
}

impl Hint {
    /// The name of the field, as errors name it: `incident_on`, `episodes.0.from`; none for an advice of the pathway.
    pub fn field(&self) -> Option<String> {
        let (field, item) = (self.question.clone()?, self.item.clone());
        Some(FieldError { field, item, part: None, message: String::new() }.name())
    }
}

impl Pathway {
    /// Every hint of these answers, given on a day: the file's advice, then what in the answers themselves looks
    /// like a slip; where nobody is to be named, also what could tell who it is about.
    pub fn hints(&self, answers: &Answers, day: Date) -> Vec<Hint> {
        let advised = self.advice(answers, day);
        let advised = advised.map(|advice| {
            let (text, pathway) = (advice.text.clone(), advice.pathway.clone());
            Hint { question: None, item: None, text, pathway }
        });
        advised.chain(self.doubts(answers, day)).collect()
    }

    /// What in the answers looks like a slip, in the order of the questions.
    fn doubts(&self, answers: &Answers, day: Date) -> Vec<Hint> {
        let mut doubts = Vec::new();
        let nameless = self.leave_out(answers).is_some();
        for question in self.questions() {
            let mut tell = |item: Option<(usize, QuestionId)>, called: &str, words: String| {
                let text = format!("{called}: {words}");
                doubts.push(Hint { question: Some(question.id.clone()), item, text, pathway: None });
            };
            // In a referral without a name it is long words that tell: a colleague's number is no sign.
            let names_nobody = self.kind == FormKind::Enquiry || (nameless && matches!(question.kind, Kind::LongText { .. }));
            if let (true, Some(Answer::Text(text))) = (names_nobody, answers.get(&question.id))
                && let Some(words) = names_somebody(&signs(text))
            {
                tell(None, &question.short, words);
            }
            let (Kind::Group(group), Some(Answer::Group(items))) = (&question.kind, answers.get(&question.id)) else {
                for words in doubts_of(question, answers.get(&question.id), |id| answers.get(id), day) {
                    tell(None, &question.short, words);
                }
                continue;
            };
            for (at, item) in items.iter().enumerate() {
                let given = |id: &QuestionId| item.get(id).or_else(|| answers.get(id));
                let which = if items.len() == 1 { String::new() } else { format!(" {}", at + 1) };
                for asked in &group.questions {
                    for words in doubts_of(asked, item.get(&asked.id), given, day) {
                        tell(Some((at, asked.id.clone())), &format!("{}{which}, {}", question.short, asked.short), words);
                    }
                }
            }
        }
        doubts
    }
}

/// That words typed where nobody is to be named may do so; none where nothing in them looks like it.
fn names_somebody(signs: &[Sign]) -> Option<String> {
    let (last, others) = signs.split_last()?;
    let others: Vec<&str> = others.iter().map(|sign| sign.words()).collect();
    let held = if others.is_empty() { last.words().to_owned() } else { format!("{} and {}", others.join(", "), last.words()) };
    Some(format!("this looks as if it holds {held}. You name nobody here: take out what could tell who it is about."))
}

/// What looks like a slip in one answer, beside the others.
fn doubts_of<'a>(
    question: &Question,
    answer: Option<&Answer>,
    given: impl Fn(&QuestionId) -> Option<&'a Answer>,
    day: Date,
) -> Vec<String> {
    let Some(Answer::Date(date)) = answer else { return Vec::new() };
    let unborn = question.not_before.iter().any(|id| match given(id) {
        Some(Answer::Age(age)) => age.born_from(day).is_some_and(|born| date.is_surely_before(born)),
        _ => false,
    });
    let unborn = unborn.then(|| "this is before they were born, by the age you gave. Look at both again.".to_owned());
    unborn.into_iter().chain(question.within_months.and_then(|months| long_ago(*date, months, day))).collect()
}

/// That a date lies further back than so many months, where it does for certain.
fn long_ago(date: PartDate, months: u16, day: Date) -> Option<String> {
    let first = day.checked_sub(Span::new().months(i64::from(months))).ok()?;
    let time = match months {
        1 => "a month".to_owned(),
        months if months > 12 && months % 12 == 0 => format!("{} years", months / 12),
        months => format!("{months} months"),
    };
    date.is_surely_before(first.into())
        .then(|| format!("this is more than {time} ago. Look at the date again; if it is right, leave it."))
}

#[cfg(test)]
#[path = "hint_tests.rs"]
mod tests;
