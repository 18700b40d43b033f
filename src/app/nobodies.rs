//! Refusals of nobody in particular, counted in this process: a stranger's request must not be a write each.

use std::{
    collections::HashMap,
    mem::take,
    sync::{Mutex, PoisonError},
};

/// How many of them become events within a minute, whoever they are; the log keeps each for ever.
const EVENTS_A_MINUTE: u32 = 300;
/// How many sources and routes are told apart.
const MOST_SEEN: usize = 10_000;
/// For how long a source's count waits for its next event before it joins the rest, minutes.
const PATIENCE: i64 = 60;

/// What was counted since the last event. It goes with the process.
#[derive(Default)]
pub(super) struct Nobodies(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    minute: i64,
    events: u32,
    seen: HashMap<(String, &'static str), Seen>,
    /// Those counted of sources that are not told apart.
    rest: u64,
}

struct Seen {
    minute: i64,
    more: u64,
}

impl Nobodies {
    /// Counts one. `Some(more)` when it is the first of its source, route and minute, and so is to be an event, with how many
    /// were only counted since the last; `None` when counting was all.
    pub(super) fn count(&self, source: String, route: &'static str, minute: i64) -> Option<u64> {
        let counts = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.turn(minute);
        let is_full = counts.seen.len() >= MOST_SEEN;
        let is_over = counts.events >= EVENTS_A_MINUTE;
        match counts.seen.get_mut(&(source.clone(), route)) {
            Some(seen) if seen.minute == minute || is_over => {
                seen.more += 1;
                return None;
            }
            Some(seen) => {
                seen.minute = minute;
                let more = take(&mut seen.more) + take(&mut counts.rest);
                counts.events += 1;
                return Some(more);
            }
            None if is_full || is_over => {
                counts.rest += 1;
                return None;
            }
            None => {}
        }
        counts.seen.insert((source, route), Seen { minute, more: 0 });
        counts.events += 1;
        Some(take(&mut counts.rest))
    }
}

impl Counts {
    /// A new minute: what has nothing to tell is forgotten, what waited long joins the rest.
    fn turn(&mut self, minute: i64) {
        if self.minute == minute {
            return;
        }
        (self.minute, self.events) = (minute, 0);
        let rest = &mut self.rest;
        self.seen.retain(|_, seen| {
            let waits = seen.more > 0 && minute - seen.minute < PATIENCE;
            if !waits {
                *rest += seen.more;
            }
            waits
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_its_source_route_and_minute_is_an_event_and_the_rest_are_counted_in_the_next() {
        let nobodies = Nobodies::default();
        let count = |route, minute| nobodies.count("here".into(), route, minute);
        let answers: Vec<_> = [("a", 1), ("a", 1), ("a", 1), ("b", 1), ("a", 2), ("a", 2), ("a", 9)]
            .map(|(route, minute)| count(route, minute))
            .into();
        assert_eq!(answers, [Some(0), None, None, Some(0), Some(2), None, Some(1)]);
        // What waited long for its source is told with anybody's.
        assert_eq!((count("b", 9), count("b", 9)), (Some(0), None));
        assert_eq!(nobodies.count("there".into(), "a", 9 + PATIENCE), Some(1));
    }

    #[test]
    fn a_flood_of_sources_makes_so_many_events_and_one_sum() {
        let nobodies = Nobodies::default();
        let flood = |minute| (0..50_000).filter_map(|n| nobodies.count(format!("{n}"), "a", minute)).collect::<Vec<u64>>();
        assert_eq!(flood(1).len(), EVENTS_A_MINUTE as usize);
        assert!(nobodies.0.lock().expect("whole").seen.len() <= MOST_SEEN);
        let next = flood(2);
        assert_eq!((next.len(), next.iter().sum::<u64>()), (EVENTS_A_MINUTE as usize, 50_000 - u64::from(EVENTS_A_MINUTE)));
    }
}
