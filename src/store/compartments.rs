//! Compartments of referrals.

use super::{Error, Store, Tx, error::sound, grants::live};
use crate::{
    domain::{
        compartment::CompartmentKind,
        ids::{CompartmentId, ReferralId, TeamId},
    },
    policy::ShownCompartment,
};

impl Store {
    /// The compartments of one kind that a referral or draft has, as events name them.
    pub async fn compartments_of(&self, referral: ReferralId, kind: CompartmentKind) -> Result<Vec<ShownCompartment>, Error> {
        const SQL: &str = "SELECT id FROM compartment WHERE referral = $1 AND kind = $2 ORDER BY id";
        let rows: Vec<(String,)> =
            on!(self, p => sqlx::query_as(SQL).bind(referral.to_string()).bind(kind.code()).fetch_all(p).await)?;
        let shown = |(id,): (String,)| Ok(ShownCompartment { id: sound(CompartmentId::parse(&id), "compartment.id")?, kind });
        rows.into_iter().map(shown).collect()
    }

    /// The compartment of its own words that a team holds of a referral, with its present epoch.
    pub async fn casework_of(&self, referral: ReferralId, team: TeamId) -> Result<Option<(CompartmentId, i64)>, Error> {
        const SQL: &str = concat!(
            "SELECT c.id, c.epoch FROM compartment c WHERE c.referral = $1 AND c.kind = 'casework' AND EXISTS ",
            "(SELECT 1 FROM grant_made g WHERE g.compartment = c.id AND g.epoch = c.epoch AND g.to_id = $2 ",
            "AND g.reason = 'party' AND ",
            live!(),
            ") ORDER BY c.id LIMIT 1"
        );
        let row: Option<(String, i64)> = on!(self, p => sqlx::query_as(SQL)
            .bind(referral.to_string())
            .bind(team.to_string())
            .fetch_optional(p)
            .await)?;
        row.map(|(id, epoch)| Ok((sound(CompartmentId::parse(&id), "compartment.id")?, epoch))).transpose()
    }
}

impl Tx {
    /// Moves a compartment on to its next epoch; false where somebody else has.
    pub async fn advance_compartment(&mut self, id: CompartmentId, from: i64) -> Result<bool, Error> {
        const SQL: &str = "UPDATE compartment SET epoch = epoch + 1 WHERE id = $1 AND epoch = $2";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(from)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

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
