//! An agency's recovery key, made and tested away from any hub: only its public half is ever given to one.

use super::Error;
use crate::{
    crypto::{BadShare, BadSplit, Identity, Recipient, RecoveryShare, combine_shares, split_key},
    domain::ports::Random,
};

/// A recovery key just made: what a hub is told, and the shares that people keep. The key itself is gone.
pub struct NewRecoveryKey {
    /// What an agency is enrolled with, `age1…`.
    pub recipient: String,
    /// What people compare it by.
    pub fingerprint: String,
    /// One for each keeper.
    pub shares: Vec<RecoveryShare>,
}

/// Makes a key and splits it; nothing of it is kept.
///
/// # Errors
/// [`BadSplit`] for numbers outside the bounds.
pub fn make_recovery_key(threshold: u8, shares: u8, random: &dyn Random) -> Result<NewRecoveryKey, BadSplit> {
    let identity = Identity::random(random);
    let (recipient, shares) = (identity.recipient(), split_key(&identity, threshold, shares, random)?);
    Ok(NewRecoveryKey { fingerprint: recipient.fingerprint(), recipient: recipient.as_str().to_owned(), shares })
}

/// The recipient whose key these shares make.
///
/// # Errors
/// [`BadShare`] says of which share what is wrong.
pub fn recovery_of(shares: &[RecoveryShare]) -> Result<String, BadShare> {
    Ok(combine_shares(shares)?.recipient().as_str().to_owned())
}

/// The fingerprint of a recovery recipient.
///
/// # Errors
/// [`Error::Malformed`] when the text is none.
pub fn recovery_fingerprint(recipient: &str) -> Result<String, Error> {
    Ok(recovery_recipient(recipient)?.fingerprint())
}

/// A recovery recipient as it is typed.
pub(super) fn recovery_recipient(text: &str) -> Result<Recipient, Error> {
    Recipient::parse(text.trim()).map_err(|_| Error::Malformed("a recovery recipient begins with age1"))
}
