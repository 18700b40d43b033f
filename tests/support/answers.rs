//! Answers to any pathway, made from its definition alone: the example, the fewest that can be sent, and sets that reach
//! every question between them.

use jiff::civil::Date;
use referral_exchange::{
    app::{example, raw_from_json},
    domain::{
        agency::AgencyKind,
        code::{Code, QuestionId},
        condition::Condition,
        pathway::Pathway,
        question::{Group, Kind, NOT_KNOWN, Question, SENDER_KIND},
        rule::Rule,
        validate::{Examined, examine},
    },
};
use serde_json::{Map, Value, json};

/// Answers by question, as the API takes them.
pub type Set = Map<String, Value>;

/// A pathway as one kind of agency fills it in on one day.
#[derive(Clone, Copy)]
pub struct Form<'p> {
    pub pathway: &'p Pathway,
    pub sender: AgencyKind,
    pub today: Date,
}

/// A question and, where it is asked of each item of a group, that group's question.
pub type Asked<'p> = (Option<&'p Question>, &'p Question);

/// No condition is worth more tries.
const MOST_TRIES: usize = 200;

impl<'p> Form<'p> {
    /// Every question, those of groups after their group.
    pub fn questions(self) -> impl Iterator<Item = Asked<'p>> {
        self.pathway.questions().flat_map(|question| {
            let inside = inside(question).map_or(&[][..], |group| &group.questions[..]);
            std::iter::once((None, question)).chain(inside.iter().map(move |asked| (Some(question), asked)))
        })
    }

    /// The example that the API gives.
    pub fn example(self) -> Set {
        let body = example(self.pathway, self.sender, self.today);
        body["answers"].as_object().unwrap().clone()
    }

    fn examine(self, answers: &Set) -> Examined<'p> {
        examine(self.pathway, raw_from_json(&json!(answers)).unwrap(), self.sender, self.today)
    }

    /// Whether it can be sent.
    pub fn fits(self, answers: &Set) -> bool {
        let held = self.examine(answers);
        held.errors.is_empty() && held.broken.is_empty()
    }

    /// What somebody in a hurry sends: all that may be left out is left out, and "not known" said wherever it may be. Nobody in
    /// it works for a partner.
    pub fn fewest(self) -> Set {
        let mut answers = self.example();
        for question in self.pathway.questions().collect::<Vec<_>>().into_iter().rev() {
            let mut less = answers.clone();
            less.remove(question.id.as_str());
            if self.fits(&less) {
                answers = less;
            }
        }
        for question in self.pathway.questions() {
            for choice in question.kind.choices() {
                let less = self.pruned(with(&answers, None, &question.id, json!(choice.code.as_str())));
                if less.len() < answers.len() && self.fits(&less) {
                    answers = less;
                }
            }
        }
        for (group, question) in self.questions().filter(|(_, question)| question.id != self.pathway.conflict) {
            if is_answered(&answers, (group, question)) {
                let unknown = self.pruned(with(&answers, group, &question.id, json!({ "not_known": NOT_KNOWN })));
                let mut less = answers.clone();
                let item = group.and_then(|group| less.get_mut(group.id.as_str())).map(|items| &mut items[0]);
                if let Some(item) = item.and_then(Value::as_object_mut) {
                    item.remove(question.id.as_str());
                }
                if let Some(fitting) = [less, unknown].into_iter().find(|set| *set != answers && self.fits(set)) {
                    answers = fitting;
                }
            }
        }
        answers
    }

    /// The example with every other question that it shows, and a set more for each question that those hide: between them they
    /// answer all that this sender can ever be asked.
    pub fn covering(self) -> Vec<Set> {
        let mut sets = vec![self.completed(self.example())];
        assert!(self.fits(&sets[0]), "{}", self.pathway.id);
        for asked in self.questions() {
            if !sets.iter().any(|set| is_answered(set, asked)) {
                sets.extend(self.reach(asked));
            }
        }
        sets
    }

    /// Answers that can be sent and answer this question; none where this sender is never asked it.
    fn reach(self, (group, question): Asked<'p>) -> Option<Set> {
        let whens = [group.and_then(|group| group.show_when.as_ref()), question.show_when.as_ref()];
        let start = vec![self.completed(self.example())];
        let sets = whens
            .into_iter()
            .flatten()
            .fold(start, |sets, when| sets.iter().flat_map(|set| self.made(when, true, set, group)).take(MOST_TRIES).collect());
        let sets = sets.into_iter().map(|set| self.completed(set));
        sets.into_iter().find(|set| self.fits(set) && is_answered(set, (group, question)))
    }

    /// Answers in which nothing is wrong but that they break this rule and no other.
    pub fn breaking(self, rule: &Rule) -> Option<Set> {
        let tries = self.made(&rule.when, true, &self.completed(self.example()), None);
        let only_this = |set: &Set| {
            let held = self.examine(set);
            held.errors.is_empty() && held.broken.len() == 1 && held.broken[0].code == rule.code
        };
        tries.into_iter().flat_map(|set| [self.completed(set.clone()), self.pruned(set)]).find(only_this)
    }

    /// Answers, perhaps not to be sent, in which a condition is certainly true, or certainly false.
    pub fn made(self, when: &Condition, truth: bool, answers: &Set, group: Option<&'p Question>) -> Vec<Set> {
        match when {
            Condition::Not(part) => self.made(part, !truth, answers, group),
            Condition::All(parts) | Condition::Any(parts) if matches!(when, Condition::All(_)) == truth => {
                parts.iter().fold(vec![answers.clone()], |sets, part| {
                    sets.iter().flat_map(|set| self.made(part, truth, set, group)).take(MOST_TRIES).collect()
                })
            }
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().flat_map(|part| self.made(part, truth, answers, group)).collect()
            }
            Condition::Is(id, code) => self.chosen(id, std::slice::from_ref(code), truth, answers, group),
            Condition::In(id, codes) => self.chosen(id, codes, truth, answers, group),
            Condition::AtLeast(id, count) => {
                let question = self.pathway.question(id).unwrap();
                let count = if truth { *count } else { count - 1 };
                if matches!(question.kind, Kind::Number { .. }) {
                    return vec![with(answers, group, id, json!(count))];
                }
                let codes: Vec<_> = question
                    .kind
                    .choices()
                    .iter()
                    .filter(|choice| !choice.alone)
                    .take(count)
                    .map(|choice| choice.code.as_str())
                    .collect();
                vec![with(answers, group, id, json!(codes))]
            }
            Condition::NotKnown(id, reason) => {
                let unknown = json!({ "not_known": reason.as_str() });
                let answer = if truth { unknown } else { made_up(self.asked(id, group), self.today).remove(0) };
                vec![with(answers, group, id, answer)]
            }
            Condition::Answered(id) => {
                let question = self.asked(id, group);
                if truth {
                    return vec![with(answers, group, id, made_up(question, self.today).remove(0))];
                }
                let unknown = with(answers, group, id, json!({ "not_known": NOT_KNOWN }));
                let mut left_out = answers.clone();
                left_out.remove(id.as_str());
                vec![unknown, left_out]
            }
        }
    }

    fn asked(self, id: &QuestionId, group: Option<&'p Question>) -> &'p Question {
        let inner = group.and_then(inside).and_then(|group| group.question(id));
        inner.or_else(|| self.pathway.question(id)).unwrap()
    }

    fn chosen(self, id: &QuestionId, codes: &[Code], truth: bool, answers: &Set, group: Option<&'p Question>) -> Vec<Set> {
        let wanted = |code: &str| codes.iter().any(|known| known.as_str() == code) == truth;
        if id.as_str() == SENDER_KIND {
            return if wanted(self.sender.code()) { vec![answers.clone()] } else { Vec::new() };
        }
        let question = self.asked(id, group);
        let shown = match &question.show_when {
            Some(when) => self.made(when, true, answers, group),
            None => vec![answers.clone()],
        };
        let values: Vec<Value> = match &question.kind {
            Kind::YesNo => {
                [("yes", true), ("no", false)].into_iter().filter(|(code, _)| wanted(code)).map(|of| json!(of.1)).collect()
            }
            Kind::Many(of) => of.iter().filter(|of| wanted(of.code.as_str())).map(|of| json!([of.code.as_str()])).collect(),
            kind => kind.choices().iter().filter(|of| wanted(of.code.as_str())).map(|of| json!(of.code.as_str())).collect(),
        };
        let each = |set: &Set| values.iter().map(|value| with(set, group, id, value.clone())).collect::<Vec<_>>();
        shown.iter().flat_map(each).take(MOST_TRIES).collect()
    }

    /// Without answers to what is not asked, and with one to all that is.
    pub fn completed(self, mut answers: Set) -> Set {
        for _ in 0..8 {
            let before = answers.clone();
            answers = self.filled(self.pruned(answers));
            if answers == before {
                break;
            }
        }
        answers
    }

    /// Without answers to what is not asked.
    fn pruned(self, mut answers: Set) -> Set {
        let held = self.examine(&answers);
        answers.retain(|id, _| held.shown.iter().any(|question| question.id.as_str() == id));
        for ((group, at), shown) in &held.items {
            let item = answers.get_mut(group.as_str()).and_then(|items| items.get_mut(*at));
            if let Some(item) = item.and_then(Value::as_object_mut) {
                item.retain(|id, _| shown.iter().any(|question| question.id.as_str() == id));
            }
        }
        answers
    }

    fn filled(self, mut answers: Set) -> Set {
        let held = self.examine(&answers);
        for question in held.shown.iter().filter(|question| question.kind != Kind::File) {
            if !answers.contains_key(question.id.as_str()) {
                let tries = made_up(question, self.today).into_iter().map(|answer| with(&answers, None, &question.id, answer));
                answers = tries.min_by_key(|tried| self.examine(tried).broken.len()).unwrap();
            }
        }
        for ((group, at), shown) in &held.items {
            let item = answers.get_mut(group.as_str()).and_then(|items| items.get_mut(*at));
            if let Some(item) = item.and_then(Value::as_object_mut) {
                for question in shown {
                    item.entry(question.id.as_str()).or_insert_with(|| made_up(question, self.today).remove(0));
                }
            }
        }
        answers
    }
}

