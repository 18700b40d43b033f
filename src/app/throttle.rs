//! Slowing down those who guess: by account, by address and by session, never a lock-out (decision 5).

use std::{net::IpAddr, time::Duration};

use super::{
    App, Caller, Error,
    gate::{bare, quiet_since},
};
use crate::{
    crypto::HashKey,
    domain::{action::Action, relation::Relation, time::Timestamp},
    policy::{DenialReason, Object, RequestContext, State},
    store::throttle::{Counting, ThrottleKind},
};

/// Failures that cost nothing yet: people mistype.
const FREE_FOR_ACCOUNT: i64 = 5;
const FREE_FOR_ADDRESS: i64 = 20;
/// Forms kept for people who are not signed in: an office behind one address has few at a time.
const FREE_KEEPINGS: i64 = 60;
/// Misses a minute that one session may have before it has to wait.
const FREE_FOR_SESSION: i64 = 60;
/// The longest wait is short, so that nobody can keep a colleague, or an office behind one address, out by failing on purpose.
const LONGEST: Duration = Duration::from_mins(1);
/// A right sign-in takes back its own count against the address, and one failure of somebody else there.
const TAKEN_BACK_BY_SUCCESS: i64 = 2;

/// What tries are counted by: a keyed hash, since people type passwords into the name field.
fn subject(key: &HashKey, kind: ThrottleKind, text: &str) -> [u8; 32] {
    key.hash(kind.code(), &[text.as_bytes()])
}

/// What an address is counted by. An IPv6 subscriber has a whole /64 to come from.
pub(super) fn address(request: &RequestContext) -> String {
    match request.source {
        None => "unknown".to_owned(),
        Some(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Some(address) => address.to_canonical().to_string(),
    }
}

/// The wait after so many failures: none while free, then 2, 4, 8 … seconds up to the longest.
fn wait(failures: i64, free: i64) -> Duration {
    let over = failures.saturating_sub(free).clamp(0, 16);
    if over == 0 { Duration::ZERO } else { Duration::from_secs(1 << over).min(LONGEST) }
}

/// One count that a try stands in.
struct Counted {
    kind: ThrottleKind,
    subject: [u8; 32],
    /// The refusal that this try brought, if it was past the free ones.
    blocked_until: Timestamp,
}

/// A try at signing in that was let through, and counted before any work was spent on it. It stays counted unless it is taken
/// back: whoever guesses at fifty passwords at once has made fifty tries.
#[must_use = "a try that succeeded must be taken back"]
pub(super) struct Try {
    counted: Vec<Counted>,
}

/// What a try is counted by. An account at an address where it is at home stands alone: neither strangers failing on its name
/// nor others failing at its address make it wait. All other tries count against the account and against the address.
const fn sides(at_home: bool) -> &'static [(ThrottleKind, i64)] {
    if at_home {
        &[(ThrottleKind::Familiar, FREE_FOR_ACCOUNT)]
    } else {
        // Always in this order, so that no two transactions wait for each other.
        &[(ThrottleKind::Account, FREE_FOR_ACCOUNT), (ThrottleKind::Address, FREE_FOR_ADDRESS)]
    }
}

fn subject_of(key: &HashKey, kind: ThrottleKind, request: &RequestContext, username: &str) -> [u8; 32] {
    match kind {
        ThrottleKind::Address => subject(key, kind, &address(request)),
        ThrottleKind::Familiar => subject(key, kind, &format!("{}\n{username}", address(request))),
        ThrottleKind::Account | ThrottleKind::Session => subject(key, kind, username),
    }
}

impl App {
    /// Counts a try at signing in, or refuses it while it has to wait. Looking and counting are one step, so that tries which
    /// come at once are slowed down like tries that come one by one.
    pub(super) async fn begin_try(&self, request: &RequestContext, username: &str) -> Result<Try, Error> {
        let familiar = subject_of(&self.hashes, ThrottleKind::Familiar, request, username);
        let at_home = self.store.throttled(ThrottleKind::Familiar, &familiar).await?.is_some();
        let mut counting = self.store.begin_counting().await?;
        let mut longest = Duration::ZERO;
        let mut counted = Vec::new();
        for &(kind, free) in sides(at_home) {
            let subject = subject_of(&self.hashes, kind, request, username);
            let known = counting.count(kind, &subject, request.at, quiet_since(request.at)).await?;
            longest = longest.max(Timestamp::from_millis(known.blocked_until).since(request.at));
            let wait = wait(known.failures, free);
            let blocked_until = request.at.plus(wait);
            if !wait.is_zero() {
                counting.block(kind, &subject, blocked_until).await?;
            }
            counted.push(Counted { kind, subject, blocked_until });
        }
        if !longest.is_zero() {
            // What was refused does not count: nobody's wait grows because somebody does not wait.
            drop(counting);
            return Err(Error::Throttled(longest));
        }
        counting.keep().await?;
        Ok(Try { counted })
    }

