//! Renewing keys: what a removal leaves to be done, compartment by compartment, and how far that has come.

use super::{
    ids::{AgencyId, RenewalId, TeamId, UserId},
    time::Timestamp,
};

coded_enum! {
    /// Where a renewal stands.
    pub enum RenewalState {
        /// The job goes on with it.
        Running = "running",
        /// Somebody has stopped it for a while; whoever writes still renews what they write into.
        Paused = "paused",
        /// Every open compartment has its next key.
        Done = "done",
    }
}

/// Whose keys must open nothing that is written from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A team, at the key it had before.
    Team(TeamId),
    /// A person.
    Person(UserId),
}

/// A renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// Its id.
    pub id: RenewalId,
    /// The agency whose administrators see it.
    pub agency: AgencyId,
    /// Whose keys.
    pub subject: Subject,
    /// Where it stands.
    pub state: RenewalState,
    /// How many open compartments there were when it began.
    pub total: i64,
    /// How many of them the job has passed; those that somebody renewed by writing are among them.
    pub done: i64,
    /// The last grant that the job has passed; empty at the beginning of a round.
    pub reached: String,
    /// How many compartments got their next key in this round. A round that finds none ends it.
    pub renewed: i64,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it was done.
    pub ended_at: Option<Timestamp>,
}

impl Renewal {
    /// The same after a step of the job that passed so many grants, the last of them `reached`, and gave so many compartments
    /// their next key. A step that passed none has come to the round's end: one in which nothing was renewed was the last, since
    /// what was written while the job was under way may have been sealed the old way behind its back.
    #[must_use]
    pub fn stepped(self, (passed, renewed): (i64, i64), reached: Option<String>, at: Timestamp) -> Self {
        let Some(reached) = reached else {
            return if self.renewed == 0 {
                Self { state: RenewalState::Done, done: self.total, ended_at: Some(at), ..self }
            } else {
                Self { reached: String::new(), renewed: 0, done: self.total, ..self }
            };
        };
        let done = self.done.saturating_add(passed).min(self.total);
        Self { done, reached, renewed: self.renewed.saturating_add(renewed), ..self }
    }

    /// How far it has come, in whole percent; never a hundred before it is done.
    pub fn percent(&self) -> i64 {
        match self.state {
            RenewalState::Done => 100,
            _ if self.total <= 0 => 99,
            _ => (self.done.saturating_mul(100) / self.total).clamp(0, 99),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renewal() -> Renewal {
        Renewal {
            id: RenewalId::from_bytes([1; 16]),
            agency: AgencyId::from_bytes([2; 16]),
            subject: Subject::Team(TeamId::from_bytes([3; 16])),
            state: RenewalState::Running,
            total: 3,
            done: 0,
            reached: String::new(),
            renewed: 0,
            begun_at: Timestamp::from_millis(1),
            ended_at: None,
        }
    }

    #[test]
    fn it_is_done_when_a_whole_round_finds_nothing_more() {
        let at = Timestamp::from_millis(9);
        let one = renewal().stepped((2, 2), Some("b".to_owned()), at);
        assert_eq!((one.done, one.renewed, one.reached.as_str(), one.percent()), (2, 2, "b", 66));
        let two = one.stepped((2, 1), Some("d".to_owned()), at);
        assert_eq!(
            (two.done, two.percent()),
            (3, 99),
            "never more than there are, and not done before a round has found nothing"
        );
        let again = two.stepped((0, 0), None, at);
        assert_eq!((again.state, again.renewed, again.reached.as_str()), (RenewalState::Running, 0, ""));
        let last = again.stepped((0, 0), None, at);
        assert_eq!((last.state, last.ended_at, last.percent()), (RenewalState::Done, Some(at), 100));
    }

    #[test]
    fn nothing_to_renew_is_done_at_once() {
        let none = Renewal { total: 0, ..renewal() }.stepped((0, 0), None, Timestamp::from_millis(2));
        assert_eq!((none.state, none.done), (RenewalState::Done, 0));
    }
}