/// The group of a question that is one.
pub fn inside(question: &Question) -> Option<&Group> {
    match &question.kind {
        Kind::Group(group) => Some(group),
        _ => None,
    }
}

fn is_answered(set: &Set, (group, question): Asked<'_>) -> bool {
    let id = question.id.as_str();
    match group {
        None => set.contains_key(id),
        Some(group) => set
            .get(group.id.as_str())
            .and_then(Value::as_array)
            .is_some_and(|items| items.iter().any(|item| item.get(id).is_some())),
    }
}

fn with(answers: &Set, group: Option<&Question>, id: &QuestionId, answer: Value) -> Set {
    let mut changed = answers.clone();
    match group.filter(|group| inside(group).is_some_and(|group| group.question(id).is_some())) {
        None => _ = changed.insert(id.to_string(), answer),
        Some(group) => {
            let items = changed.entry(group.id.as_str()).or_insert_with(|| json!([{}]));
            items[0][id.as_str()] = answer;
        }
    }
    changed
}

/// Answers to a question, the likeliest first; at least one.
fn made_up(question: &Question, today: Date) -> Vec<Value> {
    match &question.kind {
        Kind::Text { max } | Kind::LongText { max, .. } => {
            let text = question.example.as_deref().unwrap_or("made up words");
            vec![json!(text.chars().take(*max).collect::<String>())]
        }
        Kind::Choice(of) => of.iter().map(|choice| json!(choice.code.as_str())).collect(),
        Kind::Many(of) => of.iter().map(|choice| json!([choice.code.as_str()])).collect(),
        Kind::YesNo => vec![json!(false), json!(true)],
        Kind::Date(_) => vec![json!(today.to_string())],
        // Born in the year in which one may or may not be of age: at odds with nothing that was said of being under 18.
        Kind::Age if question.minor.is_some() => vec![json!({ "born": (today.year() - 18).to_string() })],
        Kind::Age => vec![json!({ "years": 15 })],
        Kind::Person => vec![json!({ "given_name": "Robin", "family_name": "Example" })],
        Kind::Phone => vec![json!("07700900000")],
        Kind::Email => vec![json!("robin@post.example")],
        Kind::Address(_) => vec![json!({ "line_1": "1 Example Street", "town": "Example Town", "postcode": "ZZ99 3WZ" })],
        Kind::Vehicle => vec![json!({ "registration": "ZZ99ZZZ", "colour": "red" })],
        Kind::Document => vec![json!({ "type": "passport", "number": "000000000" })],
        Kind::Money => vec![json!("120.50")],
        Kind::Number { least, most } => vec![json!((*least).max(1).min(*most))],
        Kind::File => Vec::new(),
        // What is asked of an item comes once the item is there.
        Kind::Group(group) => {
            let first = &group.questions[0];
            vec![json!(vec![json!({ first.id.as_str(): made_up(first, today).remove(0) }); group.least.max(1)])]
        }
    }
}

