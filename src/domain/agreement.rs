//! Agreements between agencies to share: kept in a register, so that whoever shares can name the one they rest on. One that has
//! lapsed or says something else is warned of and recorded, and never stands in the way.

use jiff::civil::Date;

use super::{
    decision::Fault,
    ids::{AgencyId, AgreementId},
    legal::Purpose,
    text::line,
    time::Timestamp,
};

coded_enum! {
    /// How a disclosure stands to the agreements on record.
    pub enum Fit {
        /// None was named.
        None = "none",
        /// The one named is in force and covers it.
        InForce = "in-force",
        /// The one named has ended, or has not begun.
        Lapsed = "lapsed",
        /// The one named covers something else: other agencies, another pathway or another purpose.
        Other = "other",
    }
}

/// The longest title, in characters.
pub const LONGEST_TITLE: usize = 200;

/// What an agreement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Its title; it names no person.
    pub title: String,
    /// The agencies that agreed, two or more.
    pub parties: Vec<AgencyId>,
    /// The pathways it covers, by id; all where none is named.
    pub pathways: Vec<String>,
    /// The purposes it covers.
    pub purposes: Vec<Purpose>,
    /// Its first day.
    pub starts: Date,
    /// Its last day; none while it has no end.
    pub ends: Option<Date>,
    /// The day by which its parties look at it again.
    pub review: Option<Date>,
}

/// An agreement of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// What it says.
    pub terms: Terms,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
}

impl Agreement {
    /// Whether it is in force on a day.
    pub fn is_in_force(&self, day: Date) -> bool {
        self.ended_at.is_none() && self.terms.starts <= day && self.terms.ends.is_none_or(|last| day <= last)
    }

    /// How a disclosure from one agency to another stands to it.
    pub fn fit(&self, (from, to): (AgencyId, AgencyId), pathway: &str, purpose: Purpose, day: Date) -> Fit {
        let Terms { parties, pathways, purposes, .. } = &self.terms;
        let covers = parties.contains(&from)
            && parties.contains(&to)
            && (pathways.is_empty() || pathways.iter().any(|one| one == pathway))
            && purposes.contains(&purpose);
        match (covers, self.is_in_force(day)) {
            (false, _) => Fit::Other,
            (true, true) => Fit::InForce,
            (true, false) => Fit::Lapsed,
        }
    }
}

/// An agreement as somebody writes it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewAgreement {
    /// Its title.
    pub title: String,
    /// The agencies.
    pub parties: Vec<AgencyId>,
    /// The pathways; all where none is named.
    pub pathways: Vec<String>,
    /// The purposes.
    pub purposes: Vec<Purpose>,
    /// Its first day; none where what was given is no day.
    pub starts: Option<Date>,
    /// Its last day; the inner none where what was given is no day.
    pub ends: Option<Option<Date>>,
    /// The day by which it is looked at again; likewise.
    pub review: Option<Option<Date>>,
}

impl NewAgreement {
    /// What it says.
    ///
    /// # Errors
    /// Everything to be mended, in the order of the fields.
    pub fn check(&self) -> Result<Terms, Vec<Fault>> {
        let mut faults = Vec::new();
        let title = line(&self.title, LONGEST_TITLE);
        if title.is_err() {
            faults.push(("title", "Enter a title of 200 characters or less"));
        }
        let mut parties = self.parties.clone();
        parties.sort_unstable();
        parties.dedup();
        if parties.len() < 2 {
            faults.push(("agencies", "Choose the agencies that agreed, two or more"));
        }
        if self.purposes.is_empty() {
            faults.push(("purposes", "Choose what it is for"));
        }
        if self.starts.is_none() {
            faults.push(("starts", "Its first day must be a real date"));
        }
        let ends = self.ends.flatten();
        if self.ends == Some(None) || ends.zip(self.starts).is_some_and(|(last, first)| last < first) {
            faults.push(("ends", "Its last day must be a real date, and not before the first"));
        }
        if self.review == Some(None) {
            faults.push(("review", "The day of its review must be a real date"));
        }
        match (title, self.starts, faults.is_empty()) {
            (Ok(title), Some(starts), true) => Ok(Terms {
                title,
                parties,
                pathways: self.pathways.clone(),
                purposes: self.purposes.clone(),
                starts,
                ends,
                review: self.review.flatten(),
            }),
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn new() -> NewAgreement {
        NewAgreement {
            title: "Children at risk".to_owned(),
            parties: [1, 2, 2].map(|byte| AgencyId::from_bytes([byte; 16])).to_vec(),
            pathways: vec!["child-exploitation".to_owned()],
            purposes: vec![Purpose::Safeguarding],
            starts: Some(date(2026, 1, 1)),
            ends: Some(Some(date(2026, 12, 31))),
            review: None,
        }
    }

    #[test]
    fn it_covers_its_parties_pathways_purposes_and_days_and_nothing_else() {
        let agreement = Agreement { id: AgreementId::from_bytes([9; 16]), terms: new().check().expect("whole"), ended_at: None };
        let agency = |byte| AgencyId::from_bytes([byte; 16]);
        let fit =
            |agreement: &Agreement, to, pathway, purpose, day| agreement.fit((agency(1), agency(to)), pathway, purpose, day);
        let day = date(2026, 6, 1);
        let (pathway, purpose) = ("child-exploitation", Purpose::Safeguarding);
        assert_eq!(fit(&agreement, 2, pathway, purpose, day), Fit::InForce);
        assert_eq!(fit(&agreement, 3, pathway, purpose, day), Fit::Other);
        assert_eq!(fit(&agreement, 2, "prevent", purpose, day), Fit::Other);
        assert_eq!(fit(&agreement, 2, pathway, Purpose::Immigration, day), Fit::Other);
        for outside in [date(2025, 12, 31), date(2027, 1, 1)] {
            assert_eq!(fit(&agreement, 2, pathway, purpose, outside), Fit::Lapsed);
        }
        for edge in [date(2026, 1, 1), date(2026, 12, 31)] {
            assert_eq!(fit(&agreement, 2, pathway, purpose, edge), Fit::InForce);
        }
        let ended = Agreement { ended_at: Some(Timestamp::from_millis(0)), ..agreement.clone() };
        assert_eq!(fit(&ended, 2, pathway, purpose, day), Fit::Lapsed);
        let all = Agreement { terms: Terms { pathways: Vec::new(), ..agreement.terms.clone() }, ..agreement };
        assert_eq!(fit(&all, 2, "prevent", purpose, day), Fit::InForce);
    }

    #[test]
    fn what_is_to_be_mended_is_told_at_once() {
        let bad = NewAgreement { starts: Some(date(2026, 1, 1)), ends: Some(Some(date(2025, 1, 1))), ..NewAgreement::default() };
        let fields: Vec<_> = bad.check().expect_err("nothing is there").into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["title", "agencies", "purposes", "ends"]);
        assert_eq!(new().check().map(|terms| terms.parties.len()), Ok(2), "each party counts once");
    }
}
