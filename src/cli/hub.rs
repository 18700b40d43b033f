//! Which hub a command is about: a data directory or a configuration file.

use std::path::PathBuf;

use super::{Exit, Failure};
use crate::config::{Config, Overrides};

/// Where a hub's data and keys are; shared by commands that only read them.
#[derive(Debug, clap::Args)]
pub(super) struct HubSource {
    /// A data directory, as `demo` makes it [env: REFERRAL_EXCHANGE_DATA]
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    data: Option<PathBuf>,
    /// The hub's configuration file (TOML) [env: REFERRAL_EXCHANGE_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl HubSource {
    /// The configuration of the hub named by flag, or else by environment; none when neither names one.
    pub(super) fn find(&self) -> Result<Option<Config>, Failure> {
        // By hand, since a flag must beat the other's variable instead of clashing with it.
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let (data, config) = match (&self.data, &self.config) {
            (None, None) => (variable("REFERRAL_EXCHANGE_DATA"), variable("REFERRAL_EXCHANGE_CONFIG")),
            (data, config) => (data.clone(), config.clone()),
        };
        match (data, config) {
            (Some(data), _) if data.is_dir() => Ok(Some(Config::demo(&data, None)?)),
            (Some(data), _) => Err(Failure::new(Exit::Configuration, format!("there is no directory {}", data.display()))),
            (None, Some(file)) => Ok(Some(Config::load_with(&file, &Overrides::default())?)),
            (None, None) => Ok(None),
        }
    }

    /// As [`HubSource::find`], for commands that cannot do without.
    pub(super) fn need(&self) -> Result<Config, Failure> {
        self.find()?.ok_or_else(|| Failure::new(Exit::Usage, "say which hub: --data DIR or --config FILE"))
    }

    /// Only what a flag names: for commands that a hub merely adds to.
    pub(super) fn named(&self) -> Result<Option<Config>, Failure> {
        if self.data.is_none() && self.config.is_none() { Ok(None) } else { self.find() }
    }
}
