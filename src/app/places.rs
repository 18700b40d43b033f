//! How many files may be on their way at once: each costs some hundred kilobytes of memory, and the disk's attention.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::Error;
use crate::domain::ids::SessionId;

const UPLOADS: usize = 32;
const DOWNLOADS: usize = 64;
const COME_BACK: Duration = Duration::from_secs(5);

/// The places for files on their way in, and out.
pub(super) struct Places {
    uploads: Arc<Ways>,
    downloads: Arc<Ways>,
}

/// The places one way, a quarter of them for any one session: nobody keeps the others out.
struct Ways {
    most: usize,
    held: Mutex<HashMap<SessionId, usize>>,
}

/// A place that is held until this is dropped.
pub(super) struct FilePlace {
    of: Arc<Ways>,
    session: SessionId,
}

impl Default for Places {
    fn default() -> Self {
        let ways = |most| Arc::new(Ways { most, held: Mutex::default() });
        Self { uploads: ways(UPLOADS), downloads: ways(DOWNLOADS) }
    }
}

impl Places {
    pub(super) fn upload(&self, session: SessionId) -> Result<FilePlace, Error> {
        Ways::hold(&self.uploads, session)
    }

    pub(super) fn download(&self, session: SessionId) -> Result<FilePlace, Error> {
        Ways::hold(&self.downloads, session)
    }
}

impl Ways {
    fn hold(of: &Arc<Self>, session: SessionId) -> Result<FilePlace, Error> {
        let mut held = of.held.lock().unwrap_or_else(PoisonError::into_inner);
        let own = held.get(&session).copied().unwrap_or_default();
        if held.values().sum::<usize>() >= of.most || own >= of.most / 4 {
            return Err(Error::Busy(COME_BACK));
        }
        held.insert(session, own + 1);
        Ok(FilePlace { of: Arc::clone(of), session })
    }
}

impl Drop for FilePlace {
    fn drop(&mut self) {
        let mut held = self.of.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut own) = held.entry(self.session) {
            *own.get_mut() -= 1;
            if *own.get() == 0 {
                own.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_holds_a_quarter_and_all_together_hold_no_more_than_there_are() {
        let places = Places::default();
        let session = |n| SessionId::from_bytes([n; 16]);
        let take = |n| std::iter::from_fn(|| places.upload(session(n)).ok()).collect::<Vec<_>>();
        let mut held: Vec<Vec<FilePlace>> = (1..=6).map(take).collect();
        assert_eq!(held.iter().map(Vec::len).collect::<Vec<_>>(), [8, 8, 8, 8, 0, 0]);
        assert!(places.download(session(1)).is_ok(), "the other way is counted apart");
        held[0].pop();
        assert!(matches!(places.upload(session(2)), Err(Error::Busy(_))), "it has its quarter");
        assert!(places.upload(session(5)).is_ok(), "somebody else takes the place");
    }
}
