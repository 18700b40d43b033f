//! Mail that somebody has notices: where it goes, when it may, and when it is tried again.

use std::{fmt, time::Duration};

use super::{calendar::WorkingCalendar, time::Timestamp};

/// So long notices are gathered into one mail.
const GATHERED: Duration = Duration::from_mins(5);
/// Mail that waits for the morning goes at this hour, and none goes from the other on. Hours of the United Kingdom.
const MORNING: i8 = 7;
const EVENING: i8 = 20;
/// The first wait after a relay could not take a mail; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_mins(1);
/// A mail is tried so often: the last wait is above eight hours.
const MOST_TRIES: u32 = 10;
/// After so many mails that came back no more goes to an address until somebody has looked.
pub const MOST_BOUNCES: i64 = 3;
/// The longest address (RFC 5321).
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

coded_enum! {
    /// What became of a mail.
    pub enum MailEnd {
        /// The relay has it.
        Sent = "sent",
        /// The relay knows no such recipient.
        Refused = "refused",
        /// No relay took it in time, or its person takes no mail any more.
        GivenUp = "given-up",
    }
}

coded_enum! {
    /// When somebody lets mail come that is not urgent.
    pub enum MailHours {
        /// When their agency says.
        Agency = "agency",
        /// In working hours.
        Working = "working",
        /// At any hour.
        Any = "any",
    }
}

impl MailHours {
    /// Whether such mail waits for working hours, where the agency says whether it does.
    pub const fn is_quiet(self, agency: bool) -> bool {
        match self {
            Self::Agency => agency,
            Self::Working => true,
            Self::Any => false,
        }
    }
}

/// Whether mail that is not urgent waits for working hours in an agency that has not said.
pub const QUIET_UNLESS_SAID: bool = true;

/// Where mail goes: ASCII, one `@`, nothing that could end a header.
#[derive(Clone, PartialEq, Eq)]
pub struct MailAddress(String);

/// The text is no address that mail can go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not a mail address, such as name@agency.example")]
pub struct BadMailAddress;

impl MailAddress {
    /// Reads an address as typed.
    ///
    /// # Errors
    /// [`BadMailAddress`] for quoted, commented and international forms too, which no agency gives its people.
    pub fn parse(text: &str) -> Result<Self, BadMailAddress> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(BadMailAddress)?;
        let is_local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let dotted = |text: &str| !text.is_empty() && text.split('.').all(|part| !part.is_empty());
        let is_label = |label: &str| !label.starts_with('-') && !label.ends_with('-') && label.len() <= 63;
        let domain_fits = domain.contains('.')
            && dotted(domain)
            && domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
            && domain.split('.').all(is_label);
        let local_fits = local.len() <= LONGEST_LOCAL && dotted(local) && local.chars().all(is_local);
        if text.len() <= LONGEST && domain_fits && local_fits { Ok(Self(text.to_owned())) } else { Err(BadMailAddress) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailAddress(…)")
    }
}

/// When a mail of notices that came at a moment may go: at once where it is urgent, else after others had time to join it and,
/// for those who want quiet, on a working day between seven and eight.
pub fn goes_at(at: Timestamp, urgent: bool, quiet: bool, calendar: &WorkingCalendar) -> Timestamp {
    if urgent { at } else { may_go_at(at.plus(GATHERED), urgent, quiet, calendar) }
}

/// When a mail may go that is ready at a moment, whatever kept it until then: at that moment, or when it is quiet no more for
/// those who want quiet.
pub fn may_go_at(due: Timestamp, urgent: bool, quiet: bool, calendar: &WorkingCalendar) -> Timestamp {
    let (day, hour) = (due.uk_date(), due.zoned().hour());
    let works = calendar.is_working_day(day);
    if urgent || !quiet || (works && (MORNING..EVENING).contains(&hour)) {
        return due;
    }
    let morning = if works && hour < MORNING { Some(day) } else { calendar.working_day_after(day) };
    let hours = Duration::from_hours(u64::from(MORNING.unsigned_abs()));
    // At the end of the calendar nobody is kept waiting.
    morning.and_then(Timestamp::midnight).map_or(due, |midnight| midnight.plus(hours))
}

/// How long a mail waits that was tried so often in vain; none when that was often enough.
pub fn again_in(tries: u32) -> Option<Duration> {
    (tries < MOST_TRIES).then(|| FIRST_WAIT.saturating_mul(1 << tries.min(MOST_TRIES)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time")
    }

    #[test]
    fn an_address_reads_back_and_nothing_that_could_end_a_header_does() {
        for good in ["tess@school.example", " a.b+c@x-y.example.org "] {
            assert_eq!(MailAddress::parse(good).expect("reads").as_str(), good.trim());
        }
        let long = format!("{}@x.example", "a".repeat(65));
        let bad = [
            "",
            "tess",
            "@x.example",
            "a@",
            "a@b",
            "a@b..c",
            ".a@b.c",
            "a b@c.d",
            "a@b.c\r\nBcc: x@y.z",
            "ä@b.c",
            "a@-b.c",
            &long,
        ];
        for text in bad {
            assert_eq!(MailAddress::parse(text), Err(BadMailAddress), "{text:?}");
        }
        assert_eq!(format!("{:?}", MailAddress::parse("canary@x.example").expect("reads")), "MailAddress(…)");
    }

    #[test]
    fn what_is_not_urgent_waits_for_the_morning_of_a_working_day() {
        let calendar = WorkingCalendar::new([], at("2027-12-31T00:00:00Z").uk_date());
        let goes = |from: &str| goes_at(at(from), false, true, &calendar);
        assert_eq!(goes("2026-11-27T10:00:00Z"), at("2026-11-27T10:05:00Z"), "a Friday morning");
        assert_eq!(goes("2026-11-26T20:30:00Z"), at("2026-11-27T07:00:00Z"), "a Thursday evening");
        assert_eq!(goes("2026-11-27T03:00:00Z"), at("2026-11-27T07:00:00Z"), "a night");
        assert_eq!(goes("2026-11-27T19:58:00Z"), at("2026-11-30T07:00:00Z"), "too late on a Friday");
        assert_eq!(goes("2026-11-28T12:00:00Z"), at("2026-11-30T07:00:00Z"), "a Saturday");
        assert_eq!(goes("2026-07-01T19:30:00Z"), at("2026-07-02T06:00:00Z"), "half past eight in the evening, in summer");
        let night = at("2026-11-28T03:00:00Z");
        assert_eq!(goes_at(night, true, true, &calendar), night, "what is urgent waits for nothing");
        assert_eq!(goes_at(night, false, false, &calendar), night.plus(GATHERED), "nor who wants no quiet");
    }

    #[test]
    fn what_was_held_up_goes_at_no_quiet_hour_either() {
        let calendar = WorkingCalendar::new([], at("2027-12-31T00:00:00Z").uk_date());
        let goes = |from: &str, urgent| may_go_at(at(from), urgent, true, &calendar);
        assert_eq!(goes("2026-11-27T10:00:00Z", false), at("2026-11-27T10:00:00Z"), "on a Friday morning at once");
        assert_eq!(goes("2026-11-29T20:00:00Z", false), at("2026-11-30T07:00:00Z"), "on a Sunday evening not");
        assert_eq!(goes("2026-11-29T20:00:00Z", true), at("2026-11-29T20:00:00Z"), "what is urgent waits for nothing");
    }

    #[test]
    fn a_mail_is_tried_less_and_less_often_and_not_for_ever() {
        let waits: Vec<u64> = (0..=MOST_TRIES).filter_map(again_in).map(|wait| wait.as_secs() / 60).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
    }
}
