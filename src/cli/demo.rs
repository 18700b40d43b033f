//! `demo`: a made-up partnership to look around in, and `demo code`: a second-factor code of one of its people.

use std::{
    fs::File,
    io,
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Subcommand;
use serde_json::json;

use super::{
    Console, Exit, Failure,
    runner::{self, Listening, Stop},
    serve::development_tls,
};
use crate::{
    app::{App, SystemClock, SystemRandom},
    config::Config,
    demo::{Directory, Found, SignIn},
    domain::ports::{Clock, Random},
    server::{self, Tls, development_ca::Files},
    telemetry,
};

/// Where a demonstration answers unless told, if nothing else does.
const PORT: u16 = 8443;

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Everything in it is invented. A directory given with --data is filled once and opened again later.\n\
                  Example: referral-exchange demo --data demo-data"
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Where its data is kept: an empty directory, or an earlier demonstration's; a fresh temporary one unless given
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The port on this machine; 0 takes any free one [default: 8443, or any free one if that is taken]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// What people and story are drawn from, when the directory is filled [default: 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Pathway files in place of the built-in ones
    #[arg(long, value_name = "DIR")]
    pathways: Option<PathBuf>,
    /// Print one JSON object when ready, instead of the table
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the six digits that a person's authenticator shows now
    #[command(after_help = "Example: referral-exchange demo code tess.example --data demo-data")]
    Code {
        /// Whose, by user name
        #[arg(value_name = "USERNAME")]
        username: String,
        /// The demonstration's directory
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

pub(super) fn run(arguments: Arguments, console: &mut Console) -> Result<(), Failure> {
    match &arguments.command {
        Some(Command::Code { username, data }) => code(username, data, console),
        None => {
            // Errors and warnings only: what the demonstration has to say, it says itself.
            telemetry::start(telemetry::Format::Plain, "warn")?;
            runner::block_on(demonstrate(arguments, console))
        }
    }
}

fn code(username: &str, data: &Path, console: &mut Console) -> Result<(), Failure> {
    let Found::Complete(directory) = Directory::look(data)? else {
        return Err(Failure::new(Exit::Configuration, format!("{} holds no demonstration", data.display())));
    };
    let Some(user) = directory.users().iter().find(|user| user.username == username) else {
        let known: Vec<&str> = directory.users().iter().map(|user| user.username.as_str()).collect();
        return Err(Failure::new(Exit::Failed, format!("nobody signs in as that; there are: {}", known.join(", "))));
    };
    console.data(&user.code(SystemClock.now())?)?;
    Ok(())
}

async fn demonstrate(arguments: Arguments, console: &mut Console) -> Result<(), Failure> {
    let path = match &arguments.data {
        Some(path) => std::path::absolute(path).unwrap_or_else(|_| path.clone()),
        None => temporary()?,
    };
    let pathways = arguments.pathways.as_deref();
    // Before anything is made: a folder that cannot be used leaves the directory as it was.
    crate::app::pathway_files(pathways)?;
    // Two programs on one directory would each think that the people in it are theirs alone.
    let (directory, _held) = Box::pin(open_or_fill(&path, arguments.seed, pathways, console)).await?;
    let stop = Stop::listen()?;
    let config = Config::demo(&path, pathways)?;
    let app = App::open(&config, Arc::new(SystemClock), Arc::new(SystemRandom), true).await?;
    let (tls, files) = development_tls(&config)?;
    let hub = listen(app, tls, arguments.port, &config, console).await?;
    let url = format!("https://localhost:{}", hub.address().port());
    if arguments.json {
        console.data(&ready(&url, &files, &directory).to_string())?;
    } else {
        tell(&url, &files, &directory, console)?;
    }
    console.say("Ready; end it with Ctrl-C.");
    hub.run(stop, console).await
}

async fn open_or_fill(
    path: &Path,
    seed: Option<u64>,
    pathways: Option<&Path>,
    console: &mut Console,
) -> Result<(Directory, File), Failure> {
    match Directory::look(path)? {
        Found::Complete(directory) => {
            // Before the schema is touched: another program may be at work on it.
            let held = directory.hold()?;
            // A newer program may have been put in place since.
            crate::app::migrate(&Config::demo(path, None)?).await?;
            if seed.is_some_and(|seed| seed != directory.seed()) {
                console.say(&format!("The directory was filled from seed {} before, and stays so.", directory.seed()));
            }
            Ok((directory, held))
        }
        Found::ToFill(vacancy) => {
            if vacancy.unfinished {
                console.say("An earlier start was stopped while it filled the directory; it is filled anew.");
            }
            console.say(&format!("Filling {} with a made-up partnership; this takes some seconds.", path.display()));
            let directory = Box::pin(vacancy.fill(seed.unwrap_or(1), SystemClock.now(), pathways)).await?;
            let held = directory.hold()?;
            Ok((directory, held))
        }
    }
}

/// The port asked for; or else the usual one, or else any.
async fn listen(
    app: Arc<App>,
    tls: Tls,
    port: Option<u16>,
    config: &Config,
    console: &mut Console,
) -> Result<Listening, server::Error> {
    let connections = config.limits.connections;
    let bind = |port| {
        let address = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
        Listening::bind(Arc::clone(&app), tls.clone(), address, connections, None)
    };
    match bind(port.unwrap_or(PORT)).await {
        Err(server::Error::AddressInUse { .. }) if port.is_none() => {
            console.say(&format!("Port {PORT} is taken by another program; taking a free one."));
            bind(0).await
        }
        other => other,
    }
}

/// A fresh directory that only this user can enter.
fn temporary() -> Result<PathBuf, Failure> {
    let mut bytes = [0; 6];
    SystemRandom.fill(&mut bytes);
    let path = std::env::temp_dir().join(format!("referral-exchange-demo-{}", hex::encode(bytes)));
    let refuse = |error: io::Error| Failure::new(Exit::Failed, format!("cannot make {}: {}", path.display(), error.kind()));
    std::fs::DirBuilder::new().mode(0o700).create(&path).map_err(refuse)?;
    Ok(path)
}

/// What scripts wait for.
fn ready(url: &str, files: &Files, directory: &Directory) -> serde_json::Value {
    json!({
        "url": url,
        "system_url": null,
        "ca": files.ca,
        "data": directory.path(),
        "users": directory.users(),
    })
}

fn tell(url: &str, files: &Files, directory: &Directory, console: &mut Console) -> Result<(), Failure> {
    let now = SystemClock.now();
    let data = directory.path().display();
    let mut rows =
        vec![["user name", "password", "name", "agency", "team", "role", "code secret", "code now"].map(str::to_owned)];
    for user in directory.users() {
        let SignIn { username, password, name, agency, team, role, totp_secret } = user.clone();
        rows.push([username, password, name, agency, team, role, totp_secret, user.code(now)?]);
    }
    console.data(&format!("Demonstration: everyone and everything in it is invented.\n\n{}", table(&rows)))?;
    console.data(&format!(
        "Open {url}\n\
         To have no warning in the browser, import {} as an authority for web sites.\n\
         The codes above are good for at most 30 seconds, each once. For a new one:\n  \
         referral-exchange demo code USERNAME --data {data}\n\
         or put the code secret into an authenticator app. All is kept in {data}.",
        files.ca.display()
    ))?;
    Ok(())
}

/// Columns as wide as their widest cell.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_letters_not_bytes() {
        let rows = [["é", "b", "c"], ["long", "b", "c"]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), "é     b  c\nlong  b  c\n");
    }
}
