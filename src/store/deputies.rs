//! Who goes on with whose drafts.

use super::{Error, Store, Tx, error::sound};
use crate::domain::{
    ids::{AgencyId, UserId},
    text::PersonName,
    time::Timestamp,
};

impl Store {
    /// The deputy that a person chose, if any.
    pub async fn deputy_of(&self, account: UserId) -> Result<Option<UserId>, Error> {
        const SQL: &str = "SELECT deputy FROM deputy WHERE account = $1";
        let row: Option<(String,)> = on!(self, p => sqlx::query_as(SQL).bind(account.to_string()).fetch_optional(p).await)?;
        row.map(|(id,)| sound(UserId::parse(&id), "deputy.deputy")).transpose()
    }

    /// The people of an agency who can act, by name.
    pub async fn ready_colleagues(&self, agency: AgencyId) -> Result<Vec<(UserId, PersonName)>, Error> {
        const SQL: &str = "SELECT id, name FROM account WHERE agency = $1 AND state = 'ready' ORDER BY name, id";
        let rows: Vec<(String, String)> = on!(self, p => sqlx::query_as(SQL).bind(agency.to_string()).fetch_all(p).await)?;
        let colleague = |(id, name): (String, String)| {
            Ok((sound(UserId::parse(&id), "account.id")?, sound(PersonName::parse(&name), "account.name")?))
        };
        rows.into_iter().map(colleague).collect()
    }
}

impl Tx {
    /// Remembers whom a person chose, in place of anybody chosen before; nobody when `None`.
    pub async fn choose_deputy(&mut self, account: UserId, deputy: Option<UserId>, at: Timestamp) -> Result<(), Error> {
        const FORGET: &str = "DELETE FROM deputy WHERE account = $1";
        const CHOOSE: &str = "INSERT INTO deputy (account, deputy, chosen_at) VALUES ($1, $2, $3)";
        within!(self, c => sqlx::query(FORGET).bind(account.to_string()).execute(c).await.map(drop))?;
        if let Some(deputy) = deputy {
            within!(self, c => sqlx::query(CHOOSE)
                .bind(account.to_string())
                .bind(deputy.to_string())
                .bind(at.millis())
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }
}
