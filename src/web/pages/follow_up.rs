//! Follow-up questions: asked on the page of the questions that call for them.
//!
//! Without scripts they always stand there, under words that say when they apply. With scripts they show once the answers
//! call for them. What counts is decided when the form is read, by the condition itself: an answer to a follow-up that is not
//! called for is set aside.

use askama::Template;
use serde_json::{Value, json};

use super::field::FieldView;
use crate::domain::{
    code::{Code, QuestionId},
    condition::{Condition, Left},
    question::{Kind, NOT_KNOWN, Question},
};

/// A question that stands on the page, and the name that its answer is posted under.
#[derive(Clone)]
pub(super) struct Asked<'q> {
    pub(super) question: &'q Question,
    pub(super) name: String,
}

/// The answers that call for a follow-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// For the script, as JSON: `all`, `any` and `not` of `in`, `at_least`, `not_known` and `answered`, which begin with the
    /// name that the answer is posted under.
    pub condition: String,
    /// For whoever reads the page without scripts: "If you answer “Yes” to “Is it safe to ring?”".
    pub words: String,
}

/// Questions under the same condition.
#[derive(Template)]
#[template(path = "form/follow_up.html")]
struct Run<'f> {
    when: Option<&'f When>,
    controls: Vec<String>,
}

/// Fields in order; follow-ups to the same answers stand together.
///
/// # Errors
/// Whatever a template reports.
pub(super) fn html(fields: &[FieldView]) -> Result<String, askama::Error> {
    let runs = fields.chunk_by(|before, after| before.when == after.when);
    runs.map(|run| {
        let controls = run.iter().map(FieldView::html).collect::<Result<_, _>>()?;
        Run { when: run[0].when.as_ref(), controls }.render()
    })
    .collect()
}

