//! What a sender chooses beside the answers, on the page before sending: the lawful basis, the team that sends it, and who must
//! not see it.

use askama::Template;

use super::keep_back::{self, KeepBack, keepable};
use crate::{
    app::{App, Choices, Error, NamedPlace, RestrictedMember},
    domain::{
        answers::{Answers, FieldError},
        code::QuestionId,
        enquiry::FormKind,
        ids::{TeamId, UserId},
        lawful::{LegalChoice, LegalPick},
        legal::{Basis, Purpose},
        pathway::Pathway,
        withheld::Withhold,
    },
    web::{
        components::{
            Checkbox, Checkboxes, Details, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, Input, Label, Markup, Radio,
            Radios, Select, SelectItem,
        },
        error::Failure,
        posted::Posted,
        session::SignedIn,
        words,
    },
};

/// The names of the fields.
const LEGAL: &str = "legal";
const OTHER_BASIS: &str = "legal_basis";
const OTHER_PURPOSE: &str = "legal_purpose";
const REASON: &str = "legal_reason";
const STRIKE_OUT: &str = "strike_out";
/// The value that says that nobody of those people is involved.
const NOBODY: &str = "none";
/// The value that stands for a basis the pathway does not offer.
const OTHER: &str = "other";
const TEAM: &str = "team";

/// The controls; nothing where there is nothing to choose.
#[derive(Clone, Default, Template)]
#[template(path = "draft/choices.html")]
pub struct ChoicesView {
    /// The bases offered, the default first: value, words and the power behind it.
    pub bases: Vec<(String, String, String)>,
    /// Those of the restricted teams who may be struck out: account id, name, and team with agency.
    pub people: Vec<(String, String, String)>,
    /// What was chosen before: names and values as posted.
    pub posted: Vec<(String, String)>,
    /// What is wrong with it: field and words.
    pub errors: Vec<(String, String)>,
    /// What can be kept back, and from whom; nothing where there is nothing to keep back.
    pub keep_back: KeepBack,
    /// The teams that the sender may send it from, the one they work in first: id, name and agency. Empty for a single one.
    pub teams: Vec<(String, String, String)>,
}

