//! `mail bounce`.

use std::{io::Read as _, sync::Arc};

use clap::Subcommand;

use super::{Console, Exit, Failure, config::Source, runner};
use crate::app::{App, SystemClock, SystemRandom};

/// A report is a few kilobytes; what it brings back of the mail may be more.
const LONGEST: u64 = 1024 * 1024;

/// Arguments of `mail`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take a report that a mail did not arrive, as the mail system hands it over on standard input
    #[command(after_help = "For the mailbox that `mail.return_address` names; what is no such report counts for nothing.\n\
                            Example: referral-exchange mail bounce --config exchange.toml --recipient \"$ORIGINAL_RECIPIENT\"")]
    Bounce(Bounce),
}

#[derive(Debug, clap::Args)]
struct Bounce {
    #[command(flatten)]
    source: Source,
    /// The address that the report came to, where its headers do not say
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<String>,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<(), Failure> {
    let Command::Bounce(arguments) = &arguments.command;
    let config = arguments.source.load()?;
    let mut message = Vec::new();
    let read = std::io::stdin().take(LONGEST).read_to_end(&mut message);
    read.map_err(|error| Failure::new(Exit::Failed, format!("standard input cannot be read: {}", error.kind())))?;
    let said = runner::block_on(async {
        let app = App::open(&config, Arc::new(SystemClock), Arc::new(SystemRandom), false).await?;
        let said = app.take_bounce(&message, arguments.recipient.as_deref()).await?;
        app.close().await?;
        Ok(said)
    })?;
    console.say(&said);
    Ok(())
}
