//! Teams.

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    agency::TeamState,
    ids::{AgencyId, TeamId},
    text::TeamName,
    time::Timestamp,
};

/// A team.
#[derive(Debug, Clone)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its short, stable code, by which pathway files name it.
    pub code: String,
    /// The agency that hosts it.
    pub agency: AgencyId,
    /// Its name.
    pub name: TeamName,
    /// Whether it has a key that somebody holds.
    pub state: TeamState,
    /// The epoch of its key; 0 while it never had one.
    pub epoch: i64,
}

impl Team {
    /// Whether something can be sealed to it: it has a key, and somebody who holds it.
    pub fn has_key(&self) -> bool {
        self.state == TeamState::Ready
    }
}

#[derive(sqlx::FromRow)]
struct TeamRow {
    id: String,
    code: String,
    agency: String,
    name: String,
    state: String,
    epoch: i64,
}

impl TeamRow {
    fn team(self) -> Result<Team, Error> {
        Ok(Team {
            id: sound(TeamId::parse(&self.id), "team.id")?,
            code: self.code,
            agency: sound(AgencyId::parse(&self.agency), "team.agency")?,
            name: sound(TeamName::parse(&self.name), "team.name")?,
            state: known(TeamState::parse(&self.state), "team.state")?,
            epoch: self.epoch,
        })
    }
}

impl Store {
    /// One team.
    pub async fn team(&self, id: TeamId) -> Result<Option<Team>, Error> {
        const SQL: &str = "SELECT id, code, agency, name, CASE WHEN keyless = 1 THEN 'awaiting-key' ELSE state END AS state, epoch FROM team WHERE id = $1";
        let row = on!(self, p => sqlx::query_as::<_, TeamRow>(SQL).bind(id.to_string()).fetch_optional(p).await)?;
        row.map(TeamRow::team).transpose()
    }

    /// One team by the code that pathway files use.
    pub async fn team_by_code(&self, code: &str) -> Result<Option<Team>, Error> {
        const SQL: &str = "SELECT id, code, agency, name, CASE WHEN keyless = 1 THEN 'awaiting-key' ELSE state END AS state, epoch FROM team WHERE code = $1";
        let row = on!(self, p => sqlx::query_as::<_, TeamRow>(SQL).bind(code).fetch_optional(p).await)?;
        row.map(TeamRow::team).transpose()
    }

    /// Every team, by name. A partnership has tens to a few hundred.
    pub async fn teams(&self) -> Result<Vec<Team>, Error> {
        const SQL: &str = "SELECT id, code, agency, name, CASE WHEN keyless = 1 THEN 'awaiting-key' ELSE state END AS state, epoch FROM team ORDER BY name, id";
        let rows = on!(self, p => sqlx::query_as::<_, TeamRow>(SQL).fetch_all(p).await)?;
        rows.into_iter().map(TeamRow::team).collect()
    }
}

impl Tx {
    /// Makes a team that awaits its key.
    pub async fn insert_team(&mut self, team: &Team, at: Timestamp) -> Result<(), Error> {
        const SQL: &str =
            "INSERT INTO team (id, code, agency, name, state, epoch, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        within!(self, c => sqlx::query(SQL)
            .bind(team.id.to_string())
            .bind(&team.code)
            .bind(team.agency.to_string())
            .bind(team.name.as_str())
            .bind(team.state.code())
            .bind(team.epoch)
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Moves a team to its next epoch, if it still stands at the one expected.
    pub async fn advance_team(&mut self, team: TeamId, from_epoch: i64) -> Result<bool, Error> {
        const SQL: &str = "UPDATE team SET state = 'ready', epoch = epoch + 1, keyless = 0 WHERE id = $1 AND epoch = $2";
        let rows = within!(self, c => sqlx::query(SQL).bind(team.to_string()).bind(from_epoch).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
