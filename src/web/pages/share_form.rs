//! The form of a share: nothing is ticked at first.

use askama::Template;

use super::{
    law,
    share_choices::{Choice, PartChoice},
};
use crate::{
    app::Error,
    domain::{
        code::QuestionId,
        ids::{AgreementId, EntryId, TeamId},
        legal::{Basis, Purpose},
        sharing::{AnswerPart, NewShare, ShareTo},
    },
    web::{
        components::{
            Button, Checkbox, Checkboxes, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, Input, Label,
            NotificationBanner, Select, SelectItem, Textarea,
        },
        posted::Posted,
        view::Frame,
    },
};

/// A share as it is being written.
#[derive(Clone, Default)]
pub struct Written {
    /// The team; empty for none.
    pub team: String,
    /// The one person of it; empty for all.
    pub user: String,
    /// What is ticked.
    pub entries: Vec<String>,
    /// The lawful basis, a code.
    pub basis: String,
    /// The purpose, a code.
    pub purpose: String,
    /// Why.
    pub reason: String,
    /// The agreement; empty for none.
    pub agreement: String,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// The revision that was seen.
    pub revision: i64,
}

/// Before the id of a question whose answer is kept from somebody, where it is ticked to be given all the same.
pub(super) const WITHHELD: &str = "withheld-";

fn withheld(text: &str) -> Option<QuestionId> {
    QuestionId::parse(text.strip_prefix(WITHHELD)?).ok()
}

impl Written {
    pub(super) fn read(posted: &Posted) -> Result<Self, Error> {
        const NAMES: [&str; 10] =
            ["form_token", "step", "revision", "team", "user", "basis", "purpose", "reason", "agreement", "urgent"];
        posted.only_with_many(&NAMES, "entries")?;
        let value = |name: &str| posted.value(name).to_owned();
        Ok(Self {
            team: value("team"),
            user: value("user"),
            entries: posted.values("entries").map(str::to_owned).collect(),
            basis: value("basis"),
            purpose: value("purpose"),
            reason: value("reason"),
            agreement: value("agreement"),
            urgent: !posted.value("urgent").is_empty(),
            // What is no revision is none that anything stands at.
            revision: posted.value("revision").parse().unwrap_or(0),
        })
    }

    pub(super) fn share(&self) -> NewShare {
        NewShare {
            to: ShareTo { team: TeamId::parse(&self.team).ok(), person: self.user.clone() },
            entries: self.entries.iter().filter_map(|id| EntryId::parse(id).ok()).collect(),
            withheld: self.entries.iter().filter_map(|text| withheld(text)).collect(),
            parts: self.entries.iter().filter_map(|text| AnswerPart::parse(text)).collect(),
            basis: Basis::parse(&self.basis),
            purpose: Purpose::parse(&self.purpose),
            reason: self.reason.clone(),
            // An id that is none is asked again, like one that is not there.
            agreement: (!self.agreement.is_empty())
                .then(|| AgreementId::parse(&self.agreement).unwrap_or(AgreementId::from_bytes([0; 16]))),
            urgent: self.urgent,
            revision: Some(self.revision),
        }
    }
}

