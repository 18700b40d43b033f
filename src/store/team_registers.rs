//! The contact registers of teams.

use jiff::civil::Date;

use super::{Error, Store, Tx, error::sound};
use crate::domain::{
    ids::{TeamId, UserId},
    team_register::TeamRegister,
};

#[derive(sqlx::FromRow)]
struct Row {
    lead: Option<String>,
    deputy: Option<String>,
    review: Option<String>,
}

impl Row {
    fn register(self) -> Result<TeamRegister, Error> {
        let user = |id: String| sound(UserId::parse(&id), "team_register.lead");
        let day = |text: String| sound(text.parse::<Date>(), "team_register.review");
        Ok(TeamRegister {
            lead: self.lead.map(user).transpose()?,
            deputy: self.deputy.map(user).transpose()?,
            review: self.review.map(day).transpose()?,
        })
    }
}

impl Store {
    /// The register of a team; an empty one where nothing was entered.
    pub async fn team_register(&self, team: TeamId) -> Result<TeamRegister, Error> {
        const SQL: &str = "SELECT lead, deputy, review FROM team_register WHERE team = $1";
        let row: Option<Row> = on!(self, p => sqlx::query_as(SQL).bind(team.to_string()).fetch_optional(p).await)?;
        row.map_or(Ok(TeamRegister::default()), Row::register)
    }
}

impl Tx {
    /// Keeps the register of a team, in place of what it was.
    pub async fn set_team_register(&mut self, team: TeamId, register: &TeamRegister) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO team_register (team, lead, deputy, review) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (team) DO UPDATE SET lead = excluded.lead, deputy = excluded.deputy, review = excluded.review";
        within!(self, c => sqlx::query(SQL)
            .bind(team.to_string())
            .bind(register.lead.map(|user| user.to_string()))
            .bind(register.deputy.map(|user| user.to_string()))
            .bind(register.review.map(|day| day.to_string()))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
