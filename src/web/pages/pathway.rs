//! Before the form: what a pathway is for, and whether anyone is in danger now.

use askama::Template;

use crate::web::{
    components::{Button, ErrorLink, ErrorSummary, Fieldset, InsetText, Radio, Radios},
    view::Frame,
};

/// The start page of one pathway.
#[derive(Clone, Template)]
#[template(path = "pathway/start.html")]
pub struct StartPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway; the heading.
    pub title: String,
    /// Who it is for; one paragraph each.
    pub who_for: Vec<String>,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// What to have to hand.
    pub to_hand: Vec<String>,
    /// The team that receives it.
    pub received_by: String,
    /// When a human reads it, and who covers outside those hours.
    pub hours: String,
    /// Address of the question about danger.
    pub start_href: String,
}

impl StartPage {
    fn emergency() -> InsetText {
        let text = "If anyone is in immediate danger, ring 999 now. Make this record afterwards.";
        InsetText { text: text.to_owned(), ..InsetText::default() }
    }

    fn button(&self) -> Button {
        Button { text: "Start now".to_owned(), href: self.start_href.clone(), is_start_button: true, ..Button::default() }
    }
}

const CHOOSE: &str = "Select yes if anyone is in danger now";

/// "Is anyone in danger now?", asked before every form; answers with GET `?danger=yes|no` to its own address.
#[derive(Clone, Template)]
#[template(path = "pathway/danger.html")]
pub struct DangerPage {
    /// The frame; `failed` when no answer was chosen.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// Address that the answer goes to.
    pub action: String,
}

impl DangerPage {
    fn summary() -> ErrorSummary {
        ErrorSummary::new(vec![ErrorLink { href: "#danger".to_owned(), text: CHOOSE.to_owned() }])
    }

    fn radios(&self) -> Radios {
        let mut fieldset = Fieldset::new("Is anyone in danger now?", "govuk-fieldset__legend--l");
        if let Some(legend) = &mut fieldset.legend {
            legend.is_page_heading = true;
        }
        let item = |value: &str, text: &str| Radio { value: value.to_owned(), text: text.to_owned(), ..Radio::default() };
        Radios {
            name: "danger".to_owned(),
            fieldset: Some(fieldset),
            hint: Some("Somebody may be hurt, threatened or taken away within hours.".into()),
            error_message: self.frame.failed.then(|| CHOOSE.into()),
            items: vec![item("yes", "Yes, or I am not sure"), item("no", "No")],
            ..Radios::default()
        }
    }

    fn button() -> Button {
        Button { text: "Continue".to_owned(), ..Button::default() }
    }
}

/// Whom to ring now; and the record can still be made.
#[derive(Clone, Template)]
#[template(path = "pathway/stop.html")]
pub struct StopPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// Whom to ring, the most urgent first.
    pub contacts: Vec<Contact>,
    /// Address of the form.
    pub form_href: String,
}

/// Somebody to ring.
#[derive(Clone)]
pub struct Contact {
    /// Who.
    pub who: String,
    /// The number as it is read out, such as `0116 496 0123`.
    pub number: String,
    /// When they answer.
    pub when: String,
}

impl Contact {
    /// The number as a telephone's address.
    pub(super) fn dial(&self) -> String {
        self.number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

impl StopPage {
    fn button(&self) -> Button {
        let text = "Make the record".to_owned();
        Button { text, href: self.form_href.clone(), classes: "govuk-button--secondary".to_owned(), ..Button::default() }
    }
}
