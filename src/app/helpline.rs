//! The hub's own number: where a form has none for where it is, or the service itself has failed.

use super::Error;
use crate::domain::text::WorkPhone;

/// The number of whoever runs the hub.
#[derive(Debug, Clone)]
pub struct Helpline {
    number: WorkPhone,
    hours: Option<String>,
}

impl Helpline {
    /// Reads what the configuration says; none where it names no number.
    ///
    /// # Errors
    /// [`Error::Configuration`] for a number that cannot be rung from anywhere, and for hours of no number.
    pub fn read(number: Option<&str>, hours: Option<&str>) -> Result<Option<Self>, Error> {
        let refuse = |problem: &str| Error::Configuration(problem.to_owned());
        let Some(number) = number else {
            return if hours.is_some() { Err(refuse("`hub.phone_hours` is of no use without `hub.phone`")) } else { Ok(None) };
        };
        let number = WorkPhone::parse(number).map_err(|_| refuse("`hub.phone` must be a number with its area code"))?;
        Ok(Some(Self { number, hours: hours.map(str::to_owned) }))
    }

    /// The number as it is read out.
    pub fn number(&self) -> &str {
        self.number.as_str()
    }

    /// When it is answered, in words; none where that was not said.
    pub fn hours(&self) -> Option<&str> {
        self.hours.as_deref()
    }

    /// Number and hours in one line: `0116 496 0100 (Monday to Friday, 9am to 5pm)`.
    pub fn words(&self) -> String {
        let hours = self.hours().map(|hours| format!(" ({hours})")).unwrap_or_default();
        format!("{}{hours}", self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hubs_number_can_be_rung_from_anywhere_or_the_hub_does_not_start() {
        let line = Helpline::read(Some("0116 496 0100"), Some("Weekdays, 9am to 5pm")).unwrap().unwrap();
        assert_eq!(line.words(), "0116 496 0100 (Weekdays, 9am to 5pm)");
        assert_eq!(Helpline::read(Some("0116 496 0100"), None).unwrap().unwrap().words(), "0116 496 0100");
        assert!(Helpline::read(None, None).unwrap().is_none());
        for (number, hours) in [(Some("999"), None), (Some("the desk"), None), (Some(""), None), (None, Some("Weekdays"))] {
            assert!(matches!(Helpline::read(number, hours), Err(Error::Configuration(_))), "{number:?}");
        }
    }
}
