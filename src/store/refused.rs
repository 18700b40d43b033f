//! Answers that people of an agency are refused since they were marked after sending, and marks that were taken away. Facts that
//! are written once.

use sqlx::QueryBuilder;

use super::{Error, Store, Tx, error::sound};
use crate::domain::{
    code::QuestionId,
    ids::{AgencyId, EventId, MarkId, ReferralId},
    time::Timestamp,
    withheld::Mark,
};

written_once! {
    /// A row of `grant_refused`.
    RefusedRow, "grant_refused", key id,
    insert "INSERT INTO grant_refused (id, referral, question, agency, refused, by_sender, revision, at, event) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    page "SELECT * FROM grant_refused WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, referral: String, question: String, agency: String, refused: i64, by_sender: i64, revision: i64, at: i64,
      event: String }
}

/// Below the number of parameters that either database takes.
const AT_ONCE: usize = 500;

/// That an answer was marked, or that its mark was taken away, with the row that an event vouches for.
pub(crate) struct Found {
    pub(crate) referral: ReferralId,
    pub(crate) mark: Mark,
    /// Whether it is refused from then on.
    pub(crate) refused: bool,
    pub(crate) event: EventId,
    pub(crate) row: RefusedRow,
}

impl RefusedRow {
    fn found(self) -> Result<Found, Error> {
        Ok(Found {
            referral: sound(ReferralId::parse(&self.referral), "grant_refused.referral")?,
            mark: Mark {
                question: sound(QuestionId::parse(&self.question), "grant_refused.question")?,
                agency: sound(AgencyId::parse(&self.agency), "grant_refused.agency")?,
                by_sender: self.by_sender != 0,
            },
            refused: self.refused != 0,
            event: sound(EventId::parse(&self.event), "grant_refused.event")?,
            row: self,
        })
    }
}

impl Store {
    /// What was marked on these referrals, and what of it ended: of each referral the earliest first.
    pub(crate) async fn markings(&self, referrals: &[ReferralId]) -> Result<Vec<Found>, Error> {
        let mut found = Vec::new();
        for some in referrals.chunks(AT_ONCE) {
            let rows: Vec<RefusedRow> = on!(self, p => {
                let mut query = QueryBuilder::new("SELECT * FROM grant_refused WHERE referral IN (");
                let mut list = query.separated(", ");
                for referral in some {
                    list.push_bind(referral.to_string());
                }
                query.push(") ORDER BY referral, revision, question, agency");
                query.build_query_as().fetch_all(p).await
            })?;
            for row in rows {
                found.push(row.found()?);
            }
        }
        Ok(found)
    }
}

impl Tx {
    /// Refuses an answer to people of an agency, or ends that, on a referral as it stood at a revision; the event is this
    /// transaction's.
    pub async fn refuse_answer(
        &mut self,
        id: MarkId,
        (referral, revision): (ReferralId, i64),
        (mark, refused): (&Mark, bool),
        at: Timestamp,
    ) -> Result<(), Error> {
        let row = RefusedRow {
            id: id.to_string(),
            referral: referral.to_string(),
            question: mark.question.to_string(),
            agency: mark.agency.to_string(),
            refused: refused.into(),
            by_sender: mark.by_sender.into(),
            revision,
            at: at.millis(),
            event: self.event().to_string(),
        };
        row.insert(self).await
    }
}
