//! `audit verify` of a hub that need not run: which key to trust, and damage so deep that reading stops, told as a finding.

use std::{fs, path::Path, sync::Arc};

use super::{
    Depth, Error, Finding, KeyFiles, Report, SystemRandom, open_to_read,
    start::{blobs, need_hub},
    verifier_key,
    verify::{listed, verify},
};
use crate::{
    audit::{SigningKey, VerifierKey},
    config::Config,
    domain::ports::Random,
};

/// The verifier key of a hub: that of a file, else `log.vkey` beside its data, else the public half of its own signing key.
///
/// # Errors
/// [`Error::Configuration`] when none can be had.
pub fn verifier_key_of(config: &Config, file: Option<&Path>) -> Result<VerifierKey, Error> {
    need_hub(config)?;
    let beside = config.base().join("log.vkey");
    let own = beside.is_file().then_some(beside.as_path());
    if let Some(path) = file.or(own) {
        let text = fs::read_to_string(path);
        let text = text.map_err(|error| Error::Configuration(format!("{} cannot be read: {}", path.display(), error.kind())))?;
        return verifier_key(&text);
    }
    let keys = KeyFiles::read(&config.keys.directory)?;
    let signer = SigningKey::from_seed(&config.hub.origin, &keys.log).map_err(|error| Error::Configuration(error.to_string()))?;
    verifier_key(&signer.verifier().to_string())
}

/// Verifies a hub's database as it stands, without content keys and without writing.
///
/// # Errors
/// [`Error::Configuration`] when database or keys are missing, [`Error::Unavailable`]. Damage is no error but a finding.
pub async fn verify_stored(config: &Config, key: &VerifierKey, depth: Depth) -> Result<Report, Error> {
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    // Before the database, which is read as it stands at one moment.
    let lying = listed(&blobs(config, &random)).await?;
    let store = match open_to_read(config, random).await {
        Ok(store) => store,
        Err(error) => return unreadable(error),
    };
    match verify(&store, lying, key, depth).await {
        Ok(report) => {
            store.close().await?;
            Ok(report)
        }
        Err(error) => unreadable(error),
    }
}

/// A database of the right schema that does not answer a query, or answers with what cannot be, is damaged.
fn unreadable(error: Error) -> Result<Report, Error> {
    let (what, table) = match &error {
        Error::Integrity(place) => ("a stored value is damaged", *place),
        Error::Internal(_) => ("the database cannot be read to its end", "-"),
        _ => return Err(error),
    };
    let finding = Finding { what: what.to_owned(), table: table.to_owned(), id: "-".to_owned() };
    Ok(Report { findings: vec![finding], ..Report::default() })
}
