//! A step's clock as it runs for one referral: started, paused, resumed, stopped. A breach is never hidden: a clock that is
//! late neither pauses nor forgets when it was due.

use super::{
    calendar::WorkingCalendar,
    clock::{Limit, Pauses, Step},
    time::Timestamp,
};

/// Where a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// It has not begun: the referral is still being checked.
    Unstarted,
    /// It runs.
    Running {
        /// Since when.
        since: Timestamp,
        /// When the step must be done.
        due: Timestamp,
    },
    /// It stands still while the team waits for the referrer.
    Paused {
        /// Since when it ran.
        since: Timestamp,
        /// When the step would have been due.
        due: Timestamp,
        /// Since when it stands still.
        at: Timestamp,
    },
    /// The step is done, or nobody waits for it any more.
    Stopped {
        /// Since when it ran.
        since: Timestamp,
        /// When the step was due.
        due: Timestamp,
        /// When it stopped.
        at: Timestamp,
    },
}

/// That a step ended late, and the referral was then taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// When the step was due.
    pub due: Timestamp,
    /// When it ended.
    pub at: Timestamp,
}

/// One step of one referral, with its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningClock {
    /// The step.
    pub step: Step,
    /// How long it may take, as it was when the referral was sent.
    pub limit: Limit,
    /// Whether it may stand still.
    pub pauses: Pauses,
    /// Where it stands.
    pub run: Run,
    /// The last time that it ended late, before the referral was taken up again; none where it never did.
    pub missed: Option<Missed>,
}

impl RunningClock {
    /// A clock that has not begun.
    pub const fn new(step: Step, limit: Limit, pauses: Pauses) -> Self {
        Self { step, limit, pauses, run: Run::Unstarted, missed: None }
    }

    /// It begins; one that has begun goes on as it was.
    #[must_use]
    pub fn start(self, at: Timestamp, calendar: &WorkingCalendar) -> Self {
        match self.run {
            Run::Unstarted => Self { run: Run::Running { since: at, due: self.limit.due(at, calendar) }, ..self },
            _ => self,
        }
    }

    /// It stands still, if it may and is not late already.
    #[must_use]
    pub fn pause(self, at: Timestamp) -> Self {
        match (self.run, self.pauses) {
            (Run::Running { since, due }, Pauses::WhileWaitingForReferrer) if due > at => {
                Self { run: Run::Paused { since, due, at }, ..self }
            }
            _ => self,
        }
    }

    /// It goes on, due later by as long as it stood still: a limit in working time by the working time.
    #[must_use]
    pub fn resume(self, now: Timestamp, calendar: &WorkingCalendar) -> Self {
        match self.run {
            Run::Paused { since, due, at } => {
                Self { run: Run::Running { since, due: self.limit.postponed(due, (at, now), calendar) }, ..self }
            }
            _ => self,
        }
    }

    /// Another limit holds from a moment on, if that is sooner than its own. It is never due later than it was, and stands still
    /// no longer: what has become urgent waits for nobody.
    #[must_use]
    pub fn hasten(self, limit: Limit, at: Timestamp, calendar: &WorkingCalendar) -> Self {
        let from_now = limit.due(at, calendar);
        if from_now >= self.limit.due(at, calendar) {
            return self;
        }
        let run = match self.run {
            Run::Running { since, due } | Run::Paused { since, due, .. } => Run::Running { since, due: due.min(from_now) },
            run @ (Run::Unstarted | Run::Stopped { .. }) => run,
        };
        Self { limit, run, ..self }
    }

    /// The step is done.
    #[must_use]
    pub const fn stop(self, at: Timestamp) -> Self {
        match self.run {
            Run::Running { since, due } | Run::Paused { since, due, .. } => Self { run: Run::Stopped { since, due, at }, ..self },
            Run::Unstarted | Run::Stopped { .. } => self,
        }
    }

