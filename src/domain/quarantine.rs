//! Stopping a file for everybody, and letting it out again: for reasons by code, since they are told beside every copy of it.

coded_enum! {
    /// Why a file was put into quarantine.
    pub enum StopReason {
        /// It may be a sexual image of a child.
        ChildImage = "child-image",
        /// It may do harm to whatever opens it.
        Harmful = "harmful",
        /// It tells something that must not get about.
        TellsTooMuch = "tells-too-much",
        /// It does not belong here.
        Misplaced = "misplaced",
    }
}

coded_enum! {
    /// Why a file was let out of quarantine.
    pub enum LiftReason {
        /// Nobody meant to stop it.
        Slip = "slip",
        /// Somebody who can judge it found nothing wrong.
        FoundSafe = "found-safe",
        /// The police said that it may be opened.
        PoliceAgreed = "police-agreed",
    }
}

impl StopReason {
    /// Whether it weighs more than why the file is stopped already: then it takes that reason's place, so that a lighter one
    /// given first cannot let the file out.
    pub fn is_graver_than(self, known: Option<Self>) -> bool {
        known.is_none_or(|known| self.weight() > known.weight())
    }

    const fn weight(self) -> u8 {
        match self {
            Self::Misplaced => 0,
            Self::TellsTooMuch => 1,
            Self::Harmful => 2,
            Self::ChildImage => 3,
        }
    }

    /// In words, for those who read the file.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ChildImage => "It may be a sexual image of a child",
            Self::Harmful => "It may harm the computer or phone that opens it",
            Self::TellsTooMuch => "It shows something that some of its readers must not know",
            Self::Misplaced => "It does not belong to this case, or was added by mistake",
        }
    }
}

impl LiftReason {
    /// In words, for those who read the file.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Slip => "It was put there by mistake",
            Self::FoundSafe => "Somebody who can judge it has looked, and nothing is wrong with it",
            Self::PoliceAgreed => "The police have said that it may be opened",
        }
    }

    /// Whether it is reason enough: where a file may be a sexual image of a child, only the police say that it is none.
    pub fn is_enough_for(self, stopped: Option<StopReason>) -> bool {
        stopped != Some(StopReason::ChildImage) || self == Self::PoliceAgreed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graver_reason_takes_the_place_of_a_lighter_one_and_never_the_other_way() {
        use StopReason::{ChildImage, Harmful, Misplaced, TellsTooMuch};
        let rising = [Misplaced, TellsTooMuch, Harmful, ChildImage];
        assert_eq!(rising.len(), StopReason::ALL.len());
        for (place, reason) in rising.into_iter().enumerate() {
            assert!(reason.is_graver_than(None), "any reason is more than none: {reason}");
            for (other, known) in rising.into_iter().enumerate() {
                assert_eq!(reason.is_graver_than(Some(known)), place > other, "{reason} over {known}");
            }
        }
    }

    #[test]
    fn what_may_be_a_sexual_image_of_a_child_is_let_out_on_the_word_of_the_police_alone() {
        for lift in LiftReason::ALL {
            assert_eq!(lift.is_enough_for(Some(StopReason::ChildImage)), *lift == LiftReason::PoliceAgreed, "{lift}");
            for other in [None, Some(StopReason::Harmful), Some(StopReason::TellsTooMuch), Some(StopReason::Misplaced)] {
                assert!(lift.is_enough_for(other), "{lift}");
            }
        }
    }
}
