//! Walks a TOML file and remembers every fault with its line; knows nothing of pathways.

use std::{cell::RefCell, ops::Range};

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::fault::{Fault, Faults};
use crate::domain::code::BadCode;

/// One file being read.
pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    faults: RefCell<Vec<Fault>>,
}

/// Where something stands in the file.
pub(super) type At = Range<usize>;

impl<'a> Reader<'a> {
    pub(super) const fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, faults: RefCell::new(Vec::new()) }
    }

    /// Remembers a fault.
    pub(super) fn fault(&self, at: &At, message: impl Into<String>) {
        let line = self.line(at);
        self.faults.borrow_mut().push(Fault { file: self.file.to_owned(), line, message: message.into() });
    }

    /// The line, counted from 1, in which something begins.
    pub(super) fn line(&self, at: &At) -> usize {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        before.bytes().filter(|b| *b == b'\n').count() + 1
    }

    /// The whole file as a table; none, with a fault, when it is no TOML.
    pub(super) fn document(&self) -> Option<Spanned<DeTable<'a>>> {
        match DeTable::parse(self.text) {
            Ok(table) => Some(table),
            Err(error) => {
                self.fault(&error.span().unwrap_or(0..0), format!("this is not TOML: {}", error.message()));
                None
            }
        }
    }

    /// What was read, or every fault in the order of lines.
    pub(super) fn finish<T>(self, read: Option<T>) -> Result<T, Faults> {
        let faults = self.faults();
        match read {
            Some(read) if faults.is_empty() => Ok(read),
            _ => Err(Faults(faults)),
        }
    }

    /// Every fault remembered so far, in the order of lines.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = self.faults.borrow().clone();
        faults.sort();
        faults.dedup();
        faults
    }

    /// A view of a table that will tell its unknown keys.
    pub(super) fn table<'t>(&'t self, name: &str, at: At, table: &'t DeTable<'a>) -> Table<'t> {
        Table { reader: self, name: name.to_owned(), at, table, used: RefCell::new(Vec::new()) }
    }

    /// A value that must be a table.
    pub(super) fn as_table<'t>(&'t self, name: &str, value: &'t Spanned<DeValue<'a>>) -> Option<Table<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.fault(&value.span(), format!("make `{name}` a table"));
        }
        table.map(|table| self.table(name, value.span(), table))
    }

    /// A text that is not blank.
    pub(super) fn text(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        match value.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Some(_) => {
                self.fault(&value.span(), format!("write something in `{name}`: it is blank"));
                None
            }
            None => {
                self.fault(&value.span(), format!("make `{name}` a text in quotation marks"));
                None
            }
        }
    }

    /// A code of one of the code types.
    pub(super) fn code<T>(&self, name: &str, value: &Spanned<DeValue<'_>>, parse: fn(&str) -> Result<T, BadCode>) -> Option<T> {
        let text = self.text(name, value)?;
        parse(&text).map_err(|bad| self.fault(&value.span(), format!("change `{name}`: {bad}"))).ok()
    }

    /// One of a fixed set of words.
    pub(super) fn word<T>(
        &self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
        parse: fn(&str) -> Option<T>,
        words: &[&str],
    ) -> Option<T> {
        let text = self.text(name, value)?;
        let read = parse(&text);
        if read.is_none() {
            self.fault(&value.span(), format!("set `{name}` to one of: {}", words.join(", ")));
        }
        read
    }

    /// A whole number within bounds.
    pub(super) fn number(&self, name: &str, value: &Spanned<DeValue<'_>>, bounds: std::ops::RangeInclusive<u16>) -> Option<u16> {
        let number = value.get_ref().as_integer().and_then(|n| u16::from_str_radix(n.as_str(), n.radix()).ok());
        let number = number.filter(|number| bounds.contains(number));
        if number.is_none() {
            self.fault(&value.span(), format!("set `{name}` to a whole number from {} to {}", bounds.start(), bounds.end()));
        }
        number
    }
}

/// A table being read: every key must be asked for.
pub(super) struct Table<'t> {
    pub(super) reader: &'t Reader<'t>,
    name: String,
    pub(super) at: At,
    table: &'t DeTable<'t>,
    used: RefCell<Vec<&'static str>>,
}

impl<'t> Table<'t> {
    /// Remembers a fault about the table as a whole.
    pub(super) fn fault(&self, message: impl Into<String>) {
        self.reader.fault(&self.at, message);
    }

    /// The value of a key that may be absent.
    pub(super) fn value(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        if !self.used.borrow().contains(&key) {
            self.used.borrow_mut().push(key);
        }
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        let value = self.value(key);
        if value.is_none() {
            self.fault(format!("add `{key}` to {}", self.name));
        }
        value
    }

