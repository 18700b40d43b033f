//! Compartments of referrals.

use super::{Error, Tx};
use crate::domain::{
    compartment::CompartmentKind,
    ids::{CompartmentId, ReferralId},
};

impl Tx {
    /// Makes a compartment at its first epoch.
    pub async fn insert_compartment(
        &mut self,
        id: CompartmentId,
        referral: ReferralId,
        kind: CompartmentKind,
    ) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO compartment (id, referral, kind, epoch) VALUES ($1, $2, $3, 1)";
        within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(referral.to_string())
            .bind(kind.code())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
