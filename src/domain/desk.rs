//! What a receiving team's desk knows of a referral beside its stage: who works on it, and what it waits for.

use super::{
    action::Action,
    ids::{TeamId, UserId},
    time::Timestamp,
};

/// Who works on a referral, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assigned {
    /// The account.
    pub to: UserId,
    /// Since when.
    pub at: Timestamp,
}

/// That the team that covers has opened a referral: it acts, though the receiving team has not seen it yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// The team that covers.
    pub team: TeamId,
    /// When it first opened it.
    pub at: Timestamp,
}

/// Who does something with a referral: the team that received it, or the one that covers for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The receiving team.
    Desk,
    /// The team that covers for it.
    Cover,
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
    /// That whoever covers has opened it.
    pub covered: Option<Covered>,
    /// Who of those who cover says that they act.
    pub acting: Option<Assigned>,
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

    /// Somebody of those who cover says that they act.
    ///
    /// # Errors
    /// Whoever said so before.
    pub const fn act(self, by: UserId, at: Timestamp) -> Result<Self, Assigned> {
        match self.acting {
            None => Ok(Self { acting: Some(Assigned { to: by, at }), ..self }),
            Some(acting) => Err(acting),
        }
    }

    /// Nobody of those who cover acts any more. Any of them may say so, and any of the team that they cover for: whoever acted may
    /// have gone home.
    pub fn stop_acting(self) -> Option<Self> {
        self.acting.map(|_| self.over())
    }

    /// What whoever covers had begun is over.
    #[must_use]
    pub const fn over(self) -> Self {
        Self { acting: None, ..self }
    }

    /// It is decided, or closed: nobody waits for the referrer, and nobody acts for cover any more.
    #[must_use]
    pub const fn settled(self) -> Self {
        self.go_on().over()
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

    /// Whether an act fits who works on it, seen from one person on a side: nobody takes what is taken, nor gives back what they
    /// do not have. An act that does not hang on it always fits.
    pub fn fits(&self, action: Action, me: UserId, side: Side) -> bool {
        match (action, side) {
            (Action::ClaimReferral, Side::Desk) => self.assigned.is_none(),
            (Action::ClaimReferral, Side::Cover) => self.acting.is_none(),
            (Action::ReleaseClaim, Side::Cover) => self.acting.is_some(),
            (Action::ReleaseClaim, Side::Desk) => self.is_with(me) || self.acting.is_some(),
            (Action::HandOver, _) => self.is_with(me),
            (Action::AssignReferral, _) => !self.is_with(me),
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
        let fits = |desk: Desk, me| acts.map(|action| desk.fits(action, me, Side::Desk));
        assert_eq!(fits(free, ada), [true, false, false, true, true]);
        assert_eq!(fits(hers, ada), [false, true, true, false, true]);
        assert_eq!(fits(hers, bea), [false, false, false, true, true]);
    }

    #[test]
    fn who_covers_acts_beside_the_desk_and_any_of_them_says_when_it_ends() {
        let [ada, bea, eve] = [1, 2, 3].map(|byte| UserId::from_bytes([byte; 16]));
        let at = Timestamp::from_millis(5);
        let desk = Desk::default().assign(eve, at);
        let fits = |desk: Desk, me| [Action::ClaimReferral, Action::ReleaseClaim].map(|act| desk.fits(act, me, Side::Cover));
        assert_eq!(fits(desk, ada), [true, false], "that the desk has it takes nothing from who covers");
        let acted = desk.act(ada, at).expect("nobody acted");
        assert!(acted.is_with(eve), "and the desk keeps what it has");
        assert_eq!(acted.act(bea, at), Err(Assigned { to: ada, at }));
        assert_eq!(fits(acted, bea), [false, true]);
        assert_eq!(acted.stop_acting(), Some(desk));
        assert_eq!(desk.stop_acting(), None);
        assert_eq!(acted.wait(at).settled(), desk, "what is decided or closed nobody acts on for cover");
        let at_desk = |desk: Desk| desk.fits(Action::ReleaseClaim, bea, Side::Desk);
        assert_eq!((at_desk(desk), at_desk(acted)), (false, true), "the desk can end it");
    }
}
