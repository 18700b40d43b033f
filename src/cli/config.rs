//! `config check` and `config show`.

use std::path::PathBuf;

use clap::Subcommand;

use crate::config::{Config, Overrides};

use super::{Console, Exit, Failure, inspection};

/// Arguments of `config`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look at everything a hub needs (settings, certificate, database, keys, mail, clock, disks), and say how to mend it
    #[command(after_help = "Nothing is changed and no mail is sent. Ends with 0 when there is nothing but warnings.\n\
                            Example: referral-exchange config check --config exchange.toml")]
    Check {
        #[command(flatten)]
        source: Source,
        /// Print one JSON object instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Print every setting with its value and where the value came from; secrets are hidden
    #[command(after_help = "Example: referral-exchange config show --config exchange.toml --set listen.port=9443")]
    Show(Source),
}

/// Where a command's configuration comes from; `serve` and others take the same arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// The configuration file (TOML)
    #[arg(long, value_name = "FILE", env = "REFERRAL_EXCHANGE_CONFIG")]
    config: PathBuf,
    /// One setting over file and environment; may be repeated
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE")]
    set: Vec<String>,
}

impl Source {
    /// Reads the configuration.
    pub(super) fn load(&self) -> Result<Config, Failure> {
        let mut flags = Overrides::default();
        for text in &self.set {
            // The text is not repeated: it may hold a secret put into the wrong place.
            let usage = || Failure::new(Exit::Usage, "--set takes SECTION.KEY=VALUE, as --set listen.port=9443");
            let (key, value) = text.split_once('=').ok_or_else(usage)?;
            flags = flags.with(key, value);
        }
        Ok(Config::load_with(&self.config, &flags)?)
    }
}

pub(super) fn run(arguments: Arguments, console: &mut Console) -> Result<(), Failure> {
    match arguments.command {
        Command::Show(source) => Ok(console.data(source.load()?.show().trim_end())?),
        Command::Check { source, json } => inspection::check(&source, json, console),
    }
}
