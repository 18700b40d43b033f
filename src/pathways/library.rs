//! All pathway files in force here: those inside the program, and those of a directory in their place.

use std::{fs, io, path::Path};

use super::{
    calendar::parse_calendar,
    definition::{parse, version_of},
    fault::{Fault, Faults},
    screening::parse_screening,
    unwanted::unwanted,
};
use crate::domain::{calendar::WorkingCalendar, code::PathwayId, pathway::Pathway, screening::Screening};

/// A file of this name with its text.
macro_rules! embedded {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("../../pathways/", $name)))),+] };
}

pub(super) const EMBEDDED: &[(&str, &str)] = embedded![
    "child-exploitation.toml",
    "child-exploitation-information.toml",
    "fire-prevention.toml",
    "fire-protection.toml",
    "foreign-national-offender.toml",
    "marac.toml",
    "modern-slavery.toml",
    "prevent.toml",
];
/// The file of the screening questions, which is no pathway.
pub const SCREENING: &str = "screening.toml";
pub(super) const EMBEDDED_SCREENING: &str = include_str!("../../pathways/screening.toml");
/// Path of the calendar below a pathway directory.
pub const CALENDAR: &str = "calendar/bank-holidays.toml";
pub(super) const EMBEDDED_CALENDAR: &str = include_str!("../../pathways/calendar/bank-holidays.toml");

/// One pathway with the file it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// What the file defines.
    pub pathway: Pathway,
    /// The file's identity: SHA-256 of its text, in hexadecimal.
    pub version: String,
    /// The text, to be stored by its identity.
    pub text: String,
}

impl Loaded {
    /// Reads one file.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(file: &str, text: &str) -> Result<Self, Faults> {
        Ok(Self { pathway: parse(file, text)?, version: version_of(text), text: text.to_owned() })
    }
}

/// Why the pathways could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or the directory cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file or directory.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Files were read and are faulty.
    #[error(transparent)]
    Faulty(#[from] Faults),
}

/// The pathways in force, in order of their ids, the questions that help to choose one, and the calendar their clocks run by.
#[derive(Debug, Clone)]
pub struct Library {
    pathways: Vec<Loaded>,
    screening: Screening,
    calendar: WorkingCalendar,
}

impl Library {
    /// The pathways inside the program.
    ///
    /// # Errors
    /// Never in a released program: a test reads the same files.
    pub fn embedded() -> Result<Self, LoadError> {
        Self::of(embedded(), EMBEDDED_SCREENING, EMBEDDED_CALENDAR)
    }

    /// The pathways inside the program, with the directory's `*.toml` and `calendar/bank-holidays.toml` added or in
    /// their place, by file name.
    ///
    /// # Errors
    /// [`LoadError`] with every fault of every file.
    pub fn load(directory: &Path) -> Result<Self, LoadError> {
        let (mut files, mut screening) = (embedded(), EMBEDDED_SCREENING.to_owned());
        let unreadable = |path: &Path| {
            let path = path.display().to_string();
            move |source| LoadError::Read { path, source }
        };
        for entry in fs::read_dir(directory).map_err(unreadable(directory))? {
            let path = entry.map_err(unreadable(directory))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
                let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
                if name == SCREENING {
                    screening = text;
                } else {
                    files.retain(|(known, _)| *known != name);
                    files.push((name, text));
                }
            }
        }
        let calendar = directory.join(CALENDAR);
        if !calendar.exists() {
            return Self::of(files, &screening, EMBEDDED_CALENDAR);
        }
        let text = fs::read_to_string(&calendar).map_err(unreadable(&calendar))?;
        Self::of(files, &screening, &text)
    }

    fn of(mut files: Vec<(String, String)>, screening: &str, calendar: &str) -> Result<Self, LoadError> {
        files.sort();
        let mut faults: Vec<Fault> = Vec::new();
        let mut pathways: Vec<Loaded> = Vec::new();
        for (name, text) in &files {
            match Loaded::parse(name, text) {
                Ok(loaded) => {
                    faults.extend(unwanted(name, &loaded));
                    pathways.push(loaded);
                }
                Err(found) => faults.extend(found.0),
            }
        }
        // By id, not by file name: the dot of `.toml` sorts after a hyphen.
        pathways.sort_by(|one, other| one.pathway.id.cmp(&other.pathway.id));
        let mut gather = |found: Faults| faults.extend(found.0);
        let is_there = |id: &PathwayId| files.iter().any(|(name, _)| *name == format!("{id}.toml"));
        let screening = parse_screening(SCREENING, screening, is_there).map_err(&mut gather);
        let calendar = parse_calendar(CALENDAR, calendar).map_err(&mut gather);
        match (screening, calendar) {
            (Ok(screening), Ok(calendar)) if faults.is_empty() => Ok(Self { pathways, screening, calendar }),
            _ => Err(Faults(faults).into()),
        }
    }

    /// Every pathway, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = &Loaded> {
        self.pathways.iter()
    }

    /// The pathway with this id.
    pub fn get(&self, id: &PathwayId) -> Option<&Loaded> {
        self.pathways.iter().find(|loaded| loaded.pathway.id == *id)
    }

    /// The pathway with this id as text; any other text finds none.
    pub fn find(&self, id: &str) -> Option<&Loaded> {
        self.pathways.iter().find(|loaded| loaded.pathway.id.as_str() == id)
    }

    /// The questions that help somebody choose a pathway.
    pub const fn screening(&self) -> &Screening {
        &self.screening
    }

    /// The calendar that clocks run by.
    pub const fn calendar(&self) -> &WorkingCalendar {
        &self.calendar
    }
}

