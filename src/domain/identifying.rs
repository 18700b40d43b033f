//! What in words typed where nobody is to be named looks as if it could tell who it is about. A look at shapes and no more:
//! names and schools have none, and what it finds may be harmless. It says what kind of thing it saw, never what it was.

use super::{mailing::MailAddress, part_date::whole_date, phone::leads_somewhere, read_parts::postcode_of};

/// Something that can tell who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// A telephone number.
    Phone,
    /// A full postcode.
    Postcode,
    /// An email address.
    Email,
    /// A day with its year.
    Date,
}

impl Sign {
    /// In words: `a telephone number`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Phone => "a telephone number",
            Self::Postcode => "a postcode",
            Self::Email => "an email address",
            Self::Date => "a full date such as a date of birth",
        }
    }
}

/// The kinds of such things in a text, each once, in the order of [`Sign`].
pub fn signs(text: &str) -> Vec<Sign> {
    let words: Vec<&str> = text.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect();
    let mut signs = Vec::new();
    if has_phone(text) {
        signs.push(Sign::Phone);
    }
    let pairs = || words.windows(2);
    if words.iter().any(|word| is_postcode(word)) || pairs().any(|pair| is_postcode(&pair.concat())) {
        signs.push(Sign::Postcode);
    }
    if words.iter().any(|word| MailAddress::parse(word).is_ok()) {
        signs.push(Sign::Email);
    }
    if words.iter().any(|word| is_date(word)) || has_written_date(&words) {
        signs.push(Sign::Date);
    }
    signs
}

/// A word without what stands around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Digits in one run, with what people put between them, that lead to one line and begin as a number to ring does.
fn has_phone(text: &str) -> bool {
    let between = |c: char| c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | '-' | '.' | ' ' | '\u{a0}');
    text.split(|c| !between(c)).any(|run| {
        let digits: String = run.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        // A run may hold more than the number: a day before it, a house number after it.
        let from = |at: usize| digits.get(at..).filter(|rest| rest.starts_with(['0', '+']));
        let is_number = |rest: &str| {
            let length = rest.bytes().filter(u8::is_ascii_digit).count();
            (10..=15).contains(&length) && leads_somewhere(rest)
        };
        (0..digits.len()).filter_map(from).any(is_number)
    })
}

/// A postcode as they are given out: the last two letters are none that could be read as others, nor "am" or "pm".
fn is_postcode(word: &str) -> bool {
    let inward = |c: char| !matches!(c.to_ascii_uppercase(), 'C' | 'I' | 'K' | 'M' | 'O' | 'V');
    word.is_ascii() && postcode_of(word).is_some_and(|code| code.chars().rev().take(2).all(inward))
}

/// Day, month and year by number, the year in full or by its last two digits.
fn is_date(word: &str) -> bool {
    if whole_date(word).is_some() {
        return true;
    }
    let separated = word.rsplit_once(['/', '.', '-']).filter(|(_, year)| year.len() == 2);
    separated.is_some_and(|(day, year)| [19, 20].iter().any(|century| whole_date(&format!("{day}/{century}{year}")).is_some()))
}

/// The months, by their first three letters.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `3 May 2010`, `3rd of May, 2010`, `May 3rd 2010`.
fn has_written_date(words: &[&str]) -> bool {
    let told: Vec<&str> = words.iter().copied().filter(|word| !word.eq_ignore_ascii_case("of")).collect();
    told.windows(3).any(|three| {
        let [first, second, year] = three else { return false };
        let is_year = year.len() == 4 && (year.starts_with("19") || year.starts_with("20")) && whole_number(year).is_some();
        is_year && ((is_day(first) && is_month(second)) || (is_month(first) && is_day(second)))
    })
}

fn is_day(word: &str) -> bool {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    whole_number(number).is_some_and(|day| (1..=31).contains(&day))
}

fn whole_number(word: &str) -> Option<u16> {
    word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok()).flatten()
}

/// A month in full, or at least its first three letters.
fn is_month(word: &str) -> bool {
    const LONGEST: usize = "september".len();
    let lower = word.to_ascii_lowercase();
    lower.len() <= LONGEST && lower.get(..3).is_some_and(|start| MONTHS.contains(&start))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Sign::*, *};

    #[test]
    fn what_could_tell_who_it_is_is_seen_by_its_shape() {
        for (text, seen) in [
            ("Leo born 3 May 2010 of 4 High Street, LE1 1AA, phone 07700 900123", &[Phone, Postcode, Date][..]),
            ("ring 0116 496 0000 after 4", &[Phone]),
            ("(0116)4960000.", &[Phone]),
            ("+44 (0)7700-900123", &[Phone]),
            ("07700900123", &[Phone]),
            ("on 12 07700 900123 rang", &[Phone]),
            ("rang 999 and 101, twice", &[]),
            ("stole 1,000,000 or 2500000000 pounds", &[]),
            ("lives at le11aa!", &[Postcode]),
            ("lives at LE1\n1AA", &[Postcode]),
            ("on the M1 5pm, back by 6am", &[]),
            ("year 9 in class 7b", &[]),
            ("write to a.b@post.example, or (c@post.example)", &[Email]),
            ("is @somebody on the app", &[]),
            ("03/05/2010", &[Date]),
            ("born 3.5.10", &[Date]),
            ("2010-05-03", &[Date]),
            ("on the 3rd of May, 2010", &[Date]),
            ("May 3 2010", &[Date]),
            ("since September 2025, and in 2024", &[]),
            ("on 3 May", &[]),
            ("on 31/13/2010 or 99/99", &[]),
            ("", &[]),
        ] {
            assert_eq!(signs(text), seen, "{text}");
        }
    }

    /// Words such as a worry is written in.
    fn plain() -> impl Strategy<Value = String> {
        "([a-zà-ö]{1,9}[,.!?]? ){0,8}"
    }

    proptest! {
        #[test]
        fn words_without_a_digit_or_an_at_sign_hold_none(text in "[^0-9@]{0,80}") {
            prop_assume!(!text.chars().any(char::is_numeric));
            prop_assert_eq!(signs(&text), vec![]);
        }

        #[test]
        fn it_is_seen_wherever_it_stands(before in plain(), after in plain(), which in 0..4_usize) {
            let (told, sign) = [("07700 900123", Phone), ("LE1 1AA", Postcode), ("a@post.example", Email), ("3 May 2010", Date)][which];
            let text = format!("{before}{told}, {after}");
            prop_assert_eq!(signs(&text), vec![sign]);
        }

        #[test]
        fn any_text_is_looked_at_and_each_sign_told_once(text in "\\PC{0,60}") {
            let seen = signs(&text);
            prop_assert!(seen.is_sorted() && seen.windows(2).all(|pair| pair[0] != pair[1]));
        }

        #[test]
        fn every_day_of_two_centuries_is_seen_as_people_write_it(year in 1900..2100_i16, month in 1..=12_i8, day in 1..=28_i8) {
            let date = jiff::civil::date(year, month, day);
            for form in ["%-d/%-m/%Y", "%d.%m.%y", "%Y-%m-%d", "%-d %B %Y", "%b %-d, %Y"] {
                let text = format!("It was {}.", date.strftime(form));
                prop_assert!(signs(&text).contains(&Date), "{}", text);
            }
        }
    }
}
