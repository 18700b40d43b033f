//! Agencies from which a compartment is kept. Facts that are written once.

use sqlx::QueryBuilder;

use super::{Error, Store, Tx, error::sound};
use crate::domain::{
    ids::{AgencyId, BarId, CompartmentId, ReferralId},
    time::Timestamp,
};

written_once! {
    /// A row of `grant_barred`.
    BarredRow, "grant_barred", key id,
    insert "INSERT INTO grant_barred (id, referral, compartment, agency, at, event) VALUES ($1, $2, $3, $4, $5, $6)",
    page "SELECT * FROM grant_barred WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, referral: String, compartment: String, agency: String, at: i64, event: String }
}

/// Below the number of parameters that either database takes.
const AT_ONCE: usize = 500;

impl Store {
    /// The agencies that never get these compartments.
    pub async fn barred_from(&self, compartments: &[CompartmentId]) -> Result<Vec<(CompartmentId, AgencyId)>, Error> {
        let mut barred = Vec::new();
        for some in compartments.chunks(AT_ONCE) {
            let rows: Vec<(String, String)> = on!(self, p => {
                let mut query = QueryBuilder::new("SELECT compartment, agency FROM grant_barred WHERE compartment IN (");
                let mut list = query.separated(", ");
                for compartment in some {
                    list.push_bind(compartment.to_string());
                }
                query.push(") ORDER BY compartment, agency");
                query.build_query_as().fetch_all(p).await
            })?;
            for (compartment, agency) in rows {
                let compartment = sound(CompartmentId::parse(&compartment), "grant_barred.compartment")?;
                barred.push((compartment, sound(AgencyId::parse(&agency), "grant_barred.agency")?));
            }
        }
        Ok(barred)
    }

    /// The compartments of a referral that some agency never gets, each with that agency.
    pub async fn barred_of(&self, referral: ReferralId) -> Result<Vec<(CompartmentId, AgencyId)>, Error> {
        const SQL: &str = "SELECT compartment, agency FROM grant_barred WHERE referral = $1 ORDER BY compartment, agency";
        let rows: Vec<(String, String)> = on!(self, p => sqlx::query_as(SQL).bind(referral.to_string()).fetch_all(p).await)?;
        let row = |(compartment, agency): (String, String)| {
            let compartment = sound(CompartmentId::parse(&compartment), "grant_barred.compartment")?;
            Ok((compartment, sound(AgencyId::parse(&agency), "grant_barred.agency")?))
        };
        rows.into_iter().map(row).collect()
    }
}

impl Tx {
    /// Keeps a compartment from an agency for good; its event is this transaction's.
    pub async fn bar(
        &mut self,
        id: BarId,
        (referral, compartment): (ReferralId, CompartmentId),
        agency: AgencyId,
        at: Timestamp,
    ) -> Result<(), Error> {
        let row = BarredRow {
            id: id.to_string(),
            referral: referral.to_string(),
            compartment: compartment.to_string(),
            agency: agency.to_string(),
            at: at.millis(),
            event: self.event().to_string(),
        };
        row.insert(self).await
    }
}
