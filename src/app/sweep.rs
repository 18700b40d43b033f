//! Removing blobs that belong to nothing: of uploads that broke off between disk and database.

use std::{collections::HashSet, sync::Arc, time::Duration};

use super::{App, Error, intake::blocking};
use crate::domain::ids::EntryId;

/// No upload takes nearly as long, so what is older and has no row will never have one.
const LOST_AFTER: Duration = Duration::from_hours(1);

impl App {
    /// Removes blobs older than an hour that no row names, and unfinished ones; says how many. What does not look like a blob
    /// is nobody's of this program, and stays for `audit verify` to name.
    pub async fn sweep_blobs(&self) -> Result<usize, Error> {
        let before = self.now().minus(LOST_AFTER);
        let blobs = Arc::clone(self.store.blobs());
        let lying = blocking(move || blobs.list()).await?;
        let old: Vec<_> =
            lying.into_iter().filter(|lying| lying.at < before && (lying.unfinished || lying.id.is_some())).collect();
        let ids: Vec<EntryId> = old.iter().filter_map(|lying| lying.id).collect();
        let known: HashSet<EntryId> = self.store.attachments_known(&ids).await?.into_iter().collect();
        let lost: Vec<String> =
            old.into_iter().filter(|lying| lying.id.is_none_or(|id| !known.contains(&id))).map(|lying| lying.name).collect();
        let count = lost.len();
        if count > 0 {
            let blobs = Arc::clone(self.store.blobs());
            blocking(move || lost.iter().try_for_each(|name| blobs.remove(name))).await?;
            tracing::info!(blobs.removed = count, "blobs that belong to nothing were removed");
        }
        Ok(count)
    }
}
