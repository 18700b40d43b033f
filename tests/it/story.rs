//! The demonstration's story: what its seed says, on whatever day it is told.

use std::time::Duration;

use referral_exchange::{demo, domain::time::Timestamp};

use crate::support::{
    hub::{ENGINES, Hub},
    raw::Raw,
};

/// The second of January: the last visit is on the first, and what lapses the day before lapsed in the year before.
const NEW_YEAR: &str = "2029-01-02T12:00:00Z";
const PAST: Duration = Duration::from_hours(24 * 31 * 24);

/// Everything that happened, by whom and where, without what is random.
async fn told(seed: u64) -> Vec<String> {
    let until = Timestamp::parse(NEW_YEAR).unwrap();
    let mut hub = Hub::empty(ENGINES[0]).await;
    hub.clock.set(until.minus(PAST));
    hub.people = demo::found_whole(&hub.app, &hub.clock).await.unwrap();
    Box::pin(demo::fill(&hub.app, &hub.clock, &hub.people, seed, until)).await.unwrap();
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM log_event WHERE outcome = 'refuse'").await, 0, "nobody is refused");
    let happened = raw
        .texts(
            "SELECT e.at || ' ' || e.action || ' ' || COALESCE(a.username, '') || ' ' || COALESCE(t.code, '') || ' ' || \
             COALESCE(r.pathway || ' ' || r.submitted_at, '') FROM log_event e LEFT JOIN account a ON a.id = e.actor \
             LEFT JOIN team t ON t.id = e.team LEFT JOIN referral r ON r.id = e.referral ORDER BY 1",
        )
        .await;
    hub.finish().await;
    happened
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_on_the_same_clock_tells_the_same_story_and_another_seed_another() {
    let (first, second, other) =
        tokio::join!(tokio::spawn(Box::pin(told(7))), tokio::spawn(Box::pin(told(7))), tokio::spawn(Box::pin(told(8))));
    let (first, second, other) = (first.unwrap(), second.unwrap(), other.unwrap());
    let parts = first.iter().zip(&second).find(|(one, two)| one != two);
    assert!(parts.is_none() && first.len() == second.len(), "{parts:?}");
    assert_ne!(first, other);
}
