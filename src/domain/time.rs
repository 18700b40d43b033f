//! Moments: milliseconds since 1970-01-01 UTC, as rows hold them, and how people read them.

use std::time::Duration;

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};

/// A moment, in whole milliseconds since the Unix epoch, UTC; between the years 1970 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 moment in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time is written like 2026-11-22T09:30:00.000Z, a day like 2026-11-22")]
pub struct BadTime;

/// 9999-12-30T22:00:00.000Z, the last second that the time library can place in every zone.
const LAST: i64 = 253_402_207_200_000;

impl Timestamp {
    /// The moment so many milliseconds after the epoch, held inside the years 1970 to 9999.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(0, LAST))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, as TOTP and cosignatures count.
    pub fn seconds(self) -> u64 {
        self.0.unsigned_abs() / 1000
    }

    /// The moment this much later; at the end of time, the end.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        let millis = i64::try_from(by.as_millis()).unwrap_or(LAST);
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// The moment this much earlier; never before the epoch.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        let millis = i64::try_from(by.as_millis()).unwrap_or(LAST);
        Self::from_millis(self.0.saturating_sub(millis))
    }

    /// How long since an earlier moment; nothing when it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// RFC 3339 in UTC with milliseconds: `2026-11-22T09:30:00.000Z`.
    pub fn rfc3339(self) -> String {
        format!("{:.3}", self.instant())
    }

    /// Reads RFC 3339; an offset other than `Z` is understood.
    ///
    /// # Errors
    /// [`BadTime`] when the text is no such moment, or lies outside 1970 to 9999.
    pub fn parse(text: &str) -> Result<Self, BadTime> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| BadTime)?;
        let millis = instant.as_millisecond();
        if (0..=LAST).contains(&millis) { Ok(Self(millis)) } else { Err(BadTime) }
    }

    /// The first moment of a day in the United Kingdom; none outside the years 1970 to 9999.
    pub fn midnight(day: Date) -> Option<Self> {
        let start = day.to_zoned(london()).ok()?.timestamp().as_millisecond();
        (0..=LAST).contains(&start).then_some(Self(start))
    }

    /// The first moment of the day so many days later, of a day written like `2026-11-22`, in the United Kingdom.
    ///
    /// # Errors
    /// [`BadTime`] when the text is no such day, or lies outside the years 1970 to 9999.
    pub fn of_day(text: &str, later: i8) -> Result<Self, BadTime> {
        let date = text.parse::<Date>().ok().filter(|_| text.len() == 10);
        let moment = date.and_then(|date| Self::midnight(date.checked_add(i32::from(later).days()).ok()?));
        moment.ok_or(BadTime)
    }

    /// `4 June 2026`, in the United Kingdom's time.
    pub fn date_words(self) -> String {
        self.zoned().strftime("%-d %B %Y").to_string()
    }

    /// `4 June 2026 at 9:32am`, in the United Kingdom's time.
    pub fn words(self) -> String {
        let zoned = self.zoned();
        let clock = match (zoned.hour(), zoned.minute()) {
            (12, 0) => "midday".to_owned(),
            (0, 0) => "midnight".to_owned(),
            (hour, minute) => {
                let half = if hour < 12 { "am" } else { "pm" };
                let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
                if minute == 0 { format!("{hour}{half}") } else { format!("{hour}:{minute:02}{half}") }
            }
        };
        format!("{} at {clock}", zoned.strftime("%-d %B %Y"))
    }

    /// The calendar date in the United Kingdom.
    pub fn uk_date(self) -> Date {
        self.zoned().date()
    }

    /// The moment as a date and time of the United Kingdom.
    pub fn zoned(self) -> jiff::Zoned {
        self.instant().to_zoned(london())
    }

    fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

/// The time zone of the partnership: the rules come with the program, not from the machine.
pub fn london() -> TimeZone {
    TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_back() {
        for text in ["1970-01-01T00:00:00.000Z", "2026-06-04T08:32:05.123Z", "9999-12-30T22:00:00.000Z"] {
            assert_eq!(Timestamp::parse(text).map(Timestamp::rfc3339).as_deref(), Ok(text));
        }
        assert_eq!(
            Timestamp::parse("2026-06-04T09:32:05+01:00").map(Timestamp::rfc3339).as_deref(),
            Ok("2026-06-04T08:32:05.000Z")
        );
        for bad in ["", "2026-06-04", "yesterday", "1969-12-31T23:59:59Z"] {
            assert_eq!(Timestamp::parse(bad), Err(BadTime), "{bad}");
        }
    }

    #[test]
    fn people_read_summer_and_winter_time() {
        let at = |text| Timestamp::parse(text).map(Timestamp::words).unwrap_or_default();
        assert_eq!(at("2026-06-04T08:32:00Z"), "4 June 2026 at 9:32am");
        assert_eq!(at("2026-12-04T12:00:00Z"), "4 December 2026 at midday");
        assert_eq!(at("2026-12-04T00:00:00Z"), "4 December 2026 at midnight");
        assert_eq!(at("2026-12-04T00:05:00Z"), "4 December 2026 at 12:05am");
        assert_eq!(at("2026-12-04T17:00:00Z"), "4 December 2026 at 5pm");
    }

    #[test]
    fn arithmetic_stays_inside_time() {
        let start = Timestamp::from_millis(5);
        assert_eq!(start.minus(Duration::from_secs(1)).millis(), 0);
        assert_eq!(start.plus(Duration::MAX).rfc3339(), "9999-12-30T22:00:00.000Z");
        assert_eq!(start.since(Timestamp::from_millis(9)), Duration::ZERO);
    }
}