    /// The referral is taken up again: what must be decided, and any other step that stopped with the closing, has its whole time
    /// anew. That it ended late before stays on record.
    #[must_use]
    pub fn reopen(self, closed: Timestamp, now: Timestamp, calendar: &WorkingCalendar) -> Self {
        match self.run {
            Run::Stopped { due, at, .. } if self.step == Step::Triage || at == closed => {
                let missed = (due < at).then_some(Missed { due, at }).or(self.missed);
                Self { run: Run::Unstarted, missed, ..self }.start(now, calendar)
            }
            _ => self,
        }
    }

    /// Whether the step was never done: it ended because the referral was closed at that moment. What a closing decision
    /// decided (`decided`) was done by it.
    pub fn was_cut(&self, closed: Timestamp, decided: bool) -> bool {
        let made = decided && self.step == Step::Triage;
        matches!(self.run, Run::Stopped { at, .. } if at == closed) && !made
    }

    /// When the step is or was due; none before it began.
    pub const fn due(&self) -> Option<Timestamp> {
        match self.run {
            Run::Unstarted => None,
            Run::Running { due, .. } | Run::Paused { due, .. } | Run::Stopped { due, .. } => Some(due),
        }
    }

    /// Whether it runs.
    pub const fn is_running(&self) -> bool {
        matches!(self.run, Run::Running { .. })
    }

    /// Whether the step is late now, or was when it was done.
    pub fn is_late(&self, now: Timestamp) -> bool {
        match self.run {
            Run::Unstarted | Run::Paused { .. } => false,
            Run::Running { due, .. } => due < now,
            Run::Stopped { due, at, .. } => due < at,
        }
    }
}

