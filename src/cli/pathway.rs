//! `pathway check`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Subcommand;

use super::{Console, Exit, Failure, hub::HubSource, runner};
use crate::{
    app::{
        self, CALENDAR, LoadedPathway, PathwayLibrary, SCREENING, SystemClock, SystemRandom, parse_calendar, parse_screening,
        unwanted,
    },
    config::Config,
    domain::{code::PathwayId, ports::Clock as _},
};

/// Arguments of `pathway`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check pathway files and the bank holidays beside them; with a hub, also that every team they name is ready to receive
    #[command(after_help = "Each fault is printed as file:line: what to mend.\n\
                            Example: referral-exchange pathway check pathways/*.toml")]
    Check {
        /// The files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        hub: HubSource,
    },
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<(), Failure> {
    let Command::Check { files, hub } = &arguments.command;
    let hub = hub.named()?;
    let mut faults = 0;
    let mut loaded: Vec<(String, LoadedPathway)> = Vec::new();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for path in files {
        let name = path.display().to_string();
        // The rules are about the file's own name; people want to know where it lies.
        let own_name = own_name(path);
        if own_name == SCREENING || is_calendar(path) {
            continue;
        }
        match LoadedPathway::parse(&own_name, &read(path)?) {
            Err(found) => {
                faults += found.0.len();
                for fault in found.0 {
                    console.data(&format!("{name}:{}: {}", fault.line, fault.message))?;
                }
            }
            Ok(one) => {
                let id = one.pathway.id.as_str().to_owned();
                if let Some(other) = owners.insert(id.clone(), name.clone()) {
                    faults += 1;
                    console.data(&format!("{name}:1: choose another id: {other} is `{id}` too"))?;
                }
                loaded.push((name, one));
            }
        }
    }
    faults += check_whole(&loaded, files, console)?;
    let today = SystemClock.now().uk_date();
    for (name, one) in loaded.iter().filter(|(_, one)| one.pathway.review_by < today) {
        let line = line_of(&one.text, "review_by");
        console.say(&format!("warning: {name}:{line}: look at this file again: its review was due by {}", one.pathway.review_by));
    }
    for path in files.iter().filter(|path| own_name(path) == SCREENING) {
        faults += check_screening(path, files, console)?;
    }
    for path in calendars(files) {
        faults += check_calendar(&path, console)?;
    }
    if let Some(config) = &hub {
        faults += runner::block_on(check_routes(config, &loaded, console))?;
    }
    match faults {
        0 => {
            let forms = files.iter().filter(|path| !is_calendar(path)).count();
            if forms > 0 {
                console.say(&format!("{} can be used.", counted(forms, "pathway file")));
            }
        }
        many => return Err(Failure::new(Exit::Failed, format!("{} to mend.", counted(many, "fault")))),
    }
    Ok(())
}

fn own_name(path: &Path) -> String {
    path.file_name().map(|own| own.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The line on which a word first stands, from 1.
fn line_of(text: &str, word: &str) -> usize {
    text.lines().position(|line| line.contains(word)).map_or(1, |before| before + 1)
}

/// What a file may say and nobody may want. Every pathway that rules and hints point to is one of the files that are checked
/// together or a built-in one.
fn check_whole(loaded: &[(String, LoadedPathway)], files: &[PathBuf], console: &mut Console) -> Result<usize, Failure> {
    let built_in = PathwayLibrary::embedded().map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    let is_there = |id: &PathwayId| built_in.get(id).is_some() || files.iter().any(|file| own_name(file) == format!("{id}.toml"));
    let mut faults = 0;
    for (name, one) in loaded {
        for fault in unwanted(name, one) {
            faults += 1;
            console.data(&format!("{name}:{}: {}", fault.line, fault.message))?;
        }
        let rules = one.pathway.rules.iter().flat_map(|rule| &rule.pathways);
        let named: BTreeSet<&PathwayId> =
            rules.chain(one.pathway.advice.iter().filter_map(|advice| advice.pathway.as_ref())).collect();
        for id in named.into_iter().filter(|id| !is_there(id)) {
            faults += 1;
            let line = line_of(&one.text, &format!("\"{id}\""));
            console.data(&format!("{name}:{line}: no pathway file is called `{id}`: correct it or add the file"))?;
        }
    }
    Ok(faults)
}

/// The screening questions may suggest the pathways of the files that are checked with it, and the built-in ones.
fn check_screening(path: &Path, files: &[PathBuf], console: &mut Console) -> Result<usize, Failure> {
    let built_in = PathwayLibrary::embedded().map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    let is_there = |id: &PathwayId| built_in.get(id).is_some() || files.iter().any(|file| own_name(file) == format!("{id}.toml"));
    let Err(found) = parse_screening(SCREENING, &read(path)?, is_there) else { return Ok(0) };
    for fault in &found.0 {
        console.data(&format!("{}:{}: {}", path.display(), fault.line, fault.message))?;
    }
    Ok(found.0.len())
}

fn is_calendar(path: &Path) -> bool {
    Path::new(CALENDAR).file_name() == path.file_name()
}

/// The files of bank holidays among these, and those that a hub would read with them.
fn calendars(files: &[PathBuf]) -> BTreeSet<PathBuf> {
    let beside = files.iter().filter_map(|path| path.parent()).map(|folder| folder.join(CALENDAR)).filter(|path| path.is_file());
    files.iter().filter(|path| is_calendar(path)).cloned().chain(beside).collect()
}

/// Checks the bank holidays, and says until when they are known.
fn check_calendar(path: &Path, console: &mut Console) -> Result<usize, Failure> {
    let name = path.display();
    match parse_calendar(&own_name(path), &read(path)?) {
        Ok(calendar) => {
            if let Some(warning) = calendar.warning(SystemClock.now().uk_date()) {
                console.say(&format!("warning: {name}: {warning}"));
            }
            console.say(&format!("{name}: bank holidays are known until {}.", calendar.known_until()));
            Ok(0)
        }
        Err(found) => {
            for fault in &found.0 {
                console.data(&format!("{name}:{}: {}", fault.line, fault.message))?;
            }
            Ok(found.0.len())
        }
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let refuse =
        |error: std::io::Error| Failure::new(Exit::Configuration, format!("{} cannot be read: {}", path.display(), error.kind()));
    std::fs::read_to_string(path).map_err(refuse)
}

/// Faults are data, warnings are talk; gives how many faults there were.
async fn check_routes(config: &Config, loaded: &[(String, LoadedPathway)], console: &mut Console) -> Result<usize, Failure> {
    let store = app::open_to_read(config, Arc::new(SystemRandom)).await?;
    let mut faults = 0;
    for (name, one) in loaded {
        for note in app::check_routes(&store, &one.pathway).await? {
            let line = line_of(&one.text, &format!("\"{}\"", note.team));
            if note.is_fault {
                faults += 1;
                console.data(&format!("{name}:{line}: {}", note.text))?;
            } else {
                console.say(&format!("warning: {name}:{line}: {}", note.text));
            }
        }
    }
    store.close().await.map_err(app::Error::from)?;
    Ok(faults)
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
