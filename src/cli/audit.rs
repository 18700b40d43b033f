//! `audit verify`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::{Console, Exit, Failure, hub::HubSource, runner};
use crate::app::{self, Depth, Report};

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

pub(super) fn run(arguments: Arguments, console: &mut Console) -> Result<(), Failure> {
    let Command::Verify(arguments) = arguments.command;
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
