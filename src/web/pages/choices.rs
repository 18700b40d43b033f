//! What a sender chooses beside the answers, on the page before sending: the lawful basis, and who must not see it.

use askama::Template;

use crate::{
    app::{App, Choices, Error, RestrictedMember},
    domain::{
        answers::Answers,
        enquiry::FormKind,
        ids::UserId,
        lawful::{LegalChoice, LegalPick},
        legal::{Basis, Purpose},
        pathway::Pathway,
    },
    web::{
        components::{Checkbox, Checkboxes, Fieldset, Hint, Radio, Radios},
        error::Failure,
        posted::Posted,
        session::SignedIn,
        words,
    },
};

/// The names of the fields.
const LEGAL: &str = "legal";
const STRIKE_OUT: &str = "strike_out";

/// The controls; nothing where there is nothing to choose.
#[derive(Clone, Default, Template)]
#[template(path = "draft/choices.html")]
pub struct ChoicesView {
    /// The bases offered, the default first: value, words and the power behind it. Empty where there is only one.
    pub bases: Vec<(String, String, String)>,
    /// Those of the restricted teams who may be struck out: account id, name, and team with agency.
    pub people: Vec<(String, String, String)>,
}

impl ChoicesView {
    /// What these answers leave to choose.
    pub(super) async fn of(app: &App, person: &SignedIn, pathway: &Pathway, answers: &Answers) -> Result<Self, Failure> {
        let kind = app.sender_kind(&person.caller).await?;
        let offered = pathway.legal_choices(kind);
        let line = |choice: &LegalChoice<'_>| {
            let words = format!("{}, for {}", words::basis(choice.basis), words::purpose(choice.purpose));
            (value(choice.basis, choice.purpose), words, choice.gateway.to_owned())
        };
        // Whoever names nobody need not weigh the law on naming them; the pathway's usual basis is recorded.
        let bases =
            if offered.len() > 1 && pathway.kind == FormKind::Referral { offered.iter().map(line).collect() } else { Vec::new() };
        let mut people = Vec::new();
        if pathway.is_conflicted(answers) {
            let members = app.restricted_members(&person.request, &person.caller, (pathway.id.as_str(), pathway.kind)).await?;
            let named = |RestrictedMember { user, name, team, agency }| (user.to_string(), name, format!("{team}, {agency}"));
            people = members.into_iter().map(named).collect();
        }
        Ok(Self { bases, people })
    }

    fn legal(&self) -> Radios {
        let item = |(value, text, power): &(String, String, String)| Radio {
            value: value.clone(),
            text: text.clone(),
            hint: Some(Hint { text: power.clone() }),
            ..Radio::default()
        };
        Radios {
            name: LEGAL.to_owned(),
            fieldset: Some(Fieldset::new("What do you rest on in law?", "govuk-fieldset__legend--m")),
            hint: Some(Hint::from("The first is right for most. It is recorded with the sending.")),
            items: self.bases.iter().map(item).collect(),
            value: self.bases.first().map(|(value, ..)| value.clone()).unwrap_or_default(),
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
        Checkboxes {
            name: STRIKE_OUT.to_owned(),
            fieldset: Some(Fieldset::new("Who must not see this?", "govuk-fieldset__legend--m")),
            hint: Some(Hint::from(
                "Somebody involved may be known to a partner. So it goes by name to a few people of one agency, and to nobody else. \
                 Tick everybody who is involved. If nobody of the first agency is left, it goes to those of another.",
            )),
            items: self.people.iter().map(item).collect(),
            ..Checkboxes::default()
        }
    }
}

fn value(basis: Basis, purpose: Purpose) -> String {
    format!("{}/{}", basis.code(), purpose.code())
}

/// The choices that a form posted.
///
/// # Errors
/// [`Error::Malformed`] for values that the page does not offer.
pub(super) fn read(posted: &Posted) -> Result<Choices, Error> {
    let of = |name: &'static str| posted.fields().iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str());
    let damaged = Error::Malformed("The form has a choice that the page does not offer.");
    let pick = |text: &str| {
        let (basis, purpose) = text.split_once('/')?;
        Some(LegalPick { basis: Basis::parse(basis)?, purpose: Purpose::parse(purpose)?, reason: None })
    };
    let legal = match of(LEGAL).next() {
        Some(text) => Some(pick(text).ok_or(damaged)?),
        None => None,
    };
    let struck_out = of(STRIKE_OUT).map(UserId::parse).collect::<Result<Vec<_>, _>>();
    let struck_out = struck_out.map_err(|_| Error::Malformed("The form has a choice that the page does not offer."))?;
    Ok(Choices { legal, struck_out })
}
