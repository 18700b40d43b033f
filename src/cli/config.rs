//! `config check` and `config show`.

use std::path::PathBuf;

use clap::Subcommand;

use crate::app;
use crate::config::{Config, Overrides};
use crate::server::Tls;

use super::{Console, Exit, Failure};

/// Arguments of `config`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say whether the configuration can be used, and how to mend it
    #[command(after_help = "Example: referral-exchange config check --config exchange.toml")]
    Check(Source),
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
        Command::Check(source) => {
            let config = source.load()?;
            if let Some(files) = &config.listen.tls {
                Tls::from_production_files(&files.certificate, &files.key)?;
            }
            for (key, directory) in [("policies.directory", &config.policies), ("pathways.directory", &config.pathways)] {
                if let Some(directory) = &directory.directory
                    && !directory.is_dir()
                {
                    let problem = format!("`{key}`: there is no folder {}", directory.display());
                    return Err(Failure::new(Exit::Configuration, problem));
                }
            }
            app::check_database_files(&config)?;
            console.say("The configuration can be used.");
            Ok(())
        }
    }
}
