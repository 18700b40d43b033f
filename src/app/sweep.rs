//! Removing blobs that belong to nothing: of uploads that broke off between disk and database, and of files that an event
//! erased.

use std::{collections::HashSet, io, sync::Arc, time::Duration};

use super::{App, Error, intake::blocking};
use crate::{domain::ids::EntryId, store::blobs::Lying};

/// No upload takes nearly as long, so what is older and has no row will never have one.
const LOST_AFTER: Duration = Duration::from_hours(1);

impl App {
    /// Removes blobs older than an hour that no row names, unfinished ones, and those that were erased, however old; says how
    /// many. What does not look like a blob is nobody's of this program, and stays for `audit verify` to name.
    pub async fn sweep_blobs(&self) -> Result<usize, Error> {
        let before = self.now().minus(LOST_AFTER);
        let blobs = Arc::clone(self.store.blobs());
        let lying = blocking(move || blobs.list()).await?;
        let ids: Vec<EntryId> = lying.iter().filter_map(|lying| lying.id).collect();
        let known: HashSet<EntryId> = self.store.attachments_known(&ids).await?.into_iter().collect();
        let erased: HashSet<EntryId> = self.store.attachments_erased(&ids).await?.into_iter().collect();
        let is_lost = |lying: &Lying| {
            let is_old = lying.at < before && (lying.unfinished || lying.id.is_some());
            let is_nobodys = lying.id.is_none_or(|id| !known.contains(&id));
            is_old && is_nobodys || lying.id.is_some_and(|id| erased.contains(&id))
        };
        let lost: Vec<String> = lying.into_iter().filter(is_lost).map(|lying| lying.name).collect();
        let count = lost.len();
        if count > 0 {
            let blobs = Arc::clone(self.store.blobs());
            blocking(move || lost.iter().try_for_each(|name| blobs.remove(name))).await?;
            tracing::info!(blobs.removed = count, "blobs that belong to nothing were removed");
        }
        Ok(count)
    }

    /// Removes the blobs of files that an event has just erased. One that cannot be removed now is left for the sweep.
    pub(super) async fn remove_erased(&self, names: Vec<String>) {
        let blobs = Arc::clone(self.store.blobs());
        let removed = blocking(move || {
            // Each by itself: what is gone already must not keep the others.
            names.iter().map(|name| blobs.remove(name)).filter(|removed| !is_gone(removed)).fold(Ok(()), io::Result::and)
        });
        if let Err(error) = removed.await {
            tracing::warn!(error.kind = "files", error = %error, "an erased blob is left for the sweep");
        }
    }
}

fn is_gone(removed: &io::Result<()>) -> bool {
    removed.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}
