//! What a receiving team's desk knows of a referral beside its stage: who works on it, and what it waits for.

use super::{action::Action, ids::UserId, time::Timestamp};

/// Who works on a referral, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assigned {
    /// The account.
    pub to: UserId,
    /// Since when.
    pub at: Timestamp,
}

/// The clear facts of a desk about one referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Desk {
    /// Who works on it; none while nobody has taken it.
    pub assigned: Option<Assigned>,
    /// Since when a question to the referrer is open.
    pub waiting_since: Option<Timestamp>,
    /// When the referrer asked to withdraw it: a notice, which closes nothing by itself.
    pub retracted_at: Option<Timestamp>,
    /// When it was passed up: it was urgent and nobody had opened it, or the referrer did not agree.
    pub escalated_at: Option<Timestamp>,
    /// When its sender changed what they had sent, until the team opens it again.
    pub amended_at: Option<Timestamp>,
}

impl Desk {
    /// Somebody takes what nobody has.
    ///
    /// # Errors
    /// Whoever has it.
    pub const fn claim(self, by: UserId, at: Timestamp) -> Result<Self, Assigned> {
        match self.assigned {
            None => Ok(self.assign(by, at)),
            Some(assigned) => Err(assigned),
        }
    }

    /// Somebody gives back what they have; nobody gives back for another.
    pub fn release(self, by: UserId) -> Option<Self> {
        self.is_with(by).then_some(Self { assigned: None, ..self })
    }

    /// It goes to somebody, whoever had it.
    #[must_use]
    pub const fn assign(self, to: UserId, at: Timestamp) -> Self {
        Self { assigned: Some(Assigned { to, at }), ..self }
    }

    /// A question to the referrer is open; of several, since the first.
    #[must_use]
    pub fn wait(self, at: Timestamp) -> Self {
        Self { waiting_since: self.waiting_since.or(Some(at)), ..self }
    }

    /// Nobody waits for the referrer any more.
    #[must_use]
    pub const fn go_on(self) -> Self {
        Self { waiting_since: None, ..self }
    }

    /// Whether this person works on it.
    pub fn is_with(&self, user: UserId) -> bool {
        self.assigned.is_some_and(|assigned| assigned.to == user)
    }

    /// Whether an act fits who works on it, seen from one person: nobody takes what is taken, nor gives back what they do not
    /// have. An act that does not hang on it always fits.
    pub fn fits(&self, action: Action, me: UserId) -> bool {
        match action {
            Action::ClaimReferral => self.assigned.is_none(),
            Action::ReleaseClaim | Action::HandOver => self.is_with(me),
            Action::AssignReferral => !self.is_with(me),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_takes_it_and_the_other_hears_who() {
        let (ada, bea) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let at = Timestamp::from_millis(5);
        let desk = Desk::default().claim(ada, at).expect("nobody had it");
        assert_eq!(desk.claim(bea, at), Err(Assigned { to: ada, at }));
        assert_eq!(desk.release(bea), None, "nobody gives back for another");
        assert_eq!(desk.release(ada), Some(Desk::default()));
        assert!(desk.assign(bea, at).is_with(bea));
    }

    #[test]
    fn what_is_offered_fits_who_has_it() {
        let (ada, bea) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let free = Desk::default();
        let hers = free.assign(ada, Timestamp::from_millis(5));
        let acts = [Action::ClaimReferral, Action::ReleaseClaim, Action::HandOver, Action::AssignReferral, Action::WriteMessage];
        let fits = |desk: Desk, me| acts.map(|action| desk.fits(action, me));
        assert_eq!(fits(free, ada), [true, false, false, true, true]);
        assert_eq!(fits(hers, ada), [false, true, true, false, true]);
        assert_eq!(fits(hers, bea), [false, false, false, true, true]);
    }
}
