//! Advice without naming anybody: a pathway's second form, short, made of parts of the first.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    action::Action,
    answers::{Answer, Answers},
    code::QuestionId,
    condition::Condition,
    next_step::NextStep,
    outcome::{Outcome, Retention},
    pathway::{Clocks, Pathway},
    question::{Kind, Question, SENDER_KIND},
    route::{Routes, SpecialRoute},
    rule::{Advice, Flag, Rule, UrgencyRule},
    section::{Danger, Section},
};

coded_enum! {
    /// Which of a pathway's two forms something is written on.
    pub enum FormKind {
        /// The referral.
        Referral = "referral",
        /// The enquiry: a question to the receiving team, in which nobody is named.
        Enquiry = "enquiry",
    }
}

impl FormKind {
    /// The act of sending what is written on this form.
    pub const fn sending(self) -> Action {
        match self {
            Self::Referral => Action::SubmitReferral,
            Self::Enquiry => Action::AskAdvice,
        }
    }

    /// Whether an act makes sense for what is written on this form. Files and further answers would tell who an enquiry is
    /// about; only an enquiry becomes a referral.
    pub const fn takes(self, action: Action) -> bool {
        match self {
            Self::Referral => !matches!(action, Action::TakeUpEnquiry),
            Self::Enquiry => !matches!(
                action,
                Action::AddToReferral
                    | Action::AmendReferral
                    | Action::AttachFile
                    | Action::AskReferrer
                    | Action::Retract
                    | Action::Share
                    | Action::DeclineToShare
                    | Action::WithholdAnswer
                    | Action::EndWithholding
                    | Action::GiveCaseworkAccess
            ),
        }
    }
}

/// The short form by which somebody asks a pathway's receiving team for advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enquiry {
    /// The form: a pathway with the id of the one it belongs to.
    pub form: Arc<Pathway>,
    /// What a referral made of it begins with: the question here, the question there. Never the one about danger, which is
    /// asked anew.
    pub carries: Vec<(QuestionId, QuestionId)>,
}

impl Enquiry {
    /// What a referral made of these answers begins with, by the referral's questions.
    pub fn carried(&self, answers: &Answers) -> Vec<(QuestionId, Answer)> {
        let there = |id: &QuestionId| self.carries.iter().find(|(here, _)| here == id).map(|(_, there)| there.clone());
        answers.iter().filter_map(|(id, answer)| Some((there(id)?, answer.clone()))).collect()
    }
}

/// What a pathway's file says of its enquiry; all else is the pathway's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnquiryTerms {
    /// What people call it.
    pub title: String,
    /// One line under the title.
    pub description: String,
    /// The heading of its one section.
    pub heading: String,
    /// What that section says before its questions: to name nobody.
    pub intro: String,
    /// How long it takes, in minutes.
    pub minutes: u8,
    /// Questions of its own.
    pub questions: Vec<Question>,
    /// Questions of the pathway that it asks as well, beside those about danger, conflict and district.
    pub shares: Vec<QuestionId>,
    /// The questions whose answers make the line a queue shows.
    pub headline: Vec<QuestionId>,
    /// What makes it urgent, beside the pathway's own rules.
    pub urgency: Vec<UrgencyRule>,
    /// Its limits.
    pub clocks: Clocks,
    /// How it can end.
    pub outcomes: Vec<Outcome>,
    /// How long it is kept.
    pub retention: Retention,
    /// What happens next.
    pub next_steps: Vec<NextStep>,
    /// The words to carry over: its own question, the pathway's.
    pub carries: Vec<(QuestionId, QuestionId)>,
}

/// Whether a question may stand in an enquiry: its answer cannot by itself say who somebody is (it is coded, or words that the
/// form's help guards), and everybody who holds the enquiry may read it.
pub fn may_be_asked(question: &Question) -> bool {
    let names_nobody =
        matches!(question.kind, Kind::Text { .. } | Kind::LongText { .. } | Kind::Choice(_) | Kind::Many(_) | Kind::YesNo);
    names_nobody && question.sealed.category().is_none()
}

impl Pathway {
    /// The questions that its enquiry asks as well: about danger, conflict and district, and those shared.
    pub fn asked_by_enquiries<'p>(&'p self, shares: &'p [QuestionId]) -> BTreeSet<&'p QuestionId> {
        [&self.danger.question, &self.conflict].into_iter().chain(&self.district).chain(shares).collect()
    }

