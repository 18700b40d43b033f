//! Defaults, then file, then environment, then flags: each layer replaces what the one below said, and says that it did.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::Error;
use super::setting::{self, ENVIRONMENT_ARGUMENTS, ENVIRONMENT_PREFIX, Kind, SETTINGS, Setting};

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// The configuration file.
    File,
    /// An environment variable.
    Environment,
    /// The command line.
    Flag,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
        })
    }
}

/// Values given on the command line, by key.
#[derive(Debug, Clone, Default)]
pub struct Overrides(Vec<(String, String)>);

impl Overrides {
    /// Adds one value, as `with("listen.port", "9443")`; the last of the same key wins.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.0.push((key.to_owned(), value.to_owned()));
        self
    }
}

#[derive(Clone)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// The value of each setting that has one, with its origin.
#[derive(Clone)]
pub(super) struct Layers(BTreeMap<&'static str, Value>);

/// A refused value could be a secret put in the wrong place, so no layer is ever printed by `Debug`.
impl std::fmt::Debug for Layers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Layers({} values)", self.0.len())
    }
}

impl Layers {
    pub(super) fn defaults() -> Self {
        let value = |text: &str| Value { text: text.to_owned(), origin: Origin::Default };
        Self(SETTINGS.iter().filter_map(|setting| Some((setting.key, value(setting.default?)))).collect())
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    pub(super) fn read_file(&mut self, text: &str) -> Result<(), Error> {
        let table: toml::Table = toml::from_str(text).map_err(|error| not_toml(text, &error))?;
        for (section, content) in &table {
            let toml::Value::Table(content) = content else {
                return Err(unknown(section, Origin::File));
            };
            for (name, value) in content {
                let key = format!("{section}.{name}");
                let setting = setting::find(&key).ok_or_else(|| unknown(&key, Origin::File))?;
                self.put(setting, plain(setting, value)?, Origin::File);
            }
        }
        Ok(())
    }

    pub(super) fn read_environment(&mut self, variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<(), Error> {
        for (name, value) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with(ENVIRONMENT_PREFIX)) else { continue };
            if ENVIRONMENT_ARGUMENTS.contains(&name) {
                continue;
            }
            let setting = SETTINGS.iter().find(|setting| setting.environment_name() == name);
            let setting = setting.ok_or_else(|| unknown(name, Origin::Environment))?;
            let Some(value) = value.to_str() else {
                return Err(bad(setting, Origin::Environment, "it is not UTF-8 text"));
            };
            self.put(setting, checked(setting, value, Origin::Environment)?, Origin::Environment);
        }
        Ok(())
    }

    pub(super) fn read_flags(&mut self, flags: &Overrides) -> Result<(), Error> {
        for (key, value) in &flags.0 {
            let setting = setting::find(key).ok_or_else(|| unknown(key, Origin::Flag))?;
            self.put(setting, checked(setting, value, Origin::Flag)?, Origin::Flag);
        }
        Ok(())
    }

    fn put(&mut self, setting: &'static Setting, text: String, origin: Origin) {
        self.0.insert(setting.key, Value { text, origin });
    }
}

/// The parser's own message quotes the line; a line may hold a password, so only the place is passed on.
fn not_toml(text: &str, error: &toml::de::Error) -> Error {
    let line = error.span().map_or(0, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
    Error::NotToml { message: format!("line {line}: {}", error.message()) }
}

fn unknown(key: &str, origin: Origin) -> Error {
    let section = key.split('.').next().unwrap_or_default();
    let in_section = |setting: &&Setting| setting.key.split('.').next() == Some(section);
    let mut known: Vec<String> = SETTINGS.iter().filter(in_section).map(|setting| setting.key.to_owned()).collect();
    if known.is_empty() {
        known = SETTINGS.iter().filter_map(|setting| setting.key.split('.').next()).map(|name| format!("[{name}]")).collect();
        known.dedup();
    }
    Error::UnknownKey { key: key.to_owned(), origin, hint: format!("known here: {}", known.join(", ")) }
}

pub(super) fn bad(setting: &Setting, origin: Origin, problem: &str) -> Error {
    Error::BadValue { key: setting.key, origin, problem: problem.to_owned() }
}

fn plain(setting: &Setting, value: &toml::Value) -> Result<String, Error> {
    match (setting.kind, value) {
        (Kind::Text | Kind::Path | Kind::SecretFile, toml::Value::String(text)) => checked(setting, text, Origin::File),
        (Kind::Number, toml::Value::Integer(number)) => checked(setting, &number.to_string(), Origin::File),
        (Kind::Switch, toml::Value::Boolean(switch)) => Ok(switch.to_string()),
        (Kind::Number, _) => Err(bad(setting, Origin::File, "it must be a whole number, without quotation marks")),
        (Kind::Switch, _) => Err(bad(setting, Origin::File, "it must be true or false, without quotation marks")),
        (Kind::Text | Kind::Path | Kind::SecretFile, _) => {
            Err(bad(setting, Origin::File, "it must be a text in quotation marks"))
        }
    }
}

fn checked(setting: &Setting, text: &str, origin: Origin) -> Result<String, Error> {
    let problem = match setting.kind {
        _ if text.chars().any(char::is_control) => Some("it holds a control character"),
        Kind::Number if text.parse::<u32>().is_err() => Some("it must be a whole number of 0 or more"),
        Kind::Switch if !matches!(text, "true" | "false") => Some("it must be true or false"),
        Kind::Text | Kind::Path | Kind::SecretFile if text.trim().is_empty() => Some("it is empty; leave the key out instead"),
        _ => None,
    };
    match problem {
        Some(problem) => Err(bad(setting, origin, problem)),
        None => Ok(text.to_owned()),
    }
}
