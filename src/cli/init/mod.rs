//! `init`: a hub is set up. Everything is asked and looked at first; then files, keys, schema and founding, in an order in which
//! whatever stops it leaves nothing that the same answers do not take on.
//! Never here: SQL, keys, who may do what; a code anywhere but on the terminal. Named by the command line alone.

mod answers;
mod ask;
mod files;
mod first;
mod remains;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Console, Exit, Failure, runner, serve::refuse_a_demonstrations, terminal::Terminal};
use crate::{
    app::{self, App, FirstInvitation, SystemClock, SystemRandom},
    config::{Config, Overrides},
    domain::role::Role,
};
use answers::Answers;
use ask::Sheet;
use files::Files;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks in the terminal, or reads the same answers from a TOML file. Nothing is made before the last answer. \
                        The invitation codes are shown once and kept nowhere.\n\
                        Example: referral-exchange init --config exchange.toml"
)]
pub(super) struct Arguments {
    /// Where the configuration is written; files named in answers are relative to its folder
    #[arg(long, value_name = "FILE", default_value = "exchange.toml")]
    config: PathBuf,
    /// The answers, in place of the terminal
    #[arg(long, value_name = "FILE.toml")]
    answers: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<(), Failure> {
    let base = files::folder_of(&arguments.config);
    let answers = if let Some(file) = &arguments.answers {
        let mut sheet = Sheet::read(file)?;
        let answers = Answers::gather(&mut sheet, &base)?;
        sheet.all_heard()?;
        answers
    } else {
        console.say(
            "This sets up a hub. Each question shows in brackets what Enter alone answers; Ctrl-C leaves everything as it is.",
        );
        let mut asking = ask::Terminal::new(Terminal::standard(), console);
        let answers = Answers::gather(&mut asking, &base)?;
        if !asking.confirm()? {
            return Err(Failure::new(Exit::Failed, "Nothing was made."));
        }
        answers
    };
    let mut files = Files::default();
    // The answers hold what was typed and is to be kept: files first, since the configuration names them.
    let config = prepare(&answers, &arguments.config, &base, &mut files)?;
    runner::block_on(found(&answers, &config, &arguments.config, &mut files, console))
}

/// The configuration as it will be, with the files that it names; nothing that was there is written over.
fn prepare(answers: &Answers, file: &Path, base: &Path, files: &mut Files) -> Result<Config, Failure> {
    let text = answers.configuration();
    files::refuse_another(file, &text)?;
    files.make_folder(base)?;
    answers.secrets().try_for_each(|(name, secret)| files.write_secret(&base.join(name), secret))?;
    let config = Config::read(&text, base, std::env::vars_os(), &Overrides::default())?;
    Ok(config)
}

async fn found(answers: &Answers, config: &Config, file: &Path, files: &mut Files, console: &mut Console) -> Result<(), Failure> {
    refuse_a_demonstrations(config)?;
    if let Some((is_open, invented)) = app::hub_there(config).await?
        && (is_open || invented)
    {
        let what = if invented { "a demonstration" } else { "a hub" };
        return Err(Failure::new(Exit::Configuration, format!("There is {what} in this database already: name an empty one.")));
    }
    for folder in [&config.keys.directory, &config.blobs.directory] {
        files.make_folder(folder)?;
    }
    if let Some(folder) = Answers::database_folder(config) {
        files.make_folder(&folder)?;
    }
    app::migrate(config).await?;
    app::make_first_keys(config, &SystemRandom).await?;
    // From here on there are keys and tables: what was made stays, and the same answers go on with it.
    files.keep();
    let app = App::open(config, Arc::new(SystemClock), Arc::new(SystemRandom), false).await?;
    let invitations = app.found(answers.founding()).await?;
    files::write_once(&config.base().join("log.vkey"), &format!("{}\n", app.verifier_key().trim_end()))?;
    files::write_once(file, &answers.configuration())?;
    tell(&invitations, console)?;
    // Last of all: if anything before this fails, the same answers begin again and make new codes.
    app.open_hub(&app.request(None)).await?;
    app.stop_sequencing().await?;
    app.close().await?;
    console.say("The hub is set up and open.");
    remains::tell(config, file, answers, console).await
}

/// The codes, once.
fn tell(invitations: &[FirstInvitation], console: &mut Console) -> Result<(), Failure> {
    console.say(
        "Each of these people joins at the page /join with user name and code. A code is shown this once: hand it over yourself.",
    );
    for FirstInvitation { role, agency, invited } in invitations {
        let what = match role {
            Role::HubOperator => "operator of the hub",
            _ => "administrator",
        };
        console.data(&format!("{} ({what}, {agency})", invited.name))?;
        console.data(&format!("  user name  {}", invited.username))?;
        console.data(&format!("  code       {}", invited.code.as_str()))?;
        console.data(&format!("  runs out   {}", invited.expires_at.rfc3339()))?;
    }
    Ok(())
}
