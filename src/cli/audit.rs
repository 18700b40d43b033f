//! `audit verify` and `audit export`.

use std::{path::PathBuf, sync::Arc};

use clap::Subcommand;
use jiff::{ToSpan as _, civil::Date};
use serde_json::json;

use super::{Console, Exit, Failure, hub::HubSource, runner};
use crate::{
    app::{self, Depth, LogFormat, Report, StoredExport, SystemClock, SystemRandom},
    domain::{legal::LogUse, time::Timestamp},
};

/// Arguments of `audit`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say whether the log, and every record it vouches for, is whole; reads only, and needs no content key
    #[command(after_help = "Ends with 0 when all is whole, 5 when anything was altered or lost. Events that still await their \
                            place in the log are counted, not found fault with.\n\
                            Example: referral-exchange audit verify --data demo-data --json")]
    Verify(Verify),
    /// Write the log to standard output: ids in place of names, never content
    #[command(
        after_help = "Each line is one event: its place, id, time, act, account, agency, team, role, relation, referral and \
                            request by their ids, outcome, lawful basis, purpose, and the bytes hashed into its leaf. Names, \
                            references and bodies are not in it. The export is itself an event of the log. A day of --to is \
                            included.\n\
                            Example: referral-exchange audit export --data demo-data --from 2026-03-01 --to 2026-03-31"
    )]
    Export(Export),
}

#[derive(Debug, clap::Args)]
struct Verify {
    #[command(flatten)]
    hub: HubSource,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// The log, its roots and what stands without its partner; no ciphertexts
    #[arg(long)]
    quick: bool,
    /// The verifier key to trust instead of the hub's own `log.vkey`
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Export {
    #[command(flatten)]
    hub: HubSource,
    /// csv or json
    #[arg(long, default_value = "csv", value_name = "FORMAT", value_parser = format)]
    format: LogFormat,
    /// Not before this day, or this moment as RFC 3339
    #[arg(long, value_name = "DAY", value_parser = first_moment)]
    from: Option<Timestamp>,
    /// Up to and with this day, or before this moment as RFC 3339
    #[arg(long, value_name = "DAY", value_parser = last_moment)]
    to: Option<Timestamp>,
    /// What the log is used for: lawfulness, self-monitoring, integrity or criminal-proceedings
    #[arg(long = "use", default_value = "lawfulness", value_name = "USE", value_parser = log_use)]
    log_use: LogUse,
}

fn format(text: &str) -> Result<LogFormat, String> {
    LogFormat::parse(text).ok_or_else(|| "it is csv or json".to_owned())
}

fn log_use(text: &str) -> Result<LogUse, String> {
    let codes = || LogUse::ALL.iter().map(|one| one.code()).collect::<Vec<_>>().join(", ");
    LogUse::parse(text).ok_or_else(|| format!("it is one of: {}", codes()))
}

fn first_moment(text: &str) -> Result<Timestamp, String> {
    moment(text, 0)
}

fn last_moment(text: &str) -> Result<Timestamp, String> {
    moment(text, 1)
}

/// A moment, or the first of a day in the United Kingdom, so many days later.
fn moment(text: &str, after: i32) -> Result<Timestamp, String> {
    let day = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    let of_day = |day: Date| day.checked_add(after.days()).ok().and_then(Timestamp::midnight);
    let read = day.map_or_else(|| Timestamp::parse(text).ok(), of_day);
    read.ok_or_else(|| "it is a day, such as 2026-03-27, or a moment, such as 2026-03-27T09:00:00Z".to_owned())
}

pub(super) fn run(arguments: Arguments, console: &mut Console) -> Result<(), Failure> {
    match arguments.command {
        Command::Verify(arguments) => check(&arguments, console),
        Command::Export(arguments) => export(&arguments, console),
    }
}

fn export(arguments: &Export, console: &mut Console) -> Result<(), Failure> {
    let config = arguments.hub.need()?;
    let range = (arguments.from, arguments.to);
    let how = (arguments.format, arguments.log_use);
    runner::block_on(async {
        let mut export = StoredExport::begin(&config, range, how, &SystemClock, Arc::new(SystemRandom)).await?;
        while let Some(bytes) = export.next().await? {
            console.bytes(&bytes)?;
        }
        console.say(&format!("{} events, by ids and codes only; this export is on record.", export.rows()));
        Ok(export.close().await?)
    })
}

fn check(arguments: &Verify, console: &mut Console) -> Result<(), Failure> {
    let config = arguments.hub.need()?;
    let key = app::verifier_key_of(&config, arguments.key.as_deref())?;
    let depth = if arguments.quick { Depth::Quick } else { Depth::Full };
    let report = runner::block_on(async { Ok(app::verify_stored(&config, &key, depth).await?) })?;
    if arguments.json {
        console.data(&json(&report).to_string())?;
    } else {
        tell(&report, console)?;
    }
    match report.findings.len() {
        0 => Ok(()),
        1 => Err(Failure::new(Exit::Integrity, "One thing is not whole.")),
        many => Err(Failure::new(Exit::Integrity, format!("{many} things are not whole."))),
    }
}

fn json(report: &Report) -> serde_json::Value {
    let findings: Vec<_> =
        report.findings.iter().map(|finding| json!({ "what": finding.what, "where": finding.table, "id": finding.id })).collect();
    json!({
        "events": report.events,
        "checkpoints": report.checkpoints,
        "entries": report.entries,
        "grants": report.grants,
        "attachments": report.attachments,
        "pending": report.pending,
        "findings": findings,
    })
}

fn tell(report: &Report, console: &mut Console) -> Result<(), Failure> {
    for finding in &report.findings {
        console.data(&format!("{} {}: {}", finding.table, finding.id, finding.what))?;
    }
    console.data(&format!(
        "{} events, {} checkpoints, {} entries, {} grants, {} attachments",
        report.events, report.checkpoints, report.entries, report.grants, report.attachments
    ))?;
    if report.pending > 0 {
        console.data(&format!("{} newest events have no place in the log yet", report.pending))?;
    }
    if report.findings.is_empty() {
        console.data("All is whole.")?;
    }
    Ok(())
}