/// When the next step is due: the soonest of the clocks that run; none where none runs.
pub fn soonest(clocks: &[RunningClock]) -> Option<Timestamp> {
    clocks.iter().filter(|clock| clock.is_running()).filter_map(RunningClock::due).min()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn calendar() -> WorkingCalendar {
        WorkingCalendar::new([date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)], date(2027, 12, 31))
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time")
    }

    fn waits(limit: Limit) -> RunningClock {
        RunningClock::new(Step::FirstContact, limit, Pauses::WhileWaitingForReferrer)
    }

    #[test]
    fn a_pause_moves_a_limit_as_people_count() {
        let table = [
            // Asked on Thursday at 4pm, answered on Friday at 10am: two working hours stood still.
            (Limit::WorkingHours(8), "2026-11-26T16:00:00Z", "2026-11-27T10:00:00Z", "2026-11-27T11:00:00.000Z"),
            // Over a weekend no working time passes before nine on Monday.
            (Limit::WorkingHours(24), "2026-11-27T17:30:00Z", "2026-11-30T09:00:00Z", "2026-11-30T17:00:00.000Z"),
            (Limit::WorkingDays(5), "2026-11-27T12:00:00Z", "2026-11-30T12:00:00Z", "2026-12-04T17:00:00.000Z"),
            (Limit::WorkingDays(5), "2026-11-26T12:00:00Z", "2026-11-26T16:00:00Z", "2026-12-03T17:00:00.000Z"),
            (Limit::Hours(72), "2026-11-26T12:00:00Z", "2026-11-27T13:00:00Z", "2026-11-30T10:00:00.000Z"),
            (Limit::Days(7), "2026-11-26T12:00:00Z", "2026-11-28T12:00:00Z", "2026-12-05T09:00:00.000Z"),
        ];
        for (limit, asked, answered, due) in table {
            let clock = waits(limit).start(at("2026-11-26T09:00:00Z"), &calendar());
            let clock = clock.pause(at(asked)).resume(at(answered), &calendar());
            assert_eq!(clock.due().map(Timestamp::rfc3339).as_deref(), Some(due), "{}", limit.words());
        }
    }

    #[test]
    fn a_clock_of_safety_or_law_runs_on_and_one_that_is_late_stays_late() {
        let start = at("2026-11-26T09:00:00Z");
        let safety = RunningClock::new(Step::Triage, Limit::Hours(4), Pauses::Never).start(start, &calendar());
        assert_eq!(safety.pause(at("2026-11-26T10:00:00Z")), safety);
        let late = waits(Limit::Hours(1)).start(start, &calendar());
        let asked = at("2026-11-26T11:00:00Z");
        assert!(late.is_late(asked));
        assert_eq!(late.pause(asked), late, "a question does not make good what is late");
        assert!(late.stop(asked).is_late(asked.plus(Duration::from_hours(99))), "and it stays on record");
    }

    #[test]
    fn a_sooner_limit_holds_from_now_and_none_makes_it_later() {
        let (start, now) = (at("2026-11-26T09:00:00Z"), at("2026-11-28T22:00:00Z"));
        let clock = waits(Limit::WorkingDays(3)).start(start, &calendar());
        let urgent = clock.hasten(Limit::Hours(4), now, &calendar());
        assert_eq!(urgent.due(), Some(at("2026-11-29T02:00:00Z")));
        assert_eq!(urgent.limit, Limit::Hours(4));
        assert_eq!(clock.hasten(Limit::WorkingDays(5), now, &calendar()), clock);
        assert_eq!(urgent.hasten(Limit::Hours(4), now.plus(Duration::from_hours(3)), &calendar()), urgent, "nor does the same");
        let late = waits(Limit::Hours(1)).start(start, &calendar()).hasten(Limit::Hours(0), now, &calendar());
        assert_eq!(late.due(), Some(at("2026-11-26T10:00:00Z")), "what is late stays late");
        let waiting = clock.pause(at("2026-11-27T10:00:00Z")).hasten(Limit::Hours(4), now, &calendar());
        assert!(waiting.is_running(), "and it stands still no longer");
        let done = clock.stop(now);
        assert_eq!(done.hasten(Limit::Hours(4), now, &calendar()).run, done.run);
    }

    #[test]
    fn the_soonest_that_runs_is_what_is_due() {
        let start = at("2026-11-26T09:00:00Z");
        let triage = RunningClock::new(Step::Triage, Limit::Hours(4), Pauses::Never);
        let contact = waits(Limit::Hours(9));
        assert_eq!(soonest(&[triage, contact]), None, "nothing has begun");
        let (triage, contact) = (triage.start(start, &calendar()), contact.start(start, &calendar()));
        assert_eq!(soonest(&[contact, triage]), triage.due());
        assert_eq!(soonest(&[contact, triage.stop(start)]), contact.due());
        assert_eq!(soonest(&[contact.pause(start), triage.stop(start)]), None);
    }

    #[test]
    fn what_is_taken_up_again_must_be_decided_again_in_time() {
        let (start, closed) = (at("2026-11-26T09:00:00Z"), at("2026-11-26T12:00:00Z"));
        let again = at("2026-12-01T09:00:00Z");
        let triage = RunningClock::new(Step::Triage, Limit::Hours(4), Pauses::Never).start(start, &calendar());
        let done = waits(Limit::Hours(9)).start(start, &calendar()).stop(at("2026-11-26T10:00:00Z"));
        let open = RunningClock::new(Step::Review, Limit::Days(9), Pauses::Never).start(start, &calendar());
        let reopened = [triage.stop(at("2026-11-26T11:00:00Z")), done, open.stop(closed)]
            .map(|clock| clock.reopen(closed, again, &calendar()));
        assert_eq!(reopened[0].due(), Some(again.plus(Duration::from_hours(4))));
        assert_eq!(reopened[1], done, "what was done stays done");
        assert_eq!(reopened[2].due(), Some(open.limit.due(again, &calendar())), "with its whole time anew");
        assert!(reopened.iter().all(|clock| clock.missed.is_none()), "nothing was late");
        // What was late when it ended has a whole time anew, too, and stays late on record, however often it is taken up.
        let late = at("2026-12-20T12:00:00Z");
        let again = at("2026-12-21T09:00:00Z");
        let taken_up = open.stop(late).reopen(late, again, &calendar());
        assert!(!taken_up.is_late(again));
        let missed = Some(Missed { due: open.due().expect("it ran"), at: late });
        assert_eq!(taken_up.missed, missed);
        assert_eq!(taken_up.stop(again).reopen(again, again, &calendar()).missed, missed);
    }

    #[test]
    fn a_step_that_only_ended_with_the_closing_was_not_done() {
        let (start, closed) = (at("2026-11-26T09:00:00Z"), at("2026-11-26T12:00:00Z"));
        let triage = RunningClock::new(Step::Triage, Limit::Hours(4), Pauses::Never).start(start, &calendar());
        let contact = waits(Limit::Hours(9)).start(start, &calendar());
        let ends = |clock: RunningClock, at, decided| clock.stop(at).was_cut(closed, decided);
        assert!(ends(contact, closed, true) && ends(contact, closed, false));
        assert!(ends(triage, closed, false), "closed without a decision");
        assert!(!ends(triage, closed, true), "decided and closed in one");
        assert!(!ends(contact, at("2026-11-26T11:00:00Z"), true), "done before");
        assert!(!contact.was_cut(closed, false), "it runs on");
    }

    fn any_limit() -> impl Strategy<Value = Limit> {
        (1..40_u16, 0..5_usize).prop_map(|(count, unit)| {
            Limit::of(["hours", "days", "months", "working-hours", "working-days"][unit], count).expect("a unit")
        })
    }

    /// A start in 2026 or 2027, and three later moments in order.
    fn moments() -> impl Strategy<Value = [Timestamp; 4]> {
        (1_767_225_600_000_i64..1_800_000_000_000, proptest::array::uniform3(0_i64..2_000_000_000)).prop_map(|(start, gaps)| {
            let mut at = start;
            let later = gaps.map(|gap| {
                at += gap;
                Timestamp::from_millis(at)
            });
            [Timestamp::from_millis(start), later[0], later[1], later[2]]
        })
    }

    proptest! {
        #[test]
        fn a_pause_never_brings_a_limit_forward(limit in any_limit(), [start, asked, answered, _] in moments()) {
            let running = waits(limit).start(start, &calendar());
            let resumed = running.pause(asked).resume(answered, &calendar());
            prop_assert!(resumed.is_running());
            prop_assert!(resumed.due() >= running.due());
            prop_assert_eq!(running.pause(asked).resume(asked, &calendar()), running, "no time, no change");
        }

        #[test]
        fn elapsed_time_moves_by_what_elapsed(hours in 1..900_u16, [start, asked, answered, _] in moments()) {
            let running = waits(Limit::Hours(hours)).start(start, &calendar());
            let stood = if running.is_late(asked) || running.due() == Some(asked) { Duration::ZERO } else { answered.since(asked) };
            let resumed = running.pause(asked).resume(answered, &calendar());
            prop_assert_eq!(resumed.due(), running.due().map(|due| due.plus(stood)));
        }

        #[test]
        fn two_pauses_end_to_end_are_one(limit in any_limit(), [start, asked, between, answered] in moments()) {
            let running = waits(limit).start(start, &calendar());
            let once = running.pause(asked).resume(answered, &calendar());
            let twice = running.pause(asked).resume(between, &calendar()).pause(between).resume(answered, &calendar());
            prop_assert_eq!(once, twice);
        }

        #[test]
        fn what_never_pauses_ignores_every_question(limit in any_limit(), [start, asked, answered, done] in moments()) {
            let running = RunningClock::new(Step::Triage, limit, Pauses::Never).start(start, &calendar());
            prop_assert_eq!(running.pause(asked).resume(answered, &calendar()).stop(done), running.stop(done));
        }

        #[test]
        fn what_has_stopped_moves_no_more(limit in any_limit(), [start, done, later, last] in moments()) {
            let stopped = waits(limit).start(start, &calendar()).stop(done);
            prop_assert_eq!(stopped.pause(later).resume(last, &calendar()).stop(last).start(last, &calendar()), stopped);
        }
    }
}
