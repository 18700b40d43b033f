//! Telephone numbers that people give: what can be one, and whether somebody can be rung on it.

/// The longest text that is taken for one.
const LONGEST: usize = 30;
/// The most digits of any number (E.164).
const MOST_DIGITS: usize = 15;
/// The fewest digits with which a number in the United Kingdom reaches one line.
const FEWEST_DIGITS: usize = 10;
/// The fewest digits after `+` or `00`.
const FEWEST_ABROAD: usize = 8;

/// A text as a number: digits, brackets, hyphens, single spaces, a leading `+`; none where it holds anything else.
pub(crate) fn number_of(text: &str) -> Option<String> {
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let rest = spaced.strip_prefix('+').unwrap_or(&spaced);
    let is_plain = rest.bytes().all(|byte| byte.is_ascii_digit() || b" ()-".contains(&byte));
    let fits = is_plain && spaced.len() <= LONGEST && (3..=MOST_DIGITS).contains(&digits(&spaced).len());
    fits.then_some(spaced)
}

/// Whether a number leads to one line: 999, 101, a number without its area code and the same digit all over do not.
pub(super) fn leads_somewhere(number: &str) -> bool {
    let digits = digits(number);
    let abroad = if number.starts_with('+') { Some(digits.as_str()) } else { digits.strip_prefix("00") };
    let is_long = match abroad {
        Some(abroad) => abroad.len() >= FEWEST_ABROAD,
        None => digits.len() >= FEWEST_DIGITS,
    };
    let one = digits.trim_start_matches('0').chars().next();
    is_long && digits.chars().any(|digit| digit != '0' && Some(digit) != one)
}

/// A number of digits alone in groups, as people read it out; one that was typed in groups stays as it was typed.
pub(super) fn grouped(number: &str) -> String {
    let (before, national) = match number.strip_prefix("+44") {
        Some(rest) => ("+44 ", format!("0{rest}")),
        None => ("", number.to_owned()),
    };
    let is_plain = national.starts_with('0') && national.bytes().all(|byte| byte.is_ascii_digit());
    let digit = |at| national.as_bytes().get(at).copied();
    let sizes: &[usize] = match (national.len(), digit(1), digit(2), digit(3)) {
        _ if !is_plain => return number.to_owned(),
        // London and the like; large towns, and numbers of no place; everybody else.
        (11, Some(b'2'), ..) => &[3, 4, 4],
        (11, Some(b'1'), Some(b'1'), _) | (11, Some(b'1'), _, Some(b'1')) | (11, Some(b'3' | b'8' | b'9'), ..) => &[4, 3, 4],
        (11, ..) => &[5, 3, 3],
        (10, ..) => &[4, 3, 3],
        _ => return number.to_owned(),
    };
    let mut left = national.as_str();
    let groups = sizes.iter().map(|size| {
        let (group, rest) = left.split_at_checked(*size).unwrap_or((left, ""));
        left = rest;
        group
    });
    let words = groups.collect::<Vec<_>>().join(" ");
    if before.is_empty() { words } else { format!("{before}{}", words.strip_prefix('0').unwrap_or(&words)) }
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nobody_is_rung_on_a_short_number_or_on_one_digit_all_over() {
        for (number, reaches) in [
            ("0116 496 0000", true),
            ("07700900000", true),
            ("+44 (0)7700 900000", true),
            ("+44 7700 900 000", true),
            ("7700 900000", true),
            ("016977 2000", true),
            ("+47 22 22 22 22", true),
            ("0047 22222223", true),
            ("999", false),
            ("112", false),
            ("101", false),
            ("111", false),
            ("0800 1111", false),
            ("116 000", false),
            ("496 0000", false),
            ("+44 999", false),
            ("0044 999", false),
            ("00000 000000", false),
            ("99999999999", false),
            ("09999 999999", false),
        ] {
            let number = number_of(number).expect("a number");
            assert_eq!(leads_somewhere(&number), reaches, "{number}");
        }
    }

    #[test]
    fn numbers_are_read_in_groups() {
        for (number, read) in [
            ("07700900000", "07700 900 000"),
            ("+447700900000", "+44 7700 900 000"),
            ("02079460000", "020 7946 0000"),
            ("01164960000", "0116 496 0000"),
            ("01214960000", "0121 496 0000"),
            ("01632960000", "01632 960 000"),
            ("08001234567", "0800 123 4567"),
            ("0169772000", "0169 772 000"),
            ("7700900000", "7700900000"),
            ("0116 4960 000", "0116 4960 000"),
            ("+4722222223", "+4722222223"),
        ] {
            assert_eq!(grouped(number), read);
        }
    }

    #[test]
    fn what_is_no_number_is_not_taken_for_one() {
        for text in ["", "12", "ask at the desk", "0116+4960000", "0116 496 0000 ext 12", "1234567890123456", "٠١٢٣٤٥٦٧٨٩"]
        {
            assert_eq!(number_of(text), None, "{text}");
        }
        assert_eq!(number_of(" 0116  496 0000\t").as_deref(), Some("0116 496 0000"));
    }

    proptest! {
        #[test]
        fn grouping_changes_no_digit(number in "([+]44|0)[0-9]{7,12}") {
            let plain = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(plain(&grouped(&number)), number);
        }

        #[test]
        fn whoever_can_be_rung_is_not_rung_on_a_short_number(number in "[+]?[0-9 ()-]{0,30}") {
            let Some(number) = number_of(&number) else { return Ok(()) };
            prop_assert!(!leads_somewhere(&number) || digits(&number).len() >= FEWEST_ABROAD);
            prop_assert_eq!(number_of(&number), Some(number.clone()), "as it was taken, it is taken again");
        }

        #[test]
        fn every_mobile_number_leads_somewhere(rest in "[0-9]{9}", code in prop::sample::select(vec!["07", "+447", "00447"])) {
            let number = number_of(&format!("{code}{rest}")).expect("a number");
            prop_assert!(leads_somewhere(&number) || rest.bytes().all(|digit| digit == b'7' || digit == b'0'));
        }
    }
}