    /// The try was no guess: the password was right, or the hub could not look.
    pub(super) async fn take_back(&self, attempt: Try) -> Result<(), Error> {
        let mut counting = self.store.begin_counting().await?;
        for Counted { kind, subject, blocked_until } in &attempt.counted {
            counting.take_back(*kind, subject, 1, *blocked_until).await?;
        }
        Ok(counting.keep().await?)
    }

    /// A right sign-in: the account's failures no longer count, the address is its home, and the address has a little less
    /// against it. Not nothing, or one good account would clear an address that guesses at others.
    pub(super) async fn sign_in_succeeded(&self, request: &RequestContext, username: &str, attempt: Try) -> Result<(), Error> {
        let mut counting = self.store.begin_counting().await?;
        let of = |kind| subject_of(&self.hashes, kind, request, username);
        counting.forget(ThrottleKind::Account, &of(ThrottleKind::Account)).await?;
        for Counted { kind, subject, blocked_until } in &attempt.counted {
            if *kind == ThrottleKind::Address {
                counting.take_back(*kind, subject, TAKEN_BACK_BY_SUCCESS, *blocked_until).await?;
            }
        }
        counting.clear(ThrottleKind::Familiar, &of(ThrottleKind::Familiar), request.at).await?;
        Ok(counting.keep().await?)
    }

    /// Counts a form that is to be kept for somebody who is not signed in; whether so many may come from one address.
    pub(super) async fn keeping_allowed(&self, request: &RequestContext) -> Result<bool, Error> {
        let kind = ThrottleKind::Address;
        // Counted apart from tries at signing in: no address reads so.
        let subject = subject(&self.hashes, kind, &format!("kept {}", address(request)));
        let mut counting = self.store.begin_counting().await?;
        let known = counting.count(kind, &subject, request.at, quiet_since(request.at)).await?;
        counting.keep().await?;
        Ok(known.failures <= FREE_KEEPINGS)
    }

    /// Counts a reference that the session could not see; once there are more than sixty within a minute it has to wait.
    pub(super) async fn miss(&self, request: &RequestContext, session: &str) -> Result<(), Error> {
        let kind = ThrottleKind::Session;
        let subject = subject(&self.hashes, kind, session);
        let minute_ago = request.at.minus(Duration::from_mins(1));
        let mut counting: Counting = self.store.begin_counting().await?;
        let known = counting.count(kind, &subject, request.at, minute_ago).await?;
        let wait = wait(known.failures, FREE_FOR_SESSION);
        if !wait.is_zero() {
            counting.block(kind, &subject, request.at.plus(wait)).await?;
        }
        Ok(counting.keep().await?)
    }

    /// Refuses, on record, while the session has to wait after a burst of misses.
    pub(super) async fn look_up_allowed(&self, request: &RequestContext, caller: &Caller, action: Action) -> Result<(), Error> {
        let kind = ThrottleKind::Session;
        let waits = self.store.throttled(kind, &subject(&self.hashes, kind, &caller.session().to_string())).await?;
        let wait = waits.map_or(Duration::ZERO, |waits| Timestamp::from_millis(waits.blocked_until).since(request.at));
        if wait.is_zero() {
            return Ok(());
        }
        let act = bare(caller.acting()?, action, Object::Unseen, Relation::None, State::None, request);
        self.refuse(act, DenialReason::Throttled, None).await?;
        Err(Error::Throttled(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::RequestId;

    #[test]
    fn waits_grow_and_stop_growing_at_a_minute() {
        let seconds = |failures| wait(failures, FREE_FOR_ACCOUNT).as_secs();
        assert_eq!([5, 6, 7, 8, 11, 1000].map(seconds), [0, 2, 4, 8, 60, 60]);
        assert_eq!(wait(i64::MAX, FREE_FOR_ADDRESS), LONGEST);
    }

    #[test]
    fn the_same_text_is_counted_apart_as_account_and_address() {
        let key = HashKey::derived(&[1; 32]);
        assert_ne!(subject(&key, ThrottleKind::Account, "x"), subject(&key, ThrottleKind::Address, "x"));
    }

    #[test]
    fn an_ipv6_neighbourhood_is_one_address() {
        let from = |source: Option<&str>| {
            let source = source.map(|text| text.parse().expect("an address"));
            address(&RequestContext { id: RequestId::from_bytes([1; 16]), source, at: Timestamp::from_millis(0) })
        };
        assert_eq!(from(Some("2001:db8:1:2::3")), from(Some("2001:db8:1:2:ffff::9")));
        assert_ne!(from(Some("2001:db8:1:2::3")), from(Some("2001:db8:1:3::3")));
        assert_eq!(from(Some("::ffff:192.0.2.1")), from(Some("192.0.2.1")));
        assert_ne!(from(Some("192.0.2.1")), from(Some("192.0.2.2")));
        assert_eq!(from(None), "unknown");
    }
}