/// The form.
#[derive(Clone, Template)]
#[template(path = "share/form.html")]
pub struct SharePage {
    /// The frame.
    pub frame: Frame,
    /// Address of the referral.
    pub href: String,
    /// What came between, when the writer was too late; empty for nothing.
    pub notice: String,
    /// The teams: id and name with agency.
    pub teams: Vec<(String, String)>,
    /// What can be shared.
    pub choices: Vec<Choice>,
    /// The parts of the answers that can be shared.
    pub parts: Vec<PartChoice>,
    /// The answers that are kept from somebody and can be given to somebody else: what is posted, words, and from whom.
    pub withheld: Vec<(String, String, String)>,
    /// The agreements of the register: id and words.
    pub agreements: Vec<(String, String)>,
    /// What needs no reason: basis and purpose in words.
    pub own_law: String,
    /// Whether people received it by name: then it is shared by name, too.
    pub by_name: bool,
    /// What is written.
    pub written: Written,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl SharePage {
    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn banner(&self) -> NotificationBanner {
        NotificationBanner { text: self.notice.clone(), ..NotificationBanner::default() }
    }

    fn team(&self) -> Select {
        let none = SelectItem { value: Some(String::new()), text: "Choose a team".to_owned(), selected: None };
        let item = |(id, name): &(String, String)| SelectItem { value: Some(id.clone()), text: name.clone(), selected: None };
        Select {
            name: "team".to_owned(),
            label: Label::from("Which team is it for?"),
            error_message: self.error("team"),
            items: std::iter::once(none).chain(self.teams.iter().map(item)).collect(),
            value: self.written.team.clone(),
            ..Select::default()
        }
    }

    fn user(&self) -> Input {
        Input {
            name: "user".to_owned(),
            label: "Is it for one person of that team alone? (optional)".into(),
            hint: Some("Their user name. Leave this empty for everybody who works in the team.".into()),
            error_message: self.error("user"),
            value: self.written.user.clone(),
            autocomplete: "off".to_owned(),
            spellcheck: Some(false),
            ..Input::default()
        }
    }

    fn entries(&self) -> Checkboxes {
        let item = |choice: &Choice| Checkbox {
            value: choice.id.to_string(),
            text: choice.text.clone(),
            hint: Some(Hint::from(choice.hint.as_str())),
            ..Checkbox::default()
        };
        Checkboxes {
            name: "entries".to_owned(),
            fieldset: Some(Fieldset::new("What do you share?", "govuk-fieldset__legend--m")),
            hint: Some(Hint::from(
                "Tick only what they need; parts of the answers stand below. What is kept apart for other teams, and who told, is \
                 never part of a share. What is written later is not part of it either.",
            )),
            error_message: self.error("entries"),
            items: self.choices.iter().map(item).collect(),
            values: self.written.entries.clone(),
            ..Checkboxes::default()
        }
    }

    /// A section of the form: all of it, or single answers.
    fn part(&self, part: &PartChoice) -> Checkboxes {
        let all = Checkbox {
            value: part.value.clone(),
            text: "All of this part".to_owned(),
            hint: Some(Hint::from("Every answer below, with what was changed in it since.")),
            ..Checkbox::default()
        };
        let item = |(value, text, hint): &(String, String, String)| Checkbox {
            value: value.clone(),
            text: text.clone(),
            hint: Some(Hint::from(hint.as_str())),
            ..Checkbox::default()
        };
        Checkboxes {
            id_prefix: part.value.clone(),
            name: "entries".to_owned(),
            fieldset: Some(Fieldset::new(&part.title, "govuk-fieldset__legend--s")),
            items: std::iter::once(all).chain(part.answers.iter().map(item)).collect(),
            values: self.written.entries.clone(),
            ..Checkboxes::default()
        }
    }

    /// The answers that are kept from somebody.
    fn kept(&self) -> Checkboxes {
        let item = |(value, text, hint): &(String, String, String)| Checkbox {
            value: value.clone(),
            text: text.clone(),
            hint: Some(Hint::from(hint.as_str())),
            ..Checkbox::default()
        };
        Checkboxes {
            id_prefix: "withheld".to_owned(),
            name: "entries".to_owned(),
            fieldset: Some(Fieldset::new("Withheld for safety", "govuk-fieldset__legend--m")),
            hint: Some(Hint::from(
                "These go along only if you tick them here. Tick one only if they need it to keep somebody safe: they will know it, and \
                 the agencies named must not learn it from them.",
            )),
            error_message: self.error("withheld"),
            items: self.withheld.iter().map(item).collect(),
            values: self.written.entries.clone(),
            ..Checkboxes::default()
        }
    }

    /// Whether something of a section is ticked.
    fn is_begun(&self, part: &PartChoice) -> bool {
        let ticked = |value: &String| self.written.entries.contains(value);
        ticked(&part.value) || part.answers.iter().any(|(value, ..)| ticked(value))
    }

    fn basis(&self) -> Select {
        law::basis(&self.written.basis, self.error("basis"))
    }

    fn purpose(&self) -> Select {
        law::purpose(&self.written.purpose, self.error("purpose"))
    }

    fn reason(&self) -> Textarea {
        Textarea {
            name: "reason".to_owned(),
            label: "Why do you share it?".into(),
            hint: Some(Hint {
                text: format!("For your team’s file. You can leave it out where you rest on {}.", self.own_law)
            }),
            error_message: self.error("reason"),
            value: self.written.reason.clone(),
            rows: Some(3),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    fn agreement(&self) -> Select {
        let none = SelectItem { value: Some(String::new()), text: "None".to_owned(), selected: None };
        let item = |(id, name): &(String, String)| SelectItem { value: Some(id.clone()), text: name.clone(), selected: None };
        Select {
            name: "agreement".to_owned(),
            label: Label::from("Under which agreement? (optional)"),
            hint: Some(Hint::from("One that has lapsed or covers something else is recorded, and stops nothing.")),
            error_message: self.error("agreement"),
            items: std::iter::once(none).chain(self.agreements.iter().map(item)).collect(),
            value: self.written.agreement.clone(),
            ..Select::default()
        }
    }

    fn urgent(&self) -> Checkboxes {
        let tick = Checkbox {
            value: "yes".to_owned(),
            text: "It cannot wait".to_owned(),
            hint: Some(Hint::from("It stands at the top of what was shared with them. Ring them as well.")),
            checked: Some(self.written.urgent),
            ..Checkbox::default()
        };
        Checkboxes {
            name: "urgent".to_owned(),
            fieldset: Some(Fieldset::new("How soon do they need it?", "govuk-fieldset__legend--m")),
            items: vec![tick],
            ..Checkboxes::default()
        }
    }

    fn button() -> Button {
        Button {
            text: "See what they will see".to_owned(),
            name: "step".to_owned(),
            value: "preview".to_owned(),
            ..Button::default()
        }
    }
}
