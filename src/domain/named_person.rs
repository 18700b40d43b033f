//! The people whom the answers name, wherever in a form they stand.

use super::{
    answers::{Answer, Answers},
    pathway::Pathway,
    question::{Kind, Question},
};

/// Somebody whom the answers name.
#[derive(Clone, PartialEq, Eq)]
pub struct NamedPerson {
    /// What the form calls them: `Child`, or for one of several `Children 2`.
    pub part: String,
    /// What they are called, in words; why not, where that is not known.
    pub name: String,
    /// How old they are, in words, where the answers say so beside the name.
    pub age: Option<String>,
}

impl std::fmt::Debug for NamedPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NamedPerson({}: …)", self.part)
    }
}

/// The one person that these questions, asked together, are about.
fn person(part: String, questions: &[&Question], answers: &Answers) -> Option<NamedPerson> {
    let first = |kind: &Kind| {
        let question = questions.iter().find(|question| question.kind == *kind && question.is_shown(answers))?;
        answers.get(&question.id).map(|answer| (answer, answer.words(question)))
    };
    let (_, name) = first(&Kind::Person)?;
    let age = first(&Kind::Age).filter(|(answer, _)| !answer.is_not_known()).map(|(_, words)| words);
    Some(NamedPerson { part, name, age })
}

impl Pathway {
    /// Everybody whom these answers name, in the order of the form. Nobody of what is sealed apart: that is shown where it is
    /// said who reads it.
    pub fn people(&self, answers: &Answers) -> Vec<NamedPerson> {
        let mut people = Vec::new();
        for section in &self.sections {
            let open = section.questions.iter().filter(|question| question.sealed.category().is_none());
            let open: Vec<&Question> = open.collect();
            for (at, question) in open.iter().enumerate() {
                match (&question.kind, answers.get(&question.id)) {
                    // Whoever is named later in a section is somebody else than the first: their age stands after their name.
                    (Kind::Person, Some(_)) => people.extend(person(question.short.clone(), &open[at..], answers)),
                    (Kind::Group(group), Some(Answer::Group(items))) => {
                        let asked: Vec<&Question> = group.questions.iter().collect();
                        for (item, one) in items.iter().enumerate() {
                            let part = match items.len() {
                                1 => question.short.clone(),
                                _ => format!("{} {}", question.short, item + 1),
                            };
                            people.extend(person(part, &asked, one));
                        }
                    }
                    _ => {}
                }
            }
        }
        people
    }
}