    /// Makes the enquiry: its section holds the question about danger, its own questions and those it shares. What looks at
    /// these holds in it too, rules, urgency, hints and routes, so that it goes where a referral would go. There is nobody
    /// in it to be joined up, checked on or kept apart: no copies, no check before sharing, no restricted categories.
    #[must_use]
    pub fn enquiry_of(&self, terms: EnquiryTerms) -> Enquiry {
        let shared = self.asked_by_enquiries(&terms.shares);
        let asked: BTreeSet<&QuestionId> = terms.questions.iter().map(|own| &own.id).chain(shared.iter().copied()).collect();
        let is_asked = |id: &QuestionId| id.as_str() == SENDER_KIND || asked.contains(id);
        let left = |when: &Condition| when.limited_to(&is_asked);
        let is_danger = |question: &&Question| question.id == self.danger.question;
        let others = self.questions().filter(|question| shared.contains(&question.id) && !is_danger(question));
        let questions = self.questions().filter(is_danger).chain(&terms.questions).chain(others).cloned().collect();
        let id = self.section_of(&self.danger.question).map(|section| section.id.clone());
        let section = |id| Section { id, title: terms.heading, intro: Some(terms.intro), later: false, gate: false, questions };
        let rule = |rule: &Rule| Some(Rule { when: left(&rule.when)?, ..rule.clone() });
        let urgency = |rule: &UrgencyRule| Some(UrgencyRule { when: left(&rule.when)?, ..rule.clone() });
        let hint = |advice: &Advice| Some(Advice { when: left(&advice.when)?, ..advice.clone() });
        let flag = |flag: &Flag| Some(Flag { when: left(&flag.when)?, ..flag.clone() });
        let route = |special: &SpecialRoute| match &special.when {
            Some(when) => Some(SpecialRoute { when: Some(left(when)?), ..special.clone() }),
            None => Some(special.clone()),
        };
        let rules = self.rules.iter().filter(|rule| asked.contains(&rule.question)).filter_map(rule).collect();
        let routes =
            Routes { special: self.routes.special.iter().filter_map(route).collect(), default: self.routes.default.clone() };
        let form = Self {
            kind: FormKind::Enquiry,
            enquiry: None,
            title: terms.title,
            description: terms.description,
            about_person: false,
            consent: None,
            safe_contact: Vec::new(),
            voice: None,
            minutes: terms.minutes,
            to_hand: Vec::new(),
            rules,
            advice: self.advice.iter().filter_map(hint).collect(),
            flags: self.flags.iter().filter_map(flag).collect(),
            routes,
            risk: None,
            nameless: None,
            copies: Vec::new(),
            check: None,
            restricted: Vec::new(),
            grades: Vec::new(),
            urgency: self.urgency.iter().filter_map(urgency).chain(terms.urgency).collect(),
            sections: id.map(section).into_iter().collect(),
            headline: terms.headline,
            clocks: terms.clocks,
            outcomes: terms.outcomes,
            retention: terms.retention,
            next_steps: terms.next_steps,
            // The rest is the pathway's, id and sensitivity first of all.
            id: self.id.clone(),
            sensitivity: self.sensitivity,
            purpose: self.purpose,
            lawful: self.lawful.clone(),
            may_submit: self.may_submit.clone(),
            conflict: self.conflict.clone(),
            danger: Danger { also: self.danger.also.as_ref().and_then(left), ..self.danger.clone() },
            district: self.district.clone(),
            free_feedback: self.free_feedback,
            takes_redirected: self.takes_redirected,
            owner: self.owner.clone(),
            review_by: self.review_by,
        };
        let mut carries = terms.carries;
        let both = shared.into_iter().filter(|id| **id != self.danger.question);
        carries.extend(both.map(|id| (id.clone(), id.clone())));
        Enquiry { form: Arc::new(form), carries }
    }
}

coded_enum! {
    /// What a sealed pointer points at, of two that belong together.
    pub enum PointsAt {
        /// The enquiry that this referral was made of.
        Enquiry = "enquiry",
        /// A referral that was made of this enquiry.
        Referral = "referral",
        /// What was stopped at the check, and what this takes the place of.
        Stopped = "stopped",
        /// What takes the place of this, which was stopped at the check.
        Changed = "changed",
    }
}

/// Which of the two, an enquiry and the referral made of it, may point at the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pointers {
    /// The referral tells those who read it which enquiry it grew from.
    pub to_enquiry: bool,
    /// The enquiry tells those who read it which referral it became.
    pub to_referral: bool,
}

impl Pointers {
    /// What may be told. A case held by people by name is absent everywhere else, so nothing points at it; and an enquiry tells
    /// its readers of a referral only where the team that answered receives that referral in the same act: not of one that is
    /// still being checked, or that went elsewhere.
    pub const fn between(enquiry_by_name: bool, referral_by_name: bool, team_is_told: bool) -> Self {
        Self { to_enquiry: !enquiry_by_name, to_referral: !enquiry_by_name && !referral_by_name && team_is_told }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_points_at_a_case_held_by_people_by_name() {
        for (enquiry, referral, told) in [(true, false, true), (true, true, true), (false, true, true), (false, false, false)] {
            assert!(!Pointers::between(enquiry, referral, told).to_referral, "{enquiry} {referral} {told}");
            assert_eq!(Pointers::between(enquiry, referral, told).to_enquiry, !enquiry);
        }
        assert_eq!(Pointers::between(false, false, true), Pointers { to_enquiry: true, to_referral: true });
    }

    #[test]
    fn an_enquiry_takes_no_files_and_no_further_answers_and_only_an_enquiry_becomes_a_referral() {
        for action in [Action::AddToReferral, Action::AmendReferral, Action::AttachFile, Action::AskReferrer, Action::Retract] {
            assert!(FormKind::Referral.takes(action) && !FormKind::Enquiry.takes(action), "{action}");
        }
        assert!(FormKind::Enquiry.takes(Action::TakeUpEnquiry) && !FormKind::Referral.takes(Action::TakeUpEnquiry));
        assert!(FormKind::ALL.iter().all(|kind| kind.takes(Action::WriteMessage)));
    }
}