    pub(super) fn need_text(&self, key: &'static str) -> Option<String> {
        self.reader.text(key, self.need(key)?)
    }

    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        self.reader.text(key, self.value(key)?)
    }

    pub(super) fn need_code<T>(&self, key: &'static str, parse: fn(&str) -> Result<T, BadCode>) -> Option<T> {
        self.reader.code(key, self.need(key)?, parse)
    }

    pub(super) fn code<T>(&self, key: &'static str, parse: fn(&str) -> Result<T, BadCode>) -> Option<T> {
        self.reader.code(key, self.value(key)?, parse)
    }

    pub(super) fn need_number(&self, key: &'static str, bounds: std::ops::RangeInclusive<u16>) -> Option<u16> {
        self.reader.number(key, self.need(key)?, bounds)
    }

    /// Yes or no; the given value when absent.
    pub(super) fn flag(&self, key: &'static str, absent: bool) -> bool {
        let Some(value) = self.value(key) else { return absent };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.reader.fault(&value.span(), format!("set `{key}` to true or false"));
            absent
        })
    }

    pub(super) fn need_date(&self, key: &'static str) -> Option<jiff::civil::Date> {
        let value = self.need(key)?;
        date(self.reader, key, value)
    }

    /// The items of a list; none when absent.
    pub(super) fn list(&self, key: &'static str) -> Vec<&'t Spanned<DeValue<'t>>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.reader.fault(&value.span(), format!("make `{key}` a list in square brackets"));
            return Vec::new();
        };
        items.iter().collect()
    }

    /// The items of a list that must have at least one.
    pub(super) fn need_list(&self, key: &'static str) -> Vec<&'t Spanned<DeValue<'t>>> {
        let items = self.list(key);
        match self.value(key) {
            Some(value) if items.is_empty() => self.reader.fault(&value.span(), format!("put at least one item into `{key}`")),
            None => self.fault(format!("add `{key}` to {}", self.name)),
            _ => {}
        }
        items
    }

    pub(super) fn need_texts(&self, key: &'static str) -> Vec<String> {
        self.need_list(key).into_iter().filter_map(|item| self.reader.text(key, item)).collect()
    }

    /// The tables of a list; none when absent.
    pub(super) fn tables(&self, key: &'static str) -> Vec<Table<'t>> {
        self.list(key).into_iter().filter_map(|item| self.reader.as_table(key, item)).collect()
    }

    /// The tables of a list that must have at least one.
    pub(super) fn need_tables(&self, key: &'static str) -> Vec<Table<'t>> {
        self.need_list(key).into_iter().filter_map(|item| self.reader.as_table(key, item)).collect()
    }

    /// How many keys it holds.
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// A list, with at least one item, of words of a fixed set.
    pub(super) fn need_words<T>(
        &self,
        key: &'static str,
        parse: fn(&str) -> Option<T>,
        words: impl Iterator<Item = &'static str>,
    ) -> Vec<T> {
        let words: Vec<&str> = words.collect();
        self.need_list(key).into_iter().filter_map(|item| self.reader.word(key, item, parse, &words)).collect()
    }

    /// The keys and values of a table within; none when absent.
    pub(super) fn pairs(&self, key: &'static str) -> Vec<(&'t Spanned<DeString<'t>>, &'t Spanned<DeValue<'t>>)> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(table) = value.get_ref().as_table() else {
            self.reader.fault(&value.span(), format!("make `{key}` a table"));
            return Vec::new();
        };
        table.iter().collect()
    }

    /// Refuses every key that nobody asked for; last of all.
    pub(super) fn end(self) {
        self.check_keys();
    }

    /// As [`Self::end`], where the table is still needed.
    pub(super) fn check_keys(&self) {
        let used = self.used.borrow();
        for (key, _) in self.table {
            if !used.iter().any(|name| name == key.get_ref()) {
                let known = used.join(", ");
                self.reader.fault(&key.span(), format!("remove `{}` from {}: it may hold {known}", key.get_ref(), self.name));
            }
        }
    }
}

/// A value that must be a date without a time.
pub(super) fn date(reader: &Reader<'_>, name: &str, value: &Spanned<DeValue<'_>>) -> Option<jiff::civil::Date> {
    let read = value.get_ref().as_datetime().filter(|moment| moment.time.is_none()).and_then(|moment| moment.date);
    let date = read.and_then(|date| {
        let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
        jiff::civil::Date::new(i16::try_from(date.year).ok()?, month, day).ok()
    });
    if date.is_none() {
        reader.fault(&value.span(), format!("write a date like 2027-11-30 in `{name}`, without quotation marks"));
    }
    date
}
