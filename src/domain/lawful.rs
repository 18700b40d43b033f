//! The lawful bases a pathway offers, by agency type and purpose.

use super::{
    agency::AgencyKind,
    legal::{Basis, Purpose},
};

/// What agencies of these kinds may name when they send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawfulBases {
    /// The kinds of agency.
    pub agencies: Vec<AgencyKind>,
    /// The purpose they send for.
    pub purpose: Purpose,
    /// The bases, the default first.
    pub bases: Vec<Basis>,
    /// The power or duty behind them, in words.
    pub gateway: String,
}

/// One choice; the first of a list is the default, and every other needs a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegalChoice<'a> {
    /// The purpose.
    pub purpose: Purpose,
    /// The basis.
    pub basis: Basis,
    /// The power or duty behind it, in words.
    pub gateway: &'a str,
}

/// What a sender names instead of the default.
#[derive(Clone, PartialEq, Eq)]
pub struct LegalPick {
    /// The basis.
    pub basis: Basis,
    /// The purpose.
    pub purpose: Purpose,
    /// Why, when it is not the default; personal data may stand in it.
    pub reason: Option<String>,
}

impl std::fmt::Debug for LegalPick {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LegalPick({}, {} …)", self.basis, self.purpose)
    }
}

/// Why a pick does not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPick {
    /// It is not the default, and no reason is given.
    NeedsReason,
    /// Part 3 is for competent authorities with a law-enforcement purpose; no reason makes an agency one.
    NotLawEnforcement,
}

impl LegalPick {
    /// Whether an agency of this kind may rest on it, given the pathway's choices for that kind: the default as it is, any
    /// other with a reason.
    ///
    /// # Errors
    /// [`BadPick`].
    pub fn check(&self, choices: &[LegalChoice<'_>], kind: AgencyKind) -> Result<(), BadPick> {
        if !self.basis.is_open_to(kind, self.purpose) {
            return Err(BadPick::NotLawEnforcement);
        }
        let default = choices.first().is_some_and(|choice| (choice.basis, choice.purpose) == (self.basis, self.purpose));
        let reasoned = self.reason.as_ref().is_some_and(|reason| !reason.trim().is_empty());
        if default || reasoned { Ok(()) } else { Err(BadPick::NeedsReason) }
    }
}

/// The choices of a kind of agency: those for the pathway's own purpose first, each set with its default first.
pub(super) fn choices<'a>(rows: &'a [LawfulBases], kind: AgencyKind, purpose: Purpose) -> Vec<LegalChoice<'a>> {
    let mine = || rows.iter().filter(move |row: &&'a LawfulBases| row.agencies.contains(&kind));
    let own = mine().filter(|row| row.purpose == purpose);
    let others = mine().filter(|row| row.purpose != purpose);
    let each = |row: &'a LawfulBases| {
        row.bases.iter().map(|basis| LegalChoice { purpose: row.purpose, basis: *basis, gateway: row.gateway.as_str() })
    };
    own.chain(others).flat_map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_default_needs_a_reason_and_enforcement_an_enforcer() {
        let pick = |basis, purpose, reason: Option<&str>| LegalPick { basis, purpose, reason: reason.map(str::to_owned) };
        let choice = |basis| LegalChoice { purpose: Purpose::Safeguarding, basis, gateway: "a power" };
        let offered = [choice(Basis::PublicTask), choice(Basis::VitalInterests)];
        let check = |pick: &LegalPick, kind| pick.check(&offered, kind);
        let council = AgencyKind::Council;
        assert_eq!(check(&pick(Basis::PublicTask, Purpose::Safeguarding, None), council), Ok(()));
        // Offered or not: what is not the default is a choice, and a choice has a reason.
        for basis in [Basis::VitalInterests, Basis::Consent] {
            for reason in [None, Some(" \n")] {
                let other = pick(basis, Purpose::Safeguarding, reason);
                assert_eq!(check(&other, council), Err(BadPick::NeedsReason), "{basis}");
            }
        }
        assert_eq!(check(&pick(Basis::VitalInterests, Purpose::Safeguarding, Some("Life at risk")), council), Ok(()));
        let enforcing = pick(Basis::LawEnforcement, Purpose::CrimePrevention, Some("An offence"));
        assert_eq!(check(&enforcing, council), Err(BadPick::NotLawEnforcement));
        assert_eq!(check(&enforcing, AgencyKind::Police), Ok(()));
        assert!(!format!("{enforcing:?}").contains("offence"));
    }

    #[test]
    fn the_choices_of_the_own_purpose_come_first_with_the_default_first() {
        let row = |agencies: &[AgencyKind], purpose, bases: &[Basis]| LawfulBases {
            agencies: agencies.to_vec(),
            purpose,
            bases: bases.to_vec(),
            gateway: "a power".into(),
        };
        let rows = [
            row(&[AgencyKind::Police], Purpose::CrimePrevention, &[Basis::LawEnforcement]),
            row(&[AgencyKind::Police, AgencyKind::Council], Purpose::Safeguarding, &[Basis::PublicTask, Basis::LegalObligation]),
        ];
        let of = |kind| choices(&rows, kind, Purpose::Safeguarding).into_iter().map(|choice| choice.basis).collect::<Vec<_>>();
        assert_eq!(of(AgencyKind::Police), [Basis::PublicTask, Basis::LegalObligation, Basis::LawEnforcement]);
        assert_eq!(of(AgencyKind::Council), [Basis::PublicTask, Basis::LegalObligation]);
        assert_eq!(of(AgencyKind::Charity), []);
    }
}
