//! The bank holidays, from their file.

use super::{fault::Faults, reader::Reader, reader::date};
use crate::domain::calendar::WorkingCalendar;

/// Reads the file of bank holidays: `known_until` and `holidays`, all dates.
///
/// # Errors
/// Every fault found, in the order of lines.
pub fn parse_calendar(file: &str, text: &str) -> Result<WorkingCalendar, Faults> {
    let reader = Reader::new(file, text);
    let read = reader.document().and_then(|document| {
        let table = reader.table("the file", 0..0, document.get_ref());
        let known_until = table.need_date("known_until");
        let items = table.need_list("holidays");
        let holidays: Vec<_> = items.iter().filter_map(|item| date(&reader, "holidays", item)).collect();
        for (item, holiday) in items.iter().zip(&holidays) {
            if known_until.is_some_and(|until| *holiday > until) {
                reader.fault(&item.span(), "move `known_until` on: a holiday lies after it");
            }
        }
        table.end();
        Some(WorkingCalendar::new(holidays, known_until?))
    });
    reader.finish(read)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        domain::{clock::Limit, time::Timestamp},
        pathways::library::EMBEDDED_CALENDAR,
    };

    #[test]
    fn the_embedded_holidays_reach_to_the_end_of_2028_and_fall_on_weekdays() {
        let calendar = parse_calendar("bank-holidays.toml", EMBEDDED_CALENDAR).expect("a calendar");
        assert_eq!(calendar.known_until(), date(2028, 12, 31));
        for year in 2026..=2028 {
            let days = date(year, 1, 1).series(jiff::Span::new().days(1)).take_while(|day| day.year() == year);
            let working = days.filter(|day| calendar.is_working_day(*day)).count();
            let weekdays = date(year, 1, 1).series(jiff::Span::new().days(1)).take_while(|day| day.year() == year);
            let weekdays = weekdays.filter(|day| day.weekday().to_monday_zero_offset() < 5).count();
            assert_eq!(weekdays - working, 8, "{year} has eight bank holidays, none wasted on a weekend");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_limit_in_working_days_falls_on_a_bank_holiday(start in 0..1000_i64, days in 1..20_u16) {
            let calendar = parse_calendar("bank-holidays.toml", EMBEDDED_CALENDAR).expect("a calendar");
            let day = date(2026, 1, 1).checked_add(jiff::Span::new().days(start)).expect("a date");
            let from = Timestamp::parse(&format!("{day}T12:00:00Z")).expect("a time");
            let due = Limit::WorkingDays(days).due(from, &calendar).uk_date();
            proptest::prop_assert!(calendar.is_working_day(due) && due > day);
            let between = day.series(jiff::Span::new().days(1)).skip(1).take_while(|passed| *passed <= due);
            let counted = between.filter(|passed| calendar.is_working_day(*passed)).count();
            proptest::prop_assert_eq!(counted, usize::from(days));
        }
    }

    #[test]
    fn faults_name_their_lines() {
        let text = "known_until = 2026-12-31\nholidays = [\n  2027-01-01,\n  \"soon\",\n]\nextra = 1\n";
        let faults = parse_calendar("c.toml", text).expect_err("faults").0;
        assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [3, 4, 6]);
    }
}
