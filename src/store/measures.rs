//! Counts for boards: never with a referral's id.

use super::{Error, Tx};

impl Tx {
    /// Counts one more of a thing in a month.
    pub async fn count_measure(
        &mut self,
        pathway: &str,
        agency: &str,
        district: &str,
        month: &str,
        code: &str,
    ) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO measure (pathway, agency, district, month, code, count) VALUES ($1, $2, $3, $4, $5, 1) \
             ON CONFLICT (pathway, agency, district, month, code) DO UPDATE SET count = measure.count + 1";
        within!(self, c => sqlx::query(SQL).bind(pathway).bind(agency).bind(district).bind(month).bind(code).execute(c).await.map(drop))?;
        Ok(())
    }
}
