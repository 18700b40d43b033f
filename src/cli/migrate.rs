//! `migrate`.

use super::{Console, Failure, config::Source, runner};
use crate::app;

/// Arguments of `migrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: referral-exchange migrate --config exchange.toml")]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<(), Failure> {
    let config = arguments.source.load()?;
    runner::block_on(async { Ok(app::migrate(&config).await?) })?;
    console.say("The schema is up to date.");
    Ok(())
}