impl When {
    /// What hangs on other answers of the page; none where nothing does.
    pub(super) fn of(left: &Left, before: &[Asked<'_>]) -> Option<Self> {
        match left {
            Left::When(condition) => Some(Self::new(condition, before)),
            Left::Always | Left::Never => None,
        }
    }

    /// A condition that looks only at questions before it on the page.
    fn new(condition: &Condition, before: &[Asked<'_>]) -> Self {
        let told = Told(before);
        Self { condition: told.json(condition).to_string(), words: format!("If {}:", told.words(condition, false)) }
    }
}

/// The questions that a condition may look at; of two with one id, the later.
struct Told<'b>(&'b [Asked<'b>]);

impl Told<'_> {
    fn find(&self, id: &QuestionId) -> Option<&Asked<'_>> {
        self.0.iter().rev().find(|asked| asked.question.id == *id)
    }

    fn json(&self, condition: &Condition) -> Value {
        let name = |id| self.find(id).map_or("", |asked| asked.name.as_str());
        let each = |parts: &[Condition]| parts.iter().map(|part| self.json(part)).collect::<Vec<_>>();
        match condition {
            Condition::All(parts) => json!({ "all": each(parts) }),
            Condition::Any(parts) => json!({ "any": each(parts) }),
            Condition::Not(part) => json!({ "not": self.json(part) }),
            Condition::Is(id, code) => json!({ "in": [name(id), [code.as_str()]] }),
            Condition::In(id, codes) => json!({ "in": [name(id), codes.iter().map(Code::as_str).collect::<Vec<_>>()] }),
            Condition::AtLeast(id, count) => {
                let counted = match self.find(id).map(|asked| &asked.question.kind) {
                    Some(Kind::Number { .. }) => "number",
                    Some(Kind::Group(_)) => "items",
                    _ => "ticked",
                };
                json!({ "at_least": [name(id), count, counted] })
            }
            Condition::NotKnown(id, reason) => json!({ "not_known": [name(id), reason.as_str()] }),
            Condition::Answered(id) => json!({ "answered": [name(id)] }),
        }
    }

    /// What somebody answers for the condition to hold, or not to; to follow "If".
    fn words(&self, condition: &Condition, not: bool) -> String {
        let joined = |parts: &[Condition], with: &str| {
            parts.iter().map(|part| self.words(part, not)).collect::<Vec<_>>().join(&format!(" {with} "))
        };
        let label = |id: &QuestionId| self.find(id).map_or("", |asked| asked.question.label.as_str());
        let (answer, tick) = if not { ("do not answer", "do not tick") } else { ("answer", "tick") };
        let chosen = |id: &QuestionId, codes: &[Code]| match self.find(id).map(|asked| &asked.question.kind) {
            Some(Kind::Many(_)) => format!("you {tick} {} under “{}”", self.titles(id, codes), label(id)),
            _ => format!("you {answer} {} to “{}”", self.titles(id, codes), label(id)),
        };
        match condition {
            Condition::Not(part) => self.words(part, !not),
            Condition::All(parts) => joined(parts, if not { "or" } else { "and" }),
            Condition::Any(parts) => joined(parts, if not { "and" } else { "or" }),
            Condition::Is(id, code) => chosen(id, std::slice::from_ref(code)),
            Condition::In(id, codes) => chosen(id, codes),
            Condition::AtLeast(id, count) if not => format!("you give fewer than {count} under “{}”", label(id)),
            Condition::AtLeast(id, count) => format!("you give {count} or more under “{}”", label(id)),
            Condition::NotKnown(id, reason) => chosen(id, std::slice::from_ref(reason)),
            Condition::Answered(id) if not => format!("you leave out “{}”", label(id)),
            Condition::Answered(id) => format!("you answer “{}”", label(id)),
        }
    }

    /// "“Yes” or “Not sure”", as the page spells them.
    fn titles(&self, id: &QuestionId, codes: &[Code]) -> String {
        let question = self.find(id).map(|asked| asked.question);
        let title = |code: &Code| {
            let question = question?;
            let reason = || {
                let allowed = question.not_known.as_ref().filter(|allowed| allowed.allows(code));
                allowed.map(|allowed| allowed.words(Some(code)))
            };
            match (&question.kind, code.as_str()) {
                (Kind::YesNo, "yes") => Some(question.yes().to_owned()),
                (Kind::YesNo, "no") => Some("No".to_owned()),
                (_, NOT_KNOWN) => Some("Not known".to_owned()),
                (kind, _) => kind.title_of(code).map(str::to_owned).or_else(reason),
            }
        };
        let titles: Vec<String> = codes.iter().filter_map(title).map(|title| format!("“{title}”")).collect();
        titles.join(" or ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(toml: &str) -> crate::domain::pathway::Pathway {
        crate::app::LoadedPathway::parse("every-kind.toml", toml).expect("reads").pathway
    }

    fn id(id: &str) -> QuestionId {
        QuestionId::parse(id).expect("an id")
    }

    fn code(code: &str) -> Code {
        Code::parse(code).expect("a code")
    }

    /// A condition over questions of a form that has every kind, as the script and as a reader are told of it.
    fn told(condition: &Condition) -> (String, String) {
        let pathway = question(include_str!("../../../tests/data/every-kind.toml"));
        let asked: Vec<Asked<'_>> =
            pathway.questions().map(|question| Asked { question, name: question.id.to_string() }).collect();
        let When { condition, words } = When::new(condition, &asked);
        (condition, words)
    }

    #[test]
    fn a_condition_is_told_in_the_words_of_the_page() {
        let (json, words) = told(&Condition::Is(id("involved"), code("yes")));
        assert_eq!(json, r#"{"in":["involved",["yes"]]}"#);
        assert!(words.starts_with("If you answer “Yes” to “") && words.ends_with("”:"), "{words}");
        let (json, words) = told(&Condition::Not(Box::new(Condition::Answered(id("wishes")))));
        assert_eq!(json, r#"{"not":{"answered":["wishes"]}}"#);
        assert!(words.starts_with("If you leave out “"), "{words}");
        let both = vec![Condition::Is(id("involved"), code("no")), Condition::Answered(id("day"))];
        let (json, words) = told(&Condition::Not(Box::new(Condition::All(both))));
        assert_eq!(json, r#"{"not":{"all":[{"in":["involved",["no"]]},{"answered":["day"]}]}}"#);
        assert!(words.contains("do not answer “No” to “") && words.contains("” or you leave out “"), "{words}");
    }

    #[test]
    fn follow_ups_to_the_same_answers_stand_together() {
        use super::super::field::FieldKind;
        let when = |name: &str| Some(When { condition: format!("{{\"answered\":[\"{name}\"]}}"), words: format!("If {name}:") });
        let field = |id: &str, when| FieldView { when, ..FieldView::new(id, FieldKind::Text, id) };
        let fields = [field("a", None), field("b", when("a")), field("c", when("a")), field("d", when("b"))];
        let html = html(&fields).expect("drawn");
        assert_eq!(html.matches("data-app-when").count(), 2);
        assert!(html.contains("data-app-when=\"{&#34;answered&#34;:[&#34;a&#34;]}\""), "{html}");
    }
}
