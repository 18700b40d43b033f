//! When somebody is away from work. Why is never asked: that would often be about their health.

use super::time::Timestamp;

/// Away from a moment until another, or until they are said to be back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// The beginning of the first day away.
    pub from: Timestamp,
    /// The beginning of the day on which they are back; none while that is open.
    pub until: Option<Timestamp>,
}

impl Absence {
    /// Whether they are away at a moment.
    pub fn is_on(self, at: Timestamp) -> bool {
        self.from <= at && !self.is_over(at)
    }

    /// Whether they are back by a moment; it ends by itself.
    pub fn is_over(self, at: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_and_ends_by_itself() {
        let at = Timestamp::from_millis;
        let week = Absence { from: at(10), until: Some(at(20)) };
        assert_eq!([9, 10, 19, 20].map(|now| week.is_on(at(now))), [false, true, true, false]);
        assert_eq!([9, 19, 20].map(|now| week.is_over(at(now))), [false, false, true]);
        let open = Absence { until: None, ..week };
        assert_eq!([9, 10, 99].map(|now| open.is_on(at(now))), [false, true, true]);
    }
}
