//! Codes the law asks us to record with each act (facts `security.md` 1.1).

use super::agency::AgencyKind;

coded_enum! {
    /// Lawful basis of a processing (UK GDPR Article 6, DPA 2018 Part 3).
    pub enum Basis {
        /// Article 6(1)(a).
        Consent = "consent",
        /// Article 6(1)(c).
        LegalObligation = "legal-obligation",
        /// Article 6(1)(d).
        VitalInterests = "vital-interests",
        /// Article 6(1)(e).
        PublicTask = "public-task",
        /// Article 6(1)(f).
        LegitimateInterests = "legitimate-interests",
        /// Article 6(1)(ea), DUAA 2025 s.70; not for public authorities in their tasks.
        RecognisedLegitimateInterest = "recognised-legitimate-interest",
        /// DPA 2018 Part 3.
        LawEnforcement = "law-enforcement",
    }
}

coded_enum! {
    /// Why data is processed.
    pub enum Purpose {
        /// Keeping a child or adult safe.
        Safeguarding = "safeguarding",
        /// Preventing crime.
        CrimePrevention = "crime-prevention",
        /// Investigating crime.
        Investigation = "investigation",
        /// Immigration functions.
        Immigration = "immigration",
        /// Fire safety functions.
        FireSafety = "fire-safety",
        /// Providing a service to the person.
        ServiceProvision = "service-provision",
        /// Answering a rights request.
        RightsRequest = "rights-request",
    }
}

coded_enum! {
    /// The four permitted uses of the log (DPA 2018 s.62(4)).
    pub enum LogUse {
        /// Checking that processing was lawful.
        Lawfulness = "lawfulness",
        /// Self-monitoring, discipline included.
        SelfMonitoring = "self-monitoring",
        /// Integrity and security of the data.
        Integrity = "integrity",
        /// Criminal proceedings.
        CriminalProceedings = "criminal-proceedings",
    }
}

coded_enum! {
    /// Which law governs the processing.
    pub enum Regime {
        /// UK GDPR and DPA 2018 Part 2.
        UkGdpr = "uk-gdpr",
        /// DPA 2018 Part 3, law enforcement.
        Part3 = "dpa-part-3",
    }
}

impl Regime {
    /// The regime of an agency acting for a purpose: Part 3 is for competent authorities with a law-enforcement purpose
    /// (DPA 2018 s.31); an agency may override it with a reason.
    pub fn default_for(kind: AgencyKind, purpose: Purpose) -> Self {
        let enforcement = matches!(purpose, Purpose::CrimePrevention | Purpose::Investigation);
        match kind {
            AgencyKind::Police | AgencyKind::Justice if enforcement => Self::Part3,
            _ => Self::UkGdpr,
        }
    }
}

impl Basis {
    /// The law that governs a processing on this basis.
    pub const fn regime(self) -> Regime {
        match self {
            Self::LawEnforcement => Regime::Part3,
            _ => Regime::UkGdpr,
        }
    }

    /// Whether agencies of this kind may rest on it for a purpose: law enforcement is for competent authorities with such a
    /// purpose, and no reason makes an agency one.
    pub fn is_open_to(self, kind: AgencyKind, purpose: Purpose) -> bool {
        self != Self::LawEnforcement || Regime::default_for(kind, purpose) == Regime::Part3
    }

    /// The basis an agency of this kind rests on by default for its public task, or the nearest it may use.
    pub fn default_for(kind: AgencyKind, regime: Regime) -> Self {
        match (kind, regime) {
            (_, Regime::Part3) => Self::LawEnforcement,
            (AgencyKind::Charity | AgencyKind::Housing, _) => Self::RecognisedLegitimateInterest,
            _ => Self::PublicTask,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_competent_authorities_with_an_enforcement_purpose_are_part_3() {
        for kind in AgencyKind::ALL {
            for purpose in Purpose::ALL {
                let part3 = Regime::default_for(*kind, *purpose) == Regime::Part3;
                let competent = matches!(kind, AgencyKind::Police | AgencyKind::Justice);
                let enforcement = matches!(purpose, Purpose::CrimePrevention | Purpose::Investigation);
                assert_eq!(part3, competent && enforcement, "{kind} {purpose}");
            }
        }
    }

    #[test]
    fn a_public_body_never_defaults_to_recognised_legitimate_interest() {
        for kind in AgencyKind::ALL {
            let basis = Basis::default_for(*kind, Regime::UkGdpr);
            let private = matches!(kind, AgencyKind::Charity | AgencyKind::Housing);
            assert_eq!(basis == Basis::RecognisedLegitimateInterest, private, "{kind}");
        }
    }
}
