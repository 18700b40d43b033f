//! Slowing down those who guess: by account, by address and by session, never a lock-out.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{App, Error, gate::quiet_since};
use crate::{domain::time::Timestamp, policy::RequestContext, store::throttle::ThrottleKind};

/// Failures that cost nothing yet: people mistype.
const FREE_FOR_ACCOUNT: i64 = 5;
const FREE_FOR_ADDRESS: i64 = 20;
/// Misses a minute that one session may have before it has to wait.
const FREE_FOR_SESSION: i64 = 60;
/// The longest wait for an account is short, so that nobody can keep a colleague out by failing on purpose.
const LONGEST_FOR_ACCOUNT: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_mins(15);

/// What failures are counted by: a hash, since people type passwords into the name field.
fn subject(kind: ThrottleKind, text: &str) -> [u8; 32] {
    Sha256::new().chain_update(kind.code()).chain_update([0]).chain_update(text).finalize().into()
}

fn address(request: &RequestContext) -> String {
    request.source.map_or_else(|| "unknown".to_owned(), |address| address.to_string())
}

/// The wait after so many failures: none while free, then 2, 4, 8 … seconds up to the longest.
fn wait(failures: i64, free: i64, longest: Duration) -> Duration {
    let over = failures.saturating_sub(free).clamp(0, 16);
    if over == 0 { Duration::ZERO } else { Duration::from_secs(1 << over).min(longest) }
}

impl App {
    /// Refuses while account or address has to wait; before any work is spent on the password.
    pub(super) async fn sign_in_allowed(&self, request: &RequestContext, username: &str) -> Result<(), Error> {
        let mut longest = Duration::ZERO;
        for (kind, text) in [(ThrottleKind::Account, username.to_owned()), (ThrottleKind::Address, address(request))] {
            if let Some(throttled) = self.store.throttled(kind, &subject(kind, &text)).await? {
                longest = longest.max(Timestamp::from_millis(throttled.blocked_until).since(request.at));
            }
        }
        if longest.is_zero() { Ok(()) } else { Err(Error::Throttled(longest)) }
    }

    /// Counts a failed sign-in against account and address.
    pub(super) async fn sign_in_failed(&self, request: &RequestContext, username: &str) -> Result<(), Error> {
        let sides = [
            (ThrottleKind::Account, username.to_owned(), FREE_FOR_ACCOUNT, LONGEST_FOR_ACCOUNT),
            (ThrottleKind::Address, address(request), FREE_FOR_ADDRESS, LONGEST),
        ];
        for (kind, text, free, longest) in sides {
            self.count(kind, &subject(kind, &text), request.at, quiet_since(request.at), free, longest).await?;
        }
        Ok(())
    }

    /// A right sign-in: the account's failures no longer count. The address's still do, or one good account would clear it.
    pub(super) async fn sign_in_succeeded(&self, username: &str) -> Result<(), Error> {
        Ok(self.store.forget_failures(ThrottleKind::Account, &subject(ThrottleKind::Account, username)).await?)
    }

    /// Counts a reference that the session could not see; refuses once there are more than sixty within a minute.
    pub(super) async fn miss(&self, request: &RequestContext, session: &str) -> Result<(), Error> {
        let kind = ThrottleKind::Session;
        let minute_ago = request.at.minus(Duration::from_mins(1));
        self.count(kind, &subject(kind, session), request.at, minute_ago, FREE_FOR_SESSION, LONGEST_FOR_ACCOUNT).await
    }

    /// Refuses while the session has to wait after a burst of misses.
    pub(super) async fn look_up_allowed(&self, request: &RequestContext, session: &str) -> Result<(), Error> {
        let kind = ThrottleKind::Session;
        let waits = self.store.throttled(kind, &subject(kind, session)).await?;
        let wait = waits.map_or(Duration::ZERO, |waits| Timestamp::from_millis(waits.blocked_until).since(request.at));
        if wait.is_zero() { Ok(()) } else { Err(Error::Throttled(wait)) }
    }

    async fn count(
        &self,
        kind: ThrottleKind,
        subject: &[u8; 32],
        at: Timestamp,
        forget_before: Timestamp,
        free: i64,
        longest: Duration,
    ) -> Result<(), Error> {
        let failures = self.store.count_failure(kind, subject, at, forget_before).await?;
        let wait = wait(failures, free, longest);
        if !wait.is_zero() {
            self.store.block(kind, subject, at.plus(wait)).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stop_growing() {
        let seconds = |failures| wait(failures, FREE_FOR_ACCOUNT, LONGEST_FOR_ACCOUNT).as_secs();
        assert_eq!([5, 6, 7, 8, 11, 1000].map(seconds), [0, 2, 4, 8, 60, 60]);
        assert_eq!(wait(i64::MAX, FREE_FOR_ADDRESS, LONGEST), LONGEST);
    }

    #[test]
    fn the_same_text_is_counted_apart_as_account_and_address() {
        assert_ne!(subject(ThrottleKind::Account, "x"), subject(ThrottleKind::Address, "x"));
    }
}
