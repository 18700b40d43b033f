//! When a team reads, said twice in a pathway file: in words for people, and by the clock. Do the two agree?

use crate::domain::opening::{Days, Opening};

/// Whether the words name hours or days that are not those of the clock. Words that name none say nothing against it.
pub(super) fn contradict(words: &str, opens: Opening) -> bool {
    let words = words.to_lowercase();
    let named: Vec<i8> = words.split(|c: char| !c.is_alphanumeric()).filter_map(hour).collect();
    let ends = [opens.from, opens.to % 24];
    let other_hours = !named.is_empty() && named != ends;
    let (weekdays, every) = (words.contains("to friday"), words.contains("every day"));
    let other_days = match opens.days {
        Days::Working => every && !weekdays,
        Days::Every => weekdays && !every,
    };
    other_hours || other_days
}

/// The hours of the clock in words.
pub(super) fn in_words(opens: Opening) -> String {
    let days = match opens.days {
        Days::Working => "Monday to Friday",
        Days::Every => "Every day",
    };
    format!("{days}, {} to {}", named(opens.from), named(opens.to))
}

fn named(hour: i8) -> String {
    match hour {
        0 | 24 => "midnight".to_owned(),
        12 => "noon".to_owned(),
        1..=11 => format!("{hour}am"),
        _ => format!("{}pm", hour - 12),
    }
}

/// The hour, 0 to 23, that a word like `9am` names.
fn hour(word: &str) -> Option<i8> {
    match word {
        "midnight" => return Some(0),
        "noon" | "midday" => return Some(12),
        _ => {}
    }
    let (digits, after_noon) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(digits), _) => (digits, 0),
        (_, Some(digits)) => (digits, 12),
        _ => return None,
    };
    let hour: i8 = digits.parse().ok()?;
    (1..=12).contains(&hour).then_some(hour % 12 + after_noon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_clock_agree_or_not() {
        let office = Opening { days: Days::Working, from: 9, to: 17 };
        let always = Opening { days: Days::Every, from: 0, to: 24 };
        for (words, opens, against) in [
            ("Monday to Friday, 9am to 5pm", office, false),
            ("Monday to Friday, 9am to 5pm, but not on bank holidays", office, false),
            ("Office hours", office, false),
            ("Monday to Friday, 9am to 4pm", office, true),
            ("Monday to Friday, 8am to 5pm", office, true),
            ("Every day, 9am to 5pm", office, true),
            ("Monday to Friday, 9am", office, true),
            ("Every day, midnight to midnight", always, false),
            ("At any hour", always, false),
            ("Monday to Friday", always, true),
            ("Monday to Friday, 9am to 5pm", Opening { days: Days::Every, from: 0, to: 4 }, true),
        ] {
            assert_eq!(contradict(words, opens), against, "{words}");
        }
    }

    #[test]
    fn what_the_clock_says_agrees_with_itself() {
        for days in [Days::Working, Days::Every] {
            for (from, to) in (0..24).flat_map(|from| (from + 1..=24).map(move |to| (from, to))) {
                let opens = Opening { days, from, to };
                assert!(!contradict(&in_words(opens), opens), "{}", in_words(opens));
            }
        }
    }
}