impl ChoicesView {
    /// What these answers leave to choose.
    pub(super) async fn of(app: &App, person: &SignedIn, pathway: &Pathway, answers: &Answers) -> Result<Self, Failure> {
        let kind = app.sender_kind(&person.caller).await?;
        let line = |choice: &LegalChoice<'_>| {
            let words = format!("{}, for {}", words::basis(choice.basis), words::purpose(choice.purpose));
            (value(choice.basis, choice.purpose), words, choice.gateway.to_owned())
        };
        // Whoever names nobody need not weigh the law on naming them; the pathway's usual basis is recorded.
        let bases =
            if pathway.kind == FormKind::Referral { pathway.legal_choices(kind).iter().map(line).collect() } else { Vec::new() };
        let mut people = Vec::new();
        if pathway.is_conflicted(answers) {
            let members = app.restricted_members(&person.request, &person.caller, (pathway.id.as_str(), pathway.kind)).await?;
            let named = |RestrictedMember { user, name, team, agency, also }| {
                let also = if also.is_empty() { String::new() } else { format!(". Also in {}", also.join(", ")) };
                (user.to_string(), name, format!("{team}, {agency}{also}"))
            };
            people = members.into_iter().map(named).collect();
        }
        let places = app.sending_places(&person.caller, kind, pathway).into_iter();
        let team =
            |named: &NamedPlace| (named.place.team.to_string(), named.team.as_str().to_owned(), named.agency.as_str().to_owned());
        let teams: Vec<_> = places.map(team).collect();
        let answers = if pathway.kind == FormKind::Referral { keepable(pathway, answers) } else { Vec::new() };
        let agencies = if answers.is_empty() { Vec::new() } else { app.agencies_to_keep_from(&person.caller).await? };
        let keep_back = KeepBack { answers, agencies, ..KeepBack::default() };
        Ok(Self { bases, people, keep_back, teams: if teams.len() > 1 { teams } else { Vec::new() }, ..Self::default() })
    }

    /// The same with what was kept back before, of what can be, chosen again: in sight, so that its sender can choose otherwise.
    pub(super) fn keeping_back(mut self, before: &Withhold) -> Self {
        let offered = |list: &[(String, String)], value: &str| list.iter().any(|(known, _)| known == value);
        let KeepBack { answers, agencies, chosen, .. } = &mut self.keep_back;
        chosen.answers = before.answers.iter().filter(|id| offered(answers, id.as_str())).cloned().collect();
        chosen.from = before.from.iter().filter(|code| offered(agencies, code)).cloned().collect();
        if chosen.answers.is_empty() {
            chosen.from.clear();
        }
        self
    }

    /// The same with what was posted, and what is wrong with it; none where one of these errors is of no field here.
    pub(super) fn mended(self, posted: &Posted, errors: &[FieldError]) -> Option<Self> {
        let field = |error: &FieldError| match (error.field.as_str(), error.part) {
            ("legal", Some("reason")) => Some(REASON),
            ("legal", _) => Some(LEGAL),
            ("strike_out", _) => Some(STRIKE_OUT),
            ("team", _) => Some(TEAM),
            ("withhold", Some("from")) => Some(keep_back::FROM),
            ("withhold", _) => Some(keep_back::ANSWERS),
            _ => None,
        };
        let errors: Vec<(String, String)> =
            errors.iter().map(|error| Some((field(error)?.to_owned(), error.message.clone()))).collect::<Option<_>>()?;
        let chosen = keep_back::read(posted).unwrap_or_default();
        let keep_back = KeepBack { chosen, errors: errors.clone(), ..self.keep_back };
        Some(Self { posted: posted.fields().to_vec(), errors, keep_back, ..self })
    }

    /// What is wrong, for the top of the page.
    pub(super) fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn values(&self, field: &str) -> Vec<String> {
        self.posted.iter().filter(|(name, _)| name == field).map(|(_, value)| value.clone()).collect()
    }

    fn value(&self, field: &str) -> String {
        self.values(field).into_iter().next().unwrap_or_default()
    }

    /// The default, in words.
    fn default_words(&self) -> String {
        self.bases.first().map(|(_, words, power)| format!("{words} ({power}).")).unwrap_or_default()
    }

    /// Keeping something back: closed, until something was chosen.
    fn kept(&self) -> Result<Details, askama::Error> {
        Ok(Details {
            summary_text: "Keep an address, school or contact from somebody".to_owned(),
            html: Some(Markup::of(&self.keep_back)?),
            open: self.keep_back.is_open(),
            ..Details::default()
        })
    }

    /// Resting on anything but the default: closed, until it was opened and is wrong.
    fn other(&self) -> Result<Details, askama::Error> {
        let html = Markup::of(&OtherBasis {
            legal: self.legal(),
            basis: Self::select(OTHER_BASIS, "Which basis?", Basis::ALL, |basis| (basis.code(), words::basis(basis)), self),
            purpose: Self::select(
                OTHER_PURPOSE,
                "For which purpose?",
                Purpose::ALL,
                |purpose| (purpose.code(), words::purpose(purpose)),
                self,
            ),
            reason: self.reason(),
        })?;
        Ok(Details {
            summary_text: "Rest on another basis".to_owned(),
            html: Some(html),
            open: self.error(LEGAL).is_some() || self.error(REASON).is_some(),
            ..Details::default()
        })
    }

    fn legal(&self) -> Radios {
        let item = |(value, text, power): &(String, String, String)| Radio {
            value: value.clone(),
            text: text.clone(),
            hint: Some(Hint { text: power.clone() }),
            ..Radio::default()
        };
        let other = Radio {
            value: OTHER.to_owned(),
            text: "Another one".to_owned(),
            hint: Some("Say which, below.".into()),
            ..Radio::default()
        };
        let first = self.bases.first().map(|(value, ..)| value.clone()).unwrap_or_default();
        let chosen = self.value(LEGAL);
        Radios {
            name: LEGAL.to_owned(),
            fieldset: Some(Fieldset::new("What do you rest on?", "govuk-fieldset__legend--s")),
            error_message: self.error(LEGAL),
            items: self.bases.iter().map(item).chain([other]).collect(),
            value: if chosen.is_empty() { first } else { chosen },
            ..Radios::default()
        }
    }

    fn select<T: Copy>(
        name: &str,
        label: &str,
        all: &[T],
        words: impl Fn(T) -> (&'static str, &'static str),
        view: &Self,
    ) -> Select {
        let item =
            |(code, text): (&str, &str)| SelectItem { value: Some(code.to_owned()), text: text.to_owned(), selected: None };
        let none = SelectItem { value: Some(String::new()), text: "As above".to_owned(), selected: None };
        Select {
            id: name.to_owned(),
            name: name.to_owned(),
            label: Label::from(label),
            items: std::iter::once(none).chain(all.iter().map(|one| item(words(*one)))).collect(),
            value: view.value(name),
            ..Select::default()
        }
    }

    fn reason(&self) -> Input {
        Input {
            name: REASON.to_owned(),
            label: "Why not the first?".into(),
            hint: Some("One line, read by those who read the referral.".into()),
            error_message: self.error(REASON),
            value: self.value(REASON),
            autocomplete: "off".to_owned(),
            ..Input::default()
        }
    }

    fn team(&self) -> Radios {
        let item = |(value, text, agency): &(String, String, String)| Radio {
            value: value.clone(),
            text: text.clone(),
            hint: Some(Hint { text: agency.clone() }),
            ..Radio::default()
        };
        let first = self.teams.first().map(|(value, ..)| value.clone()).unwrap_or_default();
        let chosen = self.value(TEAM);
        Radios {
            name: TEAM.to_owned(),
            fieldset: Some(Fieldset::new("Which of your teams do you send this from?", "govuk-fieldset__legend--m")),
            hint: Some(Hint::from("It stands as the sender. Where a whole team can see what it sent, it is this one.")),
            error_message: self.error(TEAM),
            items: self.teams.iter().map(item).collect(),
            value: if chosen.is_empty() { first } else { chosen },
            ..Radios::default()
        }
    }

    fn strike_out(&self) -> Checkboxes {
        let item = |(value, text, place): &(String, String, String)| Checkbox {
            value: value.clone(),
            text: text.clone(),
            hint: Some(Hint { text: place.clone() }),
            ..Checkbox::default()
        };
        let or = Checkbox { divider: "or".to_owned(), ..Checkbox::default() };
        let nobody = Checkbox {
            value: NOBODY.to_owned(),
            text: "None of these is involved".to_owned(),
            behaviour: "exclusive".to_owned(),
            ..Checkbox::default()
        };
        Checkboxes {
            name: STRIKE_OUT.to_owned(),
            fieldset: Some(Fieldset::new("Who must not see this?", "govuk-fieldset__legend--m")),
            hint: Some(Hint::from(
                "Somebody involved may be known to a partner. So it goes by name to a few people, those of the team named first, \
                 and to nobody else. Tick everybody who is involved, or whom they could tell. If nobody of that team is left, it \
                 goes to those of another.",
            )),
            error_message: self.error(STRIKE_OUT),
            items: self.people.iter().map(item).chain([or, nobody]).collect(),
            values: self.values(STRIKE_OUT),
            ..Checkboxes::default()
        }
    }
}

