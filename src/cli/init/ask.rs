//! Where answers come from: somebody at the terminal, who may answer again, or a sheet of answers, which must be right.

use std::{cell::RefCell, collections::BTreeSet, path::Path};

use crate::cli::{Console, Exit, Failure, terminal};

/// A question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'q> {
    /// Its name on a sheet, as `hub.name`; parts that are numbers count tables of one name.
    pub(super) key: &'q str,
    /// As it is asked.
    pub(super) text: &'q str,
    /// What Enter alone answers.
    pub(super) default: Option<&'q str>,
    /// What an answer looks like, where there is no default.
    pub(super) example: &'q str,
}

/// Somebody, or something, that answers.
pub(super) trait Answering {
    /// An answer that can be used; what is wrong with others is said by `read`, in words that follow "That cannot be used: ".
    ///
    /// # Errors
    /// When there is none.
    fn answer<T>(&mut self, question: Question<'_>, read: impl Fn(&str) -> Result<T, String>) -> Result<T, Failure>;

    /// Whether there is one more of these; `key` names the table, `text` asks.
    ///
    /// # Errors
    /// When it cannot be told.
    fn another(&mut self, key: &str, text: &str) -> Result<bool, Failure>;

    /// Whether a secret may be an answer: typed at a terminal it stays there, on a sheet it would lie about.
    fn is_private(&self) -> bool;
}

/// Somebody at the terminal.
pub(super) struct Terminal<'c> {
    input: terminal::Terminal,
    console: &'c mut Console,
}

impl<'c> Terminal<'c> {
    pub(super) fn new(input: terminal::Terminal, console: &'c mut Console) -> Self {
        Self { input, console }
    }

    /// Whether all that was answered shall be done.
    pub(super) fn confirm(&mut self) -> Result<bool, Failure> {
        self.yes("Set the hub up now? yes or no", "yes")
    }

    fn yes(&mut self, text: &str, default: &'static str) -> Result<bool, Failure> {
        let question = Question { key: "", text, default: Some(default), example: "yes" };
        self.answer(question, |answer| match answer.to_lowercase().as_str() {
            "yes" | "y" => Ok(true),
            "no" | "n" => Ok(false),
            _ => Err("answer yes or no".to_owned()),
        })
    }
}

impl Answering for Terminal<'_> {
    fn answer<T>(&mut self, question: Question<'_>, read: impl Fn(&str) -> Result<T, String>) -> Result<T, Failure> {
        loop {
            self.console.say(&match question.default {
                Some("") => format!("{} [leave empty for none]", question.text),
                Some(default) => format!("{} [{default}]", question.text),
                None => format!("{} (for example {})", question.text, question.example),
            });
            let ended = || Failure::new(Exit::Failed, "The answers ended before the last question; nothing was made.");
            let line = self.input.line()?.ok_or_else(ended)?;
            let answer = if line.is_empty() { question.default } else { Some(line.as_str()) };
            let problem = match answer {
                Some(answer) => match read(answer) {
                    Ok(value) => return Ok(value),
                    Err(problem) => problem,
                },
                None => "it needs an answer".to_owned(),
            };
            self.console.say(&format!("That cannot be used: {problem}."));
        }
    }

    fn another(&mut self, _: &str, text: &str) -> Result<bool, Failure> {
        self.yes(text, "no")
    }

    fn is_private(&self) -> bool {
        true
    }
}

/// Answers in a file.
pub(super) struct Sheet {
    table: toml::Table,
    heard: RefCell<BTreeSet<String>>,
}

