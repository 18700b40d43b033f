//! Putting a file into quarantine: any reader, at once, and for everybody.

use super::{Added, Answered, App, Caller, Error, IdempotencyKey, idempotency::Once, reading::TRIES};
use crate::{audit::Details, domain::action::Action, policy::RequestContext};

impl App {
    /// Puts a file into quarantine, once for each key: from then on nobody downloads it. One that is there already stays there.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller cannot see it or it does not exist; [`Error::Refused`].
    pub async fn quarantine(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, id): (&str, &str),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/attachments/{id}/quarantine");
        let act = async |once: &Once<'_>| {
            let mut done = self.quarantine_once(request, caller, (reference, id), once).await;
            for _ in 1..TRIES {
                // Somebody opened the referral just now.
                let Err(Error::Conflict(_)) = &done else { break };
                done = self.quarantine_once(request, caller, (reference, id), once).await;
            }
            self.damage_on_record(request, caller, Action::QuarantineFile, done).await
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    async fn quarantine_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, id): (&str, &str),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let asked = self.find_file(request, caller, (reference, id), Action::QuarantineFile).await?;
        let (entry, sha256) = (asked.entry.entry.id, asked.entry.entry.sha256);
        let act = self.file_act(request, caller, (&asked.referral, &asked.sight, &asked.entry), Action::QuarantineFile).await?;
        let permit = self.ask(act).await?;
        let mut tx = self.store.begin().await?;
        let done = Added { id: entry.to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        if tx.quarantine_file(entry, caller.user(), request.at).await? {
            tx.commit(permit, &Details { entries: vec![(entry, sha256)], ..Details::default() }).await?;
        }
        Ok(done)
    }
}
