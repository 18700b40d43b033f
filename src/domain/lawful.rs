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

/// One choice: any other than the first needs a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegalChoice<'a> {
    /// The purpose.
    pub purpose: Purpose,
    /// The basis.
    pub basis: Basis,
    /// The power or duty behind it, in words.
    pub gateway: &'a str,
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
