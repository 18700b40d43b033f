//! What is kept from somebody: of the answers to questions that can be kept back, those which an agency must never get.

use super::{
    answers::{Answer, Answers},
    code::QuestionId,
    ids::AgencyId,
    pathway::Pathway,
    question::{Kind, Question},
};

/// What a sender keeps back, and from whom. With nobody named it is kept from paper and from whoever it would be shared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withhold {
    /// The questions whose answers are kept back.
    pub answers: Vec<QuestionId>,
    /// The agencies that never get them, by code.
    pub from: Vec<String>,
}

/// That people of an agency are refused an answer since it was marked after sending, though they may hold the key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mark {
    /// The question whose answer it is, whenever it is given; of a group the parts of it that can be kept back.
    pub question: QuestionId,
    /// The agency.
    pub agency: AgencyId,
    /// Which side marked it, the sender's or the desk: that side alone can take its mark away.
    pub by_sender: bool,
}

impl Withhold {
    /// Whether nothing was chosen.
    pub const fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.from.is_empty()
    }
}

impl Question {
    /// The parts of its answer that can be kept back: itself or, of a group, some of its questions; none for most.
    fn keepable(&self) -> impl Iterator<Item = &Self> {
        let inside = match &self.kind {
            Kind::Group(group) => group.questions.as_slice(),
            _ => &[],
        };
        std::iter::once(self).chain(inside).filter(|part| part.withhold)
    }

    /// Whether its answer, or part of it, can be kept back.
    pub fn can_be_withheld(&self) -> bool {
        self.keepable().next().is_some()
    }

    /// What of it can be kept back, in words: `Home address`, or of a group `Children: School, Where the child lives`.
    pub fn withheld_words(&self) -> String {
        if self.withhold {
            return self.short.clone();
        }
        let parts: Vec<&str> = self.keepable().map(|part| part.short.as_str()).collect();
        format!("{}: {}", self.short, parts.join(", "))
    }

    /// Whether an answer says something that can be kept back; "not known" says nothing.
    fn has_to_keep(&self, answer: &Answer) -> bool {
        let said = |id: &QuestionId, answers: &Answers| answers.get(id).is_some_and(|answer| !answer.is_not_known());
        match answer {
            Answer::Group(items) => self.keepable().any(|part| items.iter().any(|item| said(&part.id, item))),
            other => self.withhold && !other.is_not_known(),
        }
    }

    /// A group's answer without what can be kept back of it; none where nothing is left.
    fn without_kept(&self, items: &[Answers]) -> Option<Answer> {
        let kept = |id: &QuestionId| self.keepable().any(|part| part.id == *id);
        let left = items.iter().map(|item| item.only(|id| !kept(id))).filter(|item| !item.is_empty());
        let left: Vec<Answers> = left.collect();
        (!left.is_empty()).then_some(Answer::Group(left))
    }
}

impl Pathway {
    /// The questions of which these answers say something that can be kept back.
    pub fn withholdable<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = &'a Question> {
        self.questions().filter(|question| answers.get(&question.id).is_some_and(|answer| question.has_to_keep(answer)))
    }

    /// Whether a flag may be missing among those of these answers: it looks at answers alone that can be kept back, and none of
    /// them is here, be it that nobody gave one.
    pub fn may_lack_a_flag(&self, answers: &Answers) -> bool {
        let lacks = |id: &&QuestionId| {
            let asked = self.question(id).filter(|question| question.can_be_withheld() && question.is_shown(answers));
            asked.is_some() && answers.get(id).is_none()
        };
        self.flags.iter().map(|flag| flag.when.questions()).any(|asked| !asked.is_empty() && asked.iter().all(lacks))
    }

    /// These answers without what can be kept back of those to some questions.
    #[must_use]
    pub fn without(&self, answers: Answers, kept_back: &[QuestionId]) -> Answers {
        if kept_back.is_empty() { answers } else { self.split(&answers, kept_back).0 }
    }

    /// These answers in two: what everybody may read, and what is kept back of the answers to these questions, "not known"
    /// included. A group stands in both: there without what is kept back, here whole.
    pub fn split(&self, answers: &Answers, kept_back: &[QuestionId]) -> (Answers, Answers) {
        let (mut open, mut kept) = (answers.only(|_| false), answers.only(|_| false));
        for (id, answer) in answers.iter() {
            let question = self.question(id).filter(|question| kept_back.contains(id) && question.can_be_withheld());
            let Some(question) = question else {
                open.push(id.clone(), answer.clone());
                continue;
            };
            kept.push(id.clone(), answer.clone());
            if let Answer::Group(items) = answer
                && let Some(left) = question.without_kept(items)
            {
                open.push(id.clone(), left);
            }
        }
        (open, kept)
    }
}

#[cfg(test)]
#[path = "withheld_tests.rs"]
mod tests;