fn value(basis: Basis, purpose: Purpose) -> String {
    format!("{}/{}", basis.code(), purpose.code())
}

/// What stands behind "Rest on another basis".
#[derive(Template)]
#[template(path = "draft/other_basis.html")]
struct OtherBasis {
    legal: Radios,
    basis: Select,
    purpose: Select,
    reason: Input,
}

/// The choices that a form posted.
///
/// # Errors
/// [`Error::Malformed`] for values that the page does not offer; [`Error::Invalid`] when another basis is chosen and not said.
pub(super) fn read(posted: &Posted) -> Result<Choices, Error> {
    let damaged = || Error::Malformed("The form has a choice that the page does not offer.");
    let offered = |text: &str| {
        let (basis, purpose) = text.split_once('/')?;
        Some((Basis::parse(basis)?, Purpose::parse(purpose)?))
    };
    let picked = match posted.value(LEGAL) {
        "" => None,
        OTHER => match (posted.value(OTHER_BASIS), posted.value(OTHER_PURPOSE)) {
            ("", _) | (_, "") => return Err(invalid("Say which basis, and for which purpose")),
            (basis, purpose) => Some((Basis::parse(basis).ok_or_else(damaged)?, Purpose::parse(purpose).ok_or_else(damaged)?)),
        },
        text => Some(offered(text).ok_or_else(damaged)?),
    };
    let reason = Some(posted.value(REASON).to_owned()).filter(|reason| !reason.trim().is_empty());
    let ticked: Vec<&str> =
        posted.fields().iter().filter(|(name, _)| name == STRIKE_OUT).map(|(_, value)| value.as_str()).collect();
    let struck_out = ticked.iter().filter(|value| **value != NOBODY).map(|id| UserId::parse(id));
    Ok(Choices {
        withhold: Some(keep_back::read(posted).ok_or_else(damaged)?).filter(|chosen| !chosen.is_empty()),
        legal: picked.map(|(basis, purpose)| LegalPick { basis, purpose, reason }),
        struck_out: struck_out.collect::<Result<_, _>>().map_err(|_| damaged())?,
        // With both ticked, the people count.
        strike_out_unsaid: ticked.is_empty(),
        team: Some(posted.value(TEAM)).filter(|team| !team.is_empty()).map(TeamId::parse).transpose().map_err(|_| damaged())?,
    })
}

fn invalid(message: &str) -> Error {
    // A fixed word of ours is always an id.
    QuestionId::parse(LEGAL)
        .map_or(Error::Malformed("the form is damaged"), |field| Error::Invalid(vec![FieldError::new(field, message)]))
}
