//! Agencies.

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    agency::AgencyKind,
    ids::{AgencyId, KeyId},
    text::AgencyName,
    time::Timestamp,
};

/// An agency.
#[derive(Debug, Clone)]
pub struct Agency {
    /// Its id.
    pub id: AgencyId,
    /// Its short, stable code.
    pub code: String,
    /// Its name.
    pub name: AgencyName,
    /// What it is in law.
    pub kind: AgencyKind,
    /// Its recovery recipient, as published.
    pub recovery_key: KeyId,
}

#[derive(sqlx::FromRow)]
struct AgencyRow {
    id: String,
    code: String,
    name: String,
    kind: String,
    recovery_key: String,
}

impl AgencyRow {
    fn agency(self) -> Result<Agency, Error> {
        Ok(Agency {
            id: sound(AgencyId::parse(&self.id), "agency.id")?,
            code: self.code,
            name: sound(AgencyName::parse(&self.name), "agency.name")?,
            kind: known(AgencyKind::parse(&self.kind), "agency.kind")?,
            recovery_key: sound(KeyId::parse(&self.recovery_key), "agency.recovery_key")?,
        })
    }
}

impl Store {
    /// One agency.
    pub async fn agency(&self, id: AgencyId) -> Result<Option<Agency>, Error> {
        const SQL: &str = "SELECT id, code, name, kind, recovery_key FROM agency WHERE id = $1";
        let row = on!(self, p => sqlx::query_as::<_, AgencyRow>(SQL).bind(id.to_string()).fetch_optional(p).await)?;
        row.map(AgencyRow::agency).transpose()
    }

    /// Every agency, by name. A partnership has tens.
    pub async fn agencies(&self) -> Result<Vec<Agency>, Error> {
        const SQL: &str = "SELECT id, code, name, kind, recovery_key FROM agency ORDER BY name";
        let rows = on!(self, p => sqlx::query_as::<_, AgencyRow>(SQL).fetch_all(p).await)?;
        rows.into_iter().map(AgencyRow::agency).collect()
    }
}

impl Tx {
    /// Enrols an agency.
    pub async fn insert_agency(&mut self, agency: &Agency, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO agency (id, code, name, kind, recovery_key, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
        within!(self, c => sqlx::query(SQL)
            .bind(agency.id.to_string())
            .bind(&agency.code)
            .bind(agency.name.as_str())
            .bind(agency.kind.code())
            .bind(agency.recovery_key.to_string())
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
