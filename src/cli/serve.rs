//! `serve`.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use super::{
    Console, Failure,
    config::Source,
    runner::{self, Listening, Stop},
};
use crate::{
    app::{self, App, SystemClock, SystemRandom},
    config::{Config, LogFormat},
    domain::ports::Clock,
    server::{self, Tls, development_ca},
    telemetry,
};

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Ends in order on SIGTERM or SIGINT. Run `migrate` first, and after each new version.\n\
                        Example: referral-exchange serve --config exchange.toml")]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Pathway files in place of those that the configuration names
    #[arg(long, value_name = "DIR")]
    pathways: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<(), Failure> {
    let mut config = arguments.source.load()?;
    if let Some(directory) = &arguments.pathways {
        config.pathways.directory = Some(directory.clone());
    }
    let format = match config.log.format {
        LogFormat::Plain => telemetry::Format::Plain,
        LogFormat::Json => telemetry::Format::Json,
    };
    telemetry::start(format, &config.log.filter)?;
    let tls = tls(&config)?;
    runner::block_on(serve(&config, tls, console))
}

async fn serve(config: &Config, tls: Tls, console: &mut Console) -> Result<(), Failure> {
    let stop = Stop::listen()?;
    app::make_first_keys(config, &SystemRandom).await?;
    let app = App::open(config, Arc::new(SystemClock), Arc::new(SystemRandom), false).await?;
    let address = SocketAddr::new(config.listen.address, config.listen.port);
    let hub = Listening::bind(app, tls, address, config.limits.connections, config.operations.address).await?;
    console.say(&format!("{} answers on https://{}", config.hub.name, hub.address()));
    if let Some(address) = hub.probes_address() {
        console.say(&format!("Probes answer on http://{address}/healthz and /readyz"));
    }
    hub.run(stop, console).await
}

/// The operator's certificate, or in development mode, which only this machine reaches, one made here.
fn tls(config: &Config) -> Result<Tls, server::Error> {
    match &config.listen.tls {
        Some(files) => Tls::from_production_files(&files.certificate, &files.key),
        None => development_tls(config).map(|(tls, _)| tls),
    }
}

/// Certificate and authority for this machine alone, made if need be.
pub(super) fn development_tls(config: &Config) -> Result<(Tls, development_ca::Files), server::Error> {
    let now = Duration::from_millis(SystemClock.now().millis().unsigned_abs());
    let files = development_ca::ensure(&config.certificates(), now)?;
    Ok((Tls::from_files(&files.certificate, &files.key)?, files))
}
