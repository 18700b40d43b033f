//! `serve`.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{
    Console, Exit, Failure,
    config::Source,
    runner::{self, Listening, Stop},
};
use crate::{
    app::{self, App, SystemClock, SystemRandom},
    config::{Config, DatabaseUrl, LogFormat},
    demo::is_demonstration,
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
    refuse_a_demonstrations(config)?;
    app::make_first_keys(config, &SystemRandom).await?;
    let app = App::open(config, Arc::new(SystemClock), Arc::new(SystemRandom), false).await?;
    let is_being_set_up = !app.is_open().await?;
    let address = SocketAddr::new(config.listen.address, config.listen.port);
    let hub = Listening::bind(app, tls, address, config.limits.connections, config.operations.address).await?;
    console.say(&format!("{} answers on https://{}", config.hub.name, hub.address()));
    if is_being_set_up {
        console.say("Nobody can sign in yet: this hub is not set up. Stop it, and run `referral-exchange init`.");
    }
    if let Some(address) = hub.probes_address() {
        console.say(&format!("Probes answer on http://{address}/healthz and /readyz"));
    }
    hub.run(stop, console).await
}

/// Fails where what a live hub would use lies in a demonstration's directory: its database refuses by itself, and its keys have
/// been shown to nobody knows whom.
pub(super) fn refuse_a_demonstrations(config: &Config) -> Result<(), Failure> {
    let database = match &config.database.url {
        DatabaseUrl::Sqlite(path) => path.parent(),
        DatabaseUrl::Postgres(_) => None,
    };
    let near = [config.keys.directory.parent(), config.blobs.directory.parent(), database, Some(config.base())];
    let used = near.into_iter().flatten().find(|folder| is_demonstration(folder));
    let refuse = |folder: &Path| {
        let words = format!(
            "{} is a demonstration's directory: a live hub uses none of its keys, files or data. Name folders of its own.",
            folder.display()
        );
        Err(Failure::new(Exit::Configuration, words))
    };
    used.map_or(Ok(()), refuse)
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