fn embedded() -> Vec<(String, String)> {
    EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fire_protection() -> &'static str {
        EMBEDDED.iter().find(|(name, _)| *name == "fire-protection.toml").expect("the file").1
    }

    #[test]
    fn a_directory_overrides_and_adds() {
        let directory = tempfile::tempdir().expect("a directory");
        let text = fire_protection().replace("minutes = 4", "minutes = 5");
        fs::write(directory.path().join("fire-protection.toml"), &text).expect("written");
        let other = text.replace("id = \"fire-protection\"", "id = \"fire-two\"");
        fs::write(directory.path().join("fire-two.toml"), other).expect("written");
        fs::write(directory.path().join("notes.md"), "not a pathway").expect("written");
        let library = Library::load(directory.path()).expect("a library");
        assert_eq!(library.iter().count(), EMBEDDED.len() + 1);
        assert!(library.find("fire-two").is_some());
        let loaded = library.find("fire-protection").expect("the pathway");
        assert_eq!((loaded.pathway.minutes, &loaded.version), (5, &version_of(&text)));
        assert!(library.get(&loaded.pathway.id).is_some() && library.find("../etc").is_none());
    }

    #[test]
    fn the_screening_file_of_a_directory_names_pathways_that_are_there() {
        let directory = tempfile::tempdir().expect("a directory");
        let with = |text: String| {
            fs::write(directory.path().join(SCREENING), text).expect("written");
            Library::load(directory.path())
        };
        let changed = with(EMBEDDED_SCREENING.replace("Which form fits?", "Which one?")).expect("a library");
        assert_eq!(changed.screening().title, "Which one?");
        assert_eq!(changed.iter().count(), EMBEDDED.len(), "it is no pathway");
        let error = with(EMBEDDED_SCREENING.replace("\"marac\"", "\"closed\"")).expect_err("a fault").to_string();
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(
            error.contains("screening.toml:1")
                && error.ends_with("no pathway file is called `closed`: correct it or add the file"),
            "{error}"
        );
    }

    #[test]
    fn what_nobody_may_want_is_not_put_into_force_and_still_reads() {
        let directory = tempfile::tempdir().expect("a directory");
        let text = fire_protection().replacen("cover = \"fire-control\"", "cover = \"fire-protection\"", 1);
        fs::write(directory.path().join("fire-protection.toml"), &text).expect("written");
        let error = Library::load(directory.path()).expect_err("a fault").to_string();
        assert!(error.contains("`fire-protection` cannot cover for itself"), "{error}");
        assert!(Loaded::parse("fire-protection.toml", &text).is_ok(), "what was sent under it can be read");
    }

    #[test]
    fn every_faulty_file_is_named() {
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join("a.toml"), "id = ").expect("written");
        fs::write(directory.path().join("b.toml"), "id = 3\n").expect("written");
        let error = Library::load(directory.path()).expect_err("faults").to_string();
        assert!(error.contains("a.toml:1:") && error.contains("b.toml:1:"), "{error}");
        assert!(matches!(Library::load(&directory.path().join("absent")), Err(LoadError::Read { .. })));
    }
}
