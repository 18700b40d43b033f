//! What is still to be done once a hub is set up.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use super::answers::Answers;
use crate::{
    app::{self, SystemRandom},
    cli::{Console, Failure, inspection::certificate},
    config::Config,
};

/// Says it, a line each.
pub(super) async fn tell(config: &Config, file: &Path, answers: &Answers, console: &mut Console) -> Result<(), Failure> {
    let (file, keys) = (file.display(), config.keys.directory.display());
    console.say("What remains to be done:");
    let mut line = |text: String| console.say(&format!("- {text}"));
    line(format!("Start it: `referral-exchange serve --config {file}`. Its people join within seven days."));
    line(format!("Certificate: {}", certificate(config).text));
    line(format!("Keep a copy of {keys} apart from every copy of the database: nobody signs in without these files."));
    if config.mail.relay.is_none() {
        line("No mail relay is named: set `mail.relay`, or people hear of news only when they sign in.".to_owned());
    }
    if config.scanner.clamd.is_none() {
        line("Nobody looks for viruses in files: set `scanner.clamd`.".to_owned());
    }
    let agencies = match answers.agencies() {
        1 => "One agency is".to_owned(),
        many => format!("{many} agencies are"),
    };
    line(format!("{agencies} in; the operator lets others in on the page Agencies, each with its own recovery recipient."));
    line("Administrators make the teams, and each team's first lead its key; until then nothing can be sent to it.".to_owned());
    for text in routes(config).await? {
        line(text);
    }
    line(format!("Look again at any time: `referral-exchange config check --config {file}`."));
    Ok(())
}

/// The teams that pathways name and that cannot receive, as `pathway check` finds them.
async fn routes(config: &Config) -> Result<Vec<String>, Failure> {
    let store = app::open_to_read(config, Arc::new(SystemRandom)).await?;
    let library = app::pathway_files(config.pathways.directory.as_deref())?;
    let mut wanted = BTreeSet::new();
    for one in library.iter() {
        let notes = app::check_routes(&store, &one.pathway).await?;
        wanted.extend(notes.into_iter().filter(|note| note.is_fault).map(|note| (note.pathway, note.team)));
    }
    store.close().await.map_err(app::Error::from)?;
    let pathways: BTreeSet<&str> = wanted.iter().map(|(pathway, _)| pathway.as_str()).collect();
    let line = |pathway: &str| {
        let teams: Vec<&str> = wanted.iter().filter(|(one, _)| one == pathway).map(|(_, team)| team.as_str()).collect();
        format!("Pathway {pathway} waits for these teams: {}.", teams.join(", "))
    };
    Ok(pathways.into_iter().map(line).collect())
}