/// The form fields that post an answer under a name.
pub fn fields(question: &Question, base: &str, answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let one = |name: String, value: String| vec![(name, value)];
    if let Some(reason) = answer.get("not_known").and_then(Value::as_str) {
        let is_plain = reason == NOT_KNOWN;
        return match &question.kind {
            Kind::Choice(_) | Kind::YesNo if is_plain => one(base.to_owned(), NOT_KNOWN.to_owned()),
            Kind::Choice(_) | Kind::YesNo => one(base.to_owned(), format!("{NOT_KNOWN}:{reason}")),
            _ => one(format!("{base}-{NOT_KNOWN}"), reason.to_owned()),
        };
    }
    let date = |date: &str| {
        let about = date.starts_with('~').then(|| (format!("{base}-about"), "yes".to_owned()));
        let parts = date.trim_start_matches('~').split('-').map(str::to_owned);
        ["year", "month", "day"].iter().map(|part| format!("{base}-{part}")).zip(parts).chain(about).collect::<Vec<_>>()
    };
    match &question.kind {
        Kind::YesNo => one(base.to_owned(), if answer == &json!(true) { "yes" } else { "no" }.to_owned()),
        Kind::Many(_) => answer.as_array().unwrap().iter().map(|code| (base.to_owned(), text(code))).collect(),
        Kind::Date(_) => date(answer.as_str().unwrap()),
        Kind::Age if answer.get("born").is_some() => date(answer["born"].as_str().unwrap()),
        Kind::Group(group) => {
            let items = answer.as_array().unwrap();
            let asked = |(at, item): (usize, &Value)| {
                let one = |question: &Question| {
                    let answer = item.get(question.id.as_str())?;
                    Some(fields(question, &format!("{base}.{at}.{}", question.id), answer))
                };
                group.questions.iter().filter_map(one).flatten().collect::<Vec<_>>()
            };
            items.iter().enumerate().flat_map(asked).chain(one(format!("{base}-items"), items.len().to_string())).collect()
        }
        _ => match answer {
            Value::Object(parts) => {
                let part = |(name, value): (&String, &Value)| {
                    let value = if value == &json!(true) { "yes".to_owned() } else { text(value) };
                    (format!("{base}.{name}"), value)
                };
                parts.iter().map(part).collect()
            }
            value => one(base.to_owned(), text(value)),
        },
    }
}