impl Sheet {
    /// Reads the file.
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let refuse = |problem: String| Failure::new(Exit::Configuration, format!("{} {problem}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|error| refuse(format!("cannot be read: {}", error.kind())))?;
        // The parser's own words would quote a line, and a line may hold what should not stand there.
        let table = toml::from_str(&text).map_err(|error: toml::de::Error| {
            let line = error.span().map_or(0, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
            refuse(format!("is not TOML at line {line}"))
        })?;
        Ok(Self { table, heard: RefCell::default() })
    }

    /// Fails when the sheet answers what nobody asked.
    pub(super) fn all_heard(&self) -> Result<(), Failure> {
        let mut unheard = Vec::new();
        leaves("", &toml::Value::Table(self.table.clone()), &mut |key| {
            if !self.heard.borrow().contains(key) {
                unheard.push(format!("`{}`", spoken(key)));
            }
        });
        if unheard.is_empty() {
            return Ok(());
        }
        Err(Failure::new(Exit::Configuration, format!("Nobody asked for {}: take it out of the answers.", unheard.join(", "))))
    }

    fn find(&self, key: &str) -> Option<&toml::Value> {
        let mut parts = key.split('.');
        let mut value = self.table.get(parts.next()?)?;
        for part in parts {
            value = match value {
                toml::Value::Array(items) => items.get(part.parse::<usize>().ok()?)?,
                toml::Value::Table(table) => table.get(part)?,
                _ => return None,
            };
        }
        Some(value)
    }
}

impl Answering for Sheet {
    fn answer<T>(&mut self, question: Question<'_>, read: impl Fn(&str) -> Result<T, String>) -> Result<T, Failure> {
        let Question { key, text, default, example } = question;
        let refuse = |problem: &str| Failure::new(Exit::Configuration, format!("`{}` cannot be used: {problem}.", spoken(key)));
        self.heard.borrow_mut().insert(key.to_owned());
        let given = match self.find(key) {
            Some(toml::Value::String(text)) => Some(text.trim().to_owned()),
            Some(toml::Value::Integer(number)) => Some(number.to_string()),
            Some(_) => return Err(refuse("it must be a text in quotation marks, or a whole number")),
            None => default.map(str::to_owned),
        };
        let missing = || {
            let words = format!("`{}` is not answered. {text} For example {example}.", spoken(key));
            Failure::new(Exit::Configuration, words)
        };
        read(&given.ok_or_else(missing)?).map_err(|problem| refuse(&problem))
    }

    fn another(&mut self, key: &str, _: &str) -> Result<bool, Failure> {
        Ok(self.find(key).is_some())
    }

    fn is_private(&self) -> bool {
        false
    }
}

/// A key as people count: the first is 1.
fn spoken(key: &str) -> String {
    let part = |part: &str| part.parse::<usize>().map_or_else(|_| part.to_owned(), |number| (number + 1).to_string());
    key.split('.').map(part).collect::<Vec<_>>().join(".")
}

fn leaves(prefix: &str, value: &toml::Value, found: &mut impl FnMut(&str)) {
    let under = |part: &str| if prefix.is_empty() { part.to_owned() } else { format!("{prefix}.{part}") };
    match value {
        toml::Value::Table(table) => table.iter().for_each(|(name, value)| leaves(&under(name), value, found)),
        toml::Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| leaves(&under(&at.to_string()), value, found));
        }
        _ => found(prefix),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Sheet {
        Sheet { table: toml::from_str(text).expect("TOML"), heard: RefCell::default() }
    }

    fn question(key: &str) -> Question<'_> {
        Question { key, text: "What?", default: None, example: "this" }
    }

    #[test]
    fn a_sheet_answers_by_key_and_tells_what_is_missing_wrong_or_unasked() {
        let mut sheet = sheet(
            "[hub]\nname = \" Exchange \"\nport = 8443\nlist = [1]\n[[agency]]\ncode = \"one\"\n[[agency]]\ncode = \"two\"",
        );
        let take = |text: &str| Ok::<_, String>(text.to_owned());
        assert_eq!(sheet.answer(question("hub.name"), take).expect("answered"), "Exchange");
        assert_eq!(sheet.answer(question("hub.port"), take).expect("answered"), "8443");
        assert_eq!(sheet.answer(question("agency.1.code"), take).expect("answered"), "two");
        assert!(sheet.another("agency.1", "").expect("told") && !sheet.another("agency.2", "").expect("told"));
        let missing = sheet.answer(question("agency.1.name"), take).expect_err("missing").to_string();
        assert_eq!(missing, "`agency.2.name` is not answered. What? For example this.");
        let wrong = sheet.answer(question("hub.name"), |_| Err::<(), _>("too short".to_owned())).expect_err("wrong").to_string();
        assert_eq!(wrong, "`hub.name` cannot be used: too short.");
        let unasked = sheet.all_heard().expect_err("unasked").to_string();
        assert!(unasked.contains("`hub.list.1`, `agency.1.code`"), "{unasked}");
        let default = Question { default: Some("8080"), ..question("absent.key") };
        assert_eq!(sheet.answer(default, take).expect("by default"), "8080");
    }
}
